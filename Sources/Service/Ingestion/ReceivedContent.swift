internal import Digests
internal import Glibc

/// What is to be synchronised, readable twice: once for its digest, once for its rows.
///
/// Standard input and pipes can be read only once, so they go to a temporary file first, which is
/// removed with this value.
final class ReceivedContent: Sendable {
  private let origin: ByteSource.Origin
  private let spooledPath: String?

  init(_ origin: ByteSource.Origin) throws {
    let path: String? =
      switch origin {
      case .standardInput: try spooled(STDIN_FILENO, origin.name)
      case .file(let path) where isPipe(path): try spooledPipe(path)
      case .file, .spool, .chunks: nil
      }
    self.origin = path.map { .spool($0, of: origin.name) } ?? origin
    spooledPath = path
  }

  deinit { if let spooledPath { unlink(spooledPath) } }

  func source() throws(ReadFailure) -> ByteSource { try ByteSource(origin) }

  /// The SHA-256 of the whole content, as inflated.
  func digest() throws(ReadFailure) -> SHA256Digest {
    var source = try source()
    let buffer = UnsafeMutableRawBufferPointer.allocate(
      byteCount: ByteSource.blockBytes, alignment: 16)
    defer { buffer.deallocate() }
    while try source.read(into: buffer) > 0 {}
    return try source.digest()
  }
}

private func isPipe(_ path: String) -> Bool {
  var status = stat()
  return stat(path, &status) == 0 && [S_IFIFO, S_IFSOCK, S_IFCHR].contains(status.st_mode & S_IFMT)
}

private func spooledPipe(_ path: String) throws -> String {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { throw SystemFailure(.read, path, errorNumber: errno) }
  defer { close(descriptor) }
  return try spooled(descriptor, path)
}

/// - Parameter name: what a sentence calls the input.
private func spooled(_ input: Int32, _ name: String) throws -> String {
  let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
  var template = Array("\(folder)/quartermaster-XXXXXX".utf8CString)
  let descriptor = mkstemp(&template)
  let path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  guard descriptor >= 0 else { throw SystemFailure(.create, path, errorNumber: errno) }
  defer { close(descriptor) }
  do {
    try copy(input, name, to: descriptor, path)
  } catch {
    unlink(path)
    throw error
  }
  return path
}

private func copy(
  _ input: Int32, _ inputName: String, to descriptor: Int32, _ name: String
) throws {
  let block = UnsafeMutableRawBufferPointer.allocate(
    byteCount: ByteSource.blockBytes, alignment: 16)
  defer { block.deallocate() }
  while true {
    let count = read(input, block.baseAddress, block.count)
    if count == 0 { return }
    if count < 0 {
      if errno == EINTR { continue }
      throw SystemFailure(.read, inputName, errorNumber: errno)
    }
    var rest = UnsafeRawBufferPointer(rebasing: block[..<count])
    while !rest.isEmpty {
      let written = write(descriptor, rest.baseAddress, rest.count)
      if written < 0, errno != EINTR { throw SystemFailure(.write, name, errorNumber: errno) }
      if written > 0 { rest = UnsafeRawBufferPointer(rebasing: rest[written...]) }
    }
  }
}
