import Synchronization

/// Connections over which, for a while, nothing passes either way and nobody hangs up: as with a
/// network that is cut in two.
final class BlackHole: Faults, Fault {
  private let isOpen = Mutex(false)

  func connection() -> any Fault { self }

  /// What is sent from now on is lost.
  func swallow() { isOpen.withLock { $0 = true } }

  /// What is sent from now on passes; connections that lost something make no sense of it any more,
  /// and are to be cut.
  func end() { isOpen.withLock { $0 = false } }

  func fromClient(_ bytes: ArraySlice<UInt8>, pass: (ArraySlice<UInt8>) -> Bool) -> Bool {
    isOpen.withLock { $0 } || pass(bytes)
  }

  func fromServer(_ bytes: ArraySlice<UInt8>, pass: (ArraySlice<UInt8>) -> Bool) -> Bool {
    isOpen.withLock { $0 } || pass(bytes)
  }
}
