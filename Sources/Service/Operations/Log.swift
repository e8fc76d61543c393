internal import Glibc
internal import Inventory
internal import Synchronization

/// The program's log: one JSON object a line, time first.
public final class Log: Sendable {
  enum Level: String, Sendable {
    case info, warning, error
  }

  private let write: @Sendable (String) -> Void

  /// - Parameter write: takes whole lines without their end, from any thread.
  public init(write: @escaping @Sendable (String) -> Void) { self.write = write }

  /// Says nothing.
  public static let silent = Log { _ in }

  /// Writes to the standard error output, each line with one call, so that lines stay whole.
  public static func standardError() -> Log {
    let turn = Mutex(())
    return Log { line in
      let bytes = Array((line + "\n").utf8)
      turn.withLock { _ in
        var rest = bytes[...]
        while !rest.isEmpty {
          let count = rest.withUnsafeBytes { Glibc.write(2, $0.baseAddress, $0.count) }
          // Nobody can be told that nobody listens.
          guard count > 0 || errno == EINTR else { return }
          rest = rest.dropFirst(max(count, 0))
        }
      }
    }
  }

  /// - Parameter event: what happened, in the past tense, as `request-answered`.
  func say(_ level: Level, _ event: String, _ facts: JSONValue = [:]) {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    let now = Instant(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
    let head: JSONValue = [
      "time": .string(now.description), "level": .string(level.rawValue), "event": .string(event),
    ]
    write(head.adding(facts).text)
  }
}
