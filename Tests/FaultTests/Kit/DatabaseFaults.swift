import Dispatch
import Glibc
import Synchronization

/// What happens to the COMMITs and COPYs between a program and PostgreSQL, and how often it did.
final class DatabaseFaults: Faults {
  enum CommitFate: Hashable, Sendable {
    case pass
    /// Cut before the server gets it.
    case neverArrives
    /// Cut when the server has answered, instead of the answer.
    case answerLost
    /// Does not get to the server before `release`.
    case arrivalHeld
    /// Answered by the server, and not a byte passes before `release`.
    case answerHeld
  }

  /// - Parameter number: which COMMIT it is, over all connections, from 1.
  typealias CommitPlan = @Sendable (_ number: Int) -> CommitFate

  /// Called in the middle of a message of COPY data, half of which has passed.
  ///
  /// - Parameters:
  ///   - number: which COPY it is, over all connections, from 1.
  ///   - backend: the process that takes the data.
  typealias CopyPlan = @Sendable (_ number: Int, _ backend: pid_t) -> Void

  private struct State {
    var commits = 0
    var copies = 0
    var struck: [CommitFate: Int] = [:]
  }

  private let commitPlan: CommitPlan
  private let copyPlan: CopyPlan
  private let afterCut: @Sendable () -> Void
  private let state = Mutex(State())
  private let held = DispatchSemaphore(value: 0)

  /// - Parameter afterCut: called when a COMMIT was cut, before anybody can know it.
  init(
    commit: @escaping CommitPlan = { _ in .pass }, copy: @escaping CopyPlan = { _, _ in },
    afterCut: @escaping @Sendable () -> Void = {}
  ) {
    (commitPlan, copyPlan, self.afterCut) = (commit, copy, afterCut)
  }

  /// How many COMMITs met this fate.
  func struck(_ fate: CommitFate) -> Int { state.withLock { $0.struck[fate, default: 0] } }

  /// Lets one pass that is held, or will be.
  func release() { held.signal() }

  /// What one connection goes through.
  func connection() -> any Fault { DatabaseConnection(self) }

  fileprivate func fateOfCommit() -> CommitFate {
    commitPlan(
      state.withLock { state in
        state.commits += 1
        return state.commits
      })
  }

  fileprivate func strike(_ fate: CommitFate) {
    state.withLock { $0.struck[fate, default: 0] += 1 }
    afterCut()
  }

  fileprivate func hold(_ fate: CommitFate) {
    state.withLock { $0.struck[fate, default: 0] += 1 }
    held.wait()
  }

  fileprivate func copyGoesOn(_ backend: pid_t) {
    let number = state.withLock { state in
      state.copies += 1
      return state.copies
    }
    copyPlan(number, backend)
  }
}

private final class DatabaseConnection: Fault {
  private struct State {
    var backend: pid_t = 0
    var fateOfAnswer = DatabaseFaults.CommitFate.pass
    var isCopying = false
    var fromClient = MessageScanner(ofClient: true)
    var fromServer = MessageScanner(ofClient: false)
  }

  private let faults: DatabaseFaults
  private let state = Mutex(State())

  init(_ faults: DatabaseFaults) { self.faults = faults }

  func fromClient(_ bytes: ArraySlice<UInt8>, pass: (ArraySlice<UInt8>) -> Bool) -> Bool {
    let messages = state.withLock { $0.fromClient.scan(bytes) }
    var passed = bytes.startIndex
    for message in messages {
      if message.type == UInt8(ascii: "d") {
        guard let backend = copyBegins() else { continue }
        // Up to the middle of what is here: the last byte stays, so that the message is not whole.
        let middle = max(passed, message.end - max(1, (message.end - passed) / 2))
        guard pass(bytes[passed..<middle]) else { return false }
        passed = middle
        faults.copyGoesOn(backend)
      } else {
        state.withLock { $0.isCopying = false }
      }
      if message.isQuery("COMMIT"), !commit() { return false }
    }
    return pass(bytes[passed...])
  }

  func fromServer(_ bytes: ArraySlice<UInt8>, pass: (ArraySlice<UInt8>) -> Bool) -> Bool {
    let fate = state.withLock { state in
      for message in state.fromServer.scan(bytes) {
        if let backend = message.backend { state.backend = backend }
      }
      defer { state.fateOfAnswer = .pass }
      return state.fateOfAnswer
    }
    if fate == .answerLost {
      faults.strike(.answerLost)
      return false
    }
    if fate == .answerHeld { faults.hold(fate) }
    return pass(bytes)
  }

  /// The process that takes the data, at the first piece of each COPY.
  private func copyBegins() -> pid_t? {
    state.withLock { state in
      defer { state.isCopying = true }
      return state.isCopying ? nil : state.backend
    }
  }

  private func commit() -> Bool {
    let fate = faults.fateOfCommit()
    switch fate {
    case .neverArrives:
      faults.strike(fate)
      return false
    case .arrivalHeld: faults.hold(fate)
    case .pass, .answerLost, .answerHeld: state.withLock { $0.fateOfAnswer = fate }
    }
    return true
  }
}
