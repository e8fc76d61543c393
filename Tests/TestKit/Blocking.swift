public import Foundation
import Glibc

/// Runs what blocks on a thread of its own: Swift's few are for what does not, and Dispatch shares
/// them.
public func blocking<Value: Sendable>(
  _ body: @escaping @Sendable () throws -> Value
) async throws -> Value {
  try await withCheckedThrowingContinuation { continuation in
    Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
  }
}

/// Whether a condition that another thread brings about holds within so many milliseconds; looks
/// again every few of them, and how long it takes decides nothing.
public func comesTrue(
  withinMilliseconds milliseconds: Int = 20_000, _ condition: () throws -> Bool
) rethrows -> Bool {
  for _ in 0...(milliseconds / 5) {
    if try condition() { return true }
    poll(nil, 0, 5)
  }
  return false
}

extension Pipe {
  /// Or a process that another test starts meanwhile would hold an end open, and whoever waits for
  /// the end of the stream would wait for that process.
  public func closeOnExec() {
    for end in [fileHandleForReading, fileHandleForWriting] {
      _ = fcntl(end.fileDescriptor, F_SETFD, FD_CLOEXEC)
    }
  }
}
