import Glibc
import Service
import Synchronization

/// What a command finds around it: its environment and where it speaks.
struct Surroundings: Sendable {
  let environment: [String: String]
  let output: StandardOutput
  let progress: Progress.Channel

  static func ofProcess() -> Surroundings {
    Surroundings(
      environment: processEnvironment(), output: StandardOutput(),
      progress: Progress.Channel(
        style: isatty(STDERR_FILENO) == 1 ? .terminal : .plain, elapsed: monotonicTime,
        write: { complain($0) }))
  }

  private static func processEnvironment() -> [String: String] {
    var variables: [String: String] = [:]
    var entry = environ
    while let text = entry.pointee {
      let pair = String(cString: text).split(
        separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if pair.count == 2 { variables[String(pair[0])] = String(pair[1]) }
      entry += 1
    }
    return variables
  }
}

/// Time since the machine started, which no change of the clock disturbs.
private func monotonicTime() -> Duration {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
}

/// Writes to standard error. A closed one has nobody to tell about it.
func complain(_ text: String) {
  _ = writeAll(text, to: STDERR_FILENO)
}

/// Standard output, whose failures are errors like any other.
struct StandardOutput: Sendable {
  private let descriptor: Int32

  init(descriptor: Int32 = STDOUT_FILENO) { self.descriptor = descriptor }

  /// Columns of the terminal; nil when it is none or does not say.
  var width: Int? {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
  }

  func write(_ text: String) throws {
    let errorNumber = writeAll(text, to: descriptor)
    if errorNumber != 0 { throw SystemFailure(.write, "standard output", errorNumber: errorNumber) }
  }
}

/// Answers 0 or the error number.
private func writeAll(_ text: String, to descriptor: Int32) -> Int32 {
  var rest = Array(text.utf8)[...]
  while !rest.isEmpty {
    let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    if written >= 0 {
      rest.removeFirst(written)
    } else if errno != EINTR {
      return errno
    }
  }
  return 0
}
