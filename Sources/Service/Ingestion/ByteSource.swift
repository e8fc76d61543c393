internal import Compression
internal import Digests
internal import Glibc

/// Bytes of one file, standard input or memory, inflated if they are gzip.
///
/// Gzip is told by its first two bytes, not by a name. What comes out is hashed on the way, so that
/// `digest()` names the content once everything was read.
struct ByteSource: ~Copyable {
  enum Origin: Sendable {
    case file(String)
    case standardInput
    /// A file that holds what standard input or a pipe said.
    case spool(String, of: String)
    case chunks([[UInt8]])

    /// A path, or `-` for standard input.
    init(path: String) { self = path == "-" ? .standardInput : .file(path) }

    /// What a sentence calls it.
    var name: String {
      switch self {
      case .file(let path): path
      case .standardInput: "standard input"
      case .spool(_, let name): name
      case .chunks: "the content"
      }
    }
  }

  static let blockBytes = 256 * 1024

  private enum Raw {
    case descriptor(Int32)
    case chunks([[UInt8]], next: Int, offset: Int)
  }

  let name: String
  /// Size of the file on disk, where that is known: for progress.
  let rawBytesTotal: Int?
  /// Bytes read so far, before inflating: for progress.
  private(set) var rawBytesRead = 0
  private var raw: Raw
  private let ownsDescriptor: Bool
  private var inflater: GzipInflater?
  private let hasher: SHA256
  /// Raw bytes read ahead: the first ones, and whatever waits to be inflated.
  private let ahead: UnsafeMutableRawBufferPointer
  private var aheadRange = 0..<0
  private var rawEnded = false
  private var looked = false

  init(_ origin: Origin) throws(ReadFailure) {
    let hasher = try ByteSource.makeHasher()
    let opened = try ByteSource.open(origin)
    name = origin.name
    (raw, rawBytesTotal, ownsDescriptor) = opened
    self.hasher = hasher
    ahead = .allocate(byteCount: ByteSource.blockBytes, alignment: 16)
    inflater = nil
  }

  deinit {
    ahead.deallocate()
    if ownsDescriptor, case .descriptor(let descriptor) = raw { close(descriptor) }
  }

  /// Fills at least a byte of the buffer; 0 means that everything was read.
  mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(ReadFailure) -> Int {
    if !looked { try look() }
    let count =
      if inflater != nil {
        try readInflated(into: buffer)
      } else if aheadRange.isEmpty {
        try readRaw(into: buffer)
      } else {
        takeAhead(into: buffer)
      }
    do throws(DigestError) {
      try hasher.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    } catch { throw .digestUnavailable }
    return count
  }

  /// The SHA-256 of everything read so far, as inflated.
  func digest() throws(ReadFailure) -> SHA256Digest {
    do throws(DigestError) { return try hasher.digest() } catch { throw .digestUnavailable }
  }

  /// Reads all of an origin for its digest alone.
  static func digest(of origin: Origin) throws(ReadFailure) -> SHA256Digest {
    var source = try ByteSource(origin)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: blockBytes, alignment: 16)
    defer { buffer.deallocate() }
    while try source.read(into: buffer) > 0 {}
    return try source.digest()
  }

  /// Reads the first bytes, which tell gzip from plain.
  private mutating func look() throws(ReadFailure) {
    looked = true
    while aheadRange.count < 2, !rawEnded {
      let room = UnsafeMutableRawBufferPointer(rebasing: ahead[aheadRange.upperBound...])
      aheadRange = 0..<aheadRange.count + (try readRaw(into: room))
    }
    guard GzipInflater.recognises(ahead[aheadRange]) else { return }
    do throws(GzipError) { inflater = try GzipInflater() } catch {
      throw ReadFailure(error, name: name)
    }
  }

  private mutating func takeAhead(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    let count = min(buffer.count, aheadRange.count)
    buffer.copyMemory(
      from: UnsafeRawBufferPointer(
        rebasing: ahead[aheadRange.lowerBound..<aheadRange.lowerBound + count]))
    aheadRange = aheadRange.lowerBound + count..<aheadRange.upperBound
    return count
  }

  private mutating func readInflated(
    into buffer: UnsafeMutableRawBufferPointer
  ) throws(ReadFailure) -> Int {
    while true {
      if aheadRange.isEmpty, !rawEnded { aheadRange = 0..<(try readRaw(into: ahead)) }
      let input = UnsafeRawBufferPointer(rebasing: ahead[aheadRange])
      do throws(GzipError) {
        guard let progress = try inflater?.inflate(input, into: buffer) else { return 0 }
        aheadRange = aheadRange.lowerBound + progress.consumed..<aheadRange.upperBound
        if progress.produced > 0 { return progress.produced }
        if aheadRange.isEmpty, rawEnded {
          try inflater?.finish()
          return 0
        }
      } catch { throw ReadFailure(error, name: name) }
    }
  }

  private mutating func readRaw(
    into buffer: UnsafeMutableRawBufferPointer
  ) throws(ReadFailure) -> Int {
    let count =
      switch raw {
      case .descriptor(let descriptor): try readBlock(descriptor, into: buffer)
      case .chunks(let chunks, let next, let offset):
        copy(chunks, next, offset, into: buffer)
      }
    rawBytesRead += count
    if count == 0 { rawEnded = true }
    return count
  }

  private func readBlock(
    _ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer
  ) throws(ReadFailure) -> Int {
    while true {
      let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      if count >= 0 { return count }
      guard errno == EINTR else { throw .unreadable(name: name, errorNumber: errno) }
    }
  }

  private mutating func copy(
    _ chunks: [[UInt8]], _ first: Int, _ offset: Int, into buffer: UnsafeMutableRawBufferPointer
  ) -> Int {
    var (next, offset) = (first, offset)
    while next < chunks.count, offset == chunks[next].count { (next, offset) = (next + 1, 0) }
    guard next < chunks.count else { return 0 }
    let count = min(buffer.count, chunks[next].count - offset)
    chunks[next].withUnsafeBytes {
      buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[offset..<offset + count]))
    }
    raw = .chunks(chunks, next: next, offset: offset + count)
    return count
  }

  private static func open(_ origin: Origin) throws(ReadFailure) -> (Raw, total: Int?, owns: Bool) {
    switch origin {
    case .chunks(let chunks):
      return (.chunks(chunks, next: 0, offset: 0), chunks.reduce(0) { $0 + $1.count }, false)
    case .standardInput:
      return (.descriptor(STDIN_FILENO), nil, false)
    case .file(let path), .spool(let path, of: _):
      let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else { throw .unreadable(name: path, errorNumber: errno) }
      var status = stat()
      let isFile = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
      return (.descriptor(descriptor), isFile ? Int(status.st_size) : nil, true)
    }
  }

  private static func makeHasher() throws(ReadFailure) -> SHA256 {
    do throws(DigestError) { return try SHA256() } catch { throw .digestUnavailable }
  }
}
