internal import Glibc

/// Bytes into a file or standard output, through a buffer.
///
/// A file appears under its name only when `finish()` has written all of it: until then it stands
/// beside it with `.part` appended, and an error takes that away. A device or a pipe is written to
/// as it is: a file put in its place would take it away from everybody.
struct ByteSink: ~Copyable {
  private static let blockBytes = 256 * 1024

  /// What a sentence calls it.
  private let name: String
  /// Where the file is to appear; nil for what is written to directly.
  private let path: String?
  private let descriptor: Int32
  private var buffer: [UInt8] = []
  private var isFinished = false

  /// Nil writes to standard output.
  init(path: String?) throws(SystemFailure) {
    let target = try path.map { path throws(SystemFailure) in try ByteSink.target(path) }
    let opened = target.map(ByteSink.open) ?? STDOUT_FILENO
    guard opened >= 0 else { throw SystemFailure(.create, path ?? "", errorNumber: errno) }
    name = path ?? "standard output"
    self.path = target.flatMap { $0.isReplaced ? $0.path : nil }
    descriptor = opened
    buffer.reserveCapacity(ByteSink.blockBytes + 4096)
  }

  deinit {
    guard !isFinished else { return }
    if descriptor != STDOUT_FILENO { close(descriptor) }
    if let path { unlink(ByteSink.part(path)) }
  }

  mutating func append(_ bytes: some Sequence<UInt8>) throws(SystemFailure) {
    buffer.append(contentsOf: bytes)
    if buffer.count >= ByteSink.blockBytes { try flush() }
  }

  mutating func finish() throws(SystemFailure) {
    try flush()
    guard let path else { return }
    guard fsync(descriptor) == 0 || errno == EINVAL, rename(ByteSink.part(path), path) == 0
    else { throw SystemFailure(.write, name, errorNumber: errno) }
    close(descriptor)
    isFinished = true
  }

  private mutating func flush() throws(SystemFailure) {
    var written = 0
    while written < buffer.count {
      let count = buffer.withUnsafeBytes { bytes in
        write(descriptor, bytes.baseAddress! + written, bytes.count - written)
      }
      if count > 0 {
        written += count
      } else if errno != EINTR {
        throw SystemFailure(.write, name, errorNumber: errno)
      }
    }
    buffer.removeAll(keepingCapacity: true)
  }

  private static func part(_ path: String) -> String { path + ".part" }

  private struct Target {
    let path: String
    /// Whether a new file takes its place.
    let isReplaced: Bool
  }

  /// The file that a path means, through links.
  private static func target(_ path: String) throws(SystemFailure) -> Target {
    var status = stat()
    guard stat(path, &status) == 0 else { return Target(path: path, isReplaced: true) }
    switch status.st_mode & S_IFMT {
    case S_IFDIR: throw SystemFailure(.create, path, errorNumber: EISDIR)
    case S_IFREG:
      guard let resolved = realpath(path, nil) else { return Target(path: path, isReplaced: true) }
      defer { free(resolved) }
      return Target(path: String(cString: resolved), isReplaced: true)
    default: return Target(path: path, isReplaced: false)
    }
  }

  /// A descriptor, or -1.
  private static func open(_ target: Target) -> Int32 {
    target.isReplaced
      ? Glibc.open(part(target.path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
      : Glibc.open(target.path, O_WRONLY | O_CLOEXEC)
  }
}
