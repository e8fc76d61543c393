import Synchronization

/// What happens to requests and answers between a client and the program, and how often it did.
/// Each connection carries one exchange.
final class ExchangeFaults: Faults {
  enum Fate: Hashable, CaseIterable, Sendable {
    case pass
    /// Half of the request passes, then all is cut.
    case requestCut
    /// The request passes; its answer is cut before its first byte.
    case answerLost
    /// Half of the answer passes.
    case answerCut
  }

  private struct State {
    var exchanges = 0
    var struck: [Fate: Int] = [:]
  }

  private let plan: @Sendable (Int) -> Fate
  private let state = Mutex(State())

  /// - Parameter plan: the fate of each exchange, numbered from 1.
  init(_ plan: @escaping @Sendable (Int) -> Fate) { self.plan = plan }

  func struck(_ fate: Fate) -> Int { state.withLock { $0.struck[fate, default: 0] } }

  func connection() -> any Fault {
    let number = state.withLock { state in
      state.exchanges += 1
      return state.exchanges
    }
    return Exchange(plan(number)) { fate in self.state.withLock { $0.struck[fate, default: 0] += 1 }
    }
  }

  private final class Exchange: Fault {
    private let fate: Fate
    private let strike: @Sendable (Fate) -> Void

    init(_ fate: Fate, strike: @escaping @Sendable (Fate) -> Void) {
      (self.fate, self.strike) = (fate, strike)
    }

    func fromClient(_ bytes: ArraySlice<UInt8>, pass: (ArraySlice<UInt8>) -> Bool) -> Bool {
      guard fate == .requestCut else { return pass(bytes) }
      strike(fate)
      _ = pass(bytes.prefix(bytes.count / 2))
      return false
    }

    func fromServer(_ bytes: ArraySlice<UInt8>, pass: (ArraySlice<UInt8>) -> Bool) -> Bool {
      switch fate {
      case .pass, .requestCut: return pass(bytes)
      case .answerLost: break
      case .answerCut: _ = pass(bytes.prefix(bytes.count / 2))
      }
      strike(fate)
      return false
    }
  }
}
