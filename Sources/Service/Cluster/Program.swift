import Dispatch
import Glibc

/// Another program, run to its end with its output kept.
struct Program: Sendable {
  /// The name or path, then the arguments.
  let arguments: [String]

  struct Outcome: Sendable {
    /// The exit code, or 128 and the signal.
    let status: Int32
    /// Standard output and error together, without white space at the ends.
    let output: String

    var succeeded: Bool { status == 0 }
  }

  init(_ arguments: [String]) { self.arguments = arguments }

  /// A shell script run as an account, whose `$1`, `$2`, ... are the values.
  init(script: String, values: [String], account: String?) {
    let shell = ["/bin/sh", "-euc", script, "sh"] + values
    // The account may not be allowed in the folder where this program was started.
    let change = account.map {
      ["env", "--chdir=/", "setpriv", "--reuid=\($0)", "--regid=\($0)", "--init-groups"]
    }
    arguments = (change ?? []) + shell
  }

  /// Waits on a thread of its own. A program that is not there has status 127.
  func run() async throws(ClusterError) -> Outcome {
    let result: Result<Outcome, ClusterError> = await withCheckedContinuation { continuation in
      DispatchQueue.global().async {
        continuation.resume(returning: Result(catching: runToEnd))
      }
    }
    return try result.get()
  }

  /// The output goes through a file without a name: a pipe would stay open as long as a server that
  /// the program leaves behind.
  private func runToEnd() throws(ClusterError) -> Outcome {
    let path = "/tmp/quartermaster-output-\(UInt64.random(in: 0 ... .max))"
    let output = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard output >= 0 else {
      throw errno == ENOSPC ? .noSpace(path: "/tmp") : failure(errno)
    }
    unlink(path)
    defer { close(output) }
    let (process, error) = spawn(output: output)
    // The second when a folder of the search path may not be looked into.
    if error == ENOENT || error == EACCES {
      return Outcome(status: 127, output: "\(arguments[0]) not found")
    }
    guard error == 0 else { throw failure(error) }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 && errno == EINTR {}
    lseek(output, 0, SEEK_SET)
    let signal = status & 0x7F
    return Outcome(
      status: signal == 0 ? (status >> 8) & 0xFF : 128 + signal, output: readAll(output))
  }

  private func spawn(output: Int32) -> (process: pid_t, error: Int32) {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_adddup2(&actions, output, 2)
    var process: pid_t = 0
    var words = arguments.map { strdup($0) } + [nil]
    var environment = Self.environment().map { strdup($0) } + [nil]
    defer { for word in words + environment { free(word) } }
    let error = posix_spawnp(&process, arguments[0], &actions, nil, &words, &environment)
    return (process, error)
  }

  /// Messages in English, because some are looked into, and none of the variables that steer libpq
  /// and the server.
  private static func environment() -> [String] {
    let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
    return ["PATH=\(path):/usr/sbin:/sbin", "LC_ALL=C", "TZ=UTC"]
  }

  private func readAll(_ descriptor: Int32) -> String {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count > 0 { bytes += buffer[..<count] }
      if count == 0 || (count < 0 && errno != EINTR) { break }
    }
    let text = String(decoding: bytes, as: UTF8.self)
    return text.split(whereSeparator: \.isNewline).joined(separator: "\n")
  }

  private func failure(_ code: Int32) -> ClusterError {
    .programFailed(name: arguments[0], output: String(cString: strerror(code)), log: nil)
  }
}
