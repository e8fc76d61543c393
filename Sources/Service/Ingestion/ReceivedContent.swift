internal import Digests
internal import Glibc

/// What is to be synchronised, readable twice: once for its digest, once for its rows.
///
/// Standard input can be read only once, so it goes to a temporary file first, which is removed
/// with this value.
struct ReceivedContent: ~Copyable {
  private let origin: ByteSource.Origin
  private let spooledPath: String?

  init(_ origin: ByteSource.Origin) throws {
    guard case .standardInput = origin else {
      self.origin = origin
      spooledPath = nil
      return
    }
    let path = try spooledStandardInput()
    self.origin = .spool(path)
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

private func spooledStandardInput() throws -> String {
  let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
  var template = Array("\(folder)/quartermaster-XXXXXX".utf8CString)
  let descriptor = mkstemp(&template)
  let path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  guard descriptor >= 0 else { throw SystemFailure(.create, path, errorNumber: errno) }
  defer { close(descriptor) }
  do {
    try copyStandardInput(to: descriptor, name: path)
  } catch {
    unlink(path)
    throw error
  }
  return path
}

private func copyStandardInput(to descriptor: Int32, name: String) throws {
  let block = UnsafeMutableRawBufferPointer.allocate(
    byteCount: ByteSource.blockBytes, alignment: 16)
  defer { block.deallocate() }
  while true {
    let count = read(STDIN_FILENO, block.baseAddress, block.count)
    if count == 0 { return }
    if count < 0 {
      if errno == EINTR { continue }
      throw SystemFailure(.read, "standard input", errorNumber: errno)
    }
    var rest = UnsafeRawBufferPointer(rebasing: block[..<count])
    while !rest.isEmpty {
      let written = write(descriptor, rest.baseAddress, rest.count)
      if written < 0, errno != EINTR { throw SystemFailure(.write, name, errorNumber: errno) }
      if written > 0 { rest = UnsafeRawBufferPointer(rebasing: rest[written...]) }
    }
  }
}
