internal import Synchronization

/// What the server holds at the moment, over all its loops.
final class Load: Sendable {
  let connections = Atomic<Int>(0)
  let inFlight = Atomic<Int>(0)
  let bufferedBytes = Atomic<Int>(0)

  /// Takes one more unless that would pass the limit.
  static func take(_ count: borrowing Atomic<Int>, limit: Int) -> Bool {
    guard count.add(1, ordering: .relaxed).newValue <= limit else {
      count.subtract(1, ordering: .relaxed)
      return false
    }
    return true
  }
}
