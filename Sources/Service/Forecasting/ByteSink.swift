internal import Glibc

/// Bytes into a file or standard output, through a buffer.
///
/// A file appears under its name only when `finish()` has written all of it: until then it stands
/// beside it with `.part` appended, and an error takes that away.
struct ByteSink: ~Copyable {
  private static let blockBytes = 256 * 1024

  private let path: String?
  private let descriptor: Int32
  private var buffer: [UInt8] = []
  private var isFinished = false

  /// Nil writes to standard output.
  init(path: String?) throws(SystemFailure) {
    self.path = path
    if let path {
      descriptor = open(ByteSink.part(path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
      guard descriptor >= 0 else { throw SystemFailure(.create, path, errorNumber: errno) }
    } else {
      descriptor = STDOUT_FILENO
    }
    buffer.reserveCapacity(ByteSink.blockBytes + 4096)
  }

  deinit {
    guard let path, !isFinished else { return }
    close(descriptor)
    unlink(ByteSink.part(path))
  }

  mutating func append(_ bytes: some Sequence<UInt8>) throws(SystemFailure) {
    buffer.append(contentsOf: bytes)
    if buffer.count >= ByteSink.blockBytes { try flush() }
  }

  mutating func finish() throws(SystemFailure) {
    try flush()
    guard let path else { return }
    guard fsync(descriptor) == 0 || errno == EINVAL, close(descriptor) == 0,
      rename(ByteSink.part(path), path) == 0
    else { throw SystemFailure(.write, path, errorNumber: errno) }
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
        throw SystemFailure(.write, path ?? "standard output", errorNumber: errno)
      }
    }
    buffer.removeAll(keepingCapacity: true)
  }

  private static func part(_ path: String) -> String { path + ".part" }
}
