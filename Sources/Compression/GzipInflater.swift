internal import CZlib

/// Why a gzip stream cannot be read on. `goodBytes` were inflated before it broke.
public enum GzipError: Error, Hashable, Sendable {
  /// The input ended inside a member.
  case truncated(goodBytes: Int)
  /// The bytes are not gzip: a bad header, block or checksum, or something after the last member.
  case corrupt(goodBytes: Int)
  case outOfMemory
}

/// Inflates a gzip stream piece by piece, however its bytes are cut.
///
/// A stream may have several members, as `cat a.gz b.gz` and block-compressing tools make them
/// (RFC 1952, section 2.2); zero bytes that pad the end of the last one are skipped.
public struct GzipInflater: ~Copyable {
  public struct Progress: Hashable, Sendable {
    /// Bytes taken from the input.
    public let consumed: Int
    /// Bytes written to the output.
    public let produced: Int
  }

  private enum Position { case inMember, betweenMembers, inPadding }

  // zlib keeps the address of the stream and refuses to work when it moves.
  private let stream: UnsafeMutablePointer<z_stream>
  private var position = Position.inMember
  /// Bytes inflated so far, over all members.
  public private(set) var inflatedBytes = 0

  public init() throws(GzipError) {
    let fresh = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    fresh.initialize(to: z_stream())
    guard quartermaster_inflate_start(fresh) == Z_OK else {
      fresh.deallocate()
      throw .outOfMemory
    }
    stream = fresh
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// Whether bytes begin as gzip does; two of them decide.
  public static func recognises(_ bytes: some Collection<UInt8>) -> Bool {
    bytes.starts(with: [0x1F, 0x8B])
  }

  /// Inflates what fits. Call again with the rest of the input until it is all consumed, and with
  /// an empty input until nothing more is produced.
  public mutating func inflate(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) throws(GzipError) -> Progress {
    var taken = 0
    var made = 0
    while made < output.count {
      if position != .inMember {
        taken += skipPadding(UnsafeRawBufferPointer(rebasing: input[taken...]))
        guard taken < input.count else { break }
        guard position == .betweenMembers, inflateReset(stream) == Z_OK else {
          throw .corrupt(goodBytes: inflatedBytes)
        }
        position = .inMember
      }
      let step = try advance(
        UnsafeRawBufferPointer(rebasing: input[taken...]),
        UnsafeMutableRawBufferPointer(rebasing: output[made...]))
      taken += step.consumed
      made += step.produced
      if position == .inMember, step.consumed == 0, step.produced == 0 { break }
    }
    return Progress(consumed: taken, produced: made)
  }

  /// Says that there is no more input.
  public func finish() throws(GzipError) {
    if position == .inMember { throw .truncated(goodBytes: inflatedBytes) }
  }

  private mutating func skipPadding(_ input: UnsafeRawBufferPointer) -> Int {
    let zeros = input.prefix { $0 == 0 }.count
    if zeros > 0 { position = .inPadding }
    return zeros
  }

  private mutating func advance(
    _ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer
  ) throws(GzipError) -> Progress {
    let offered = UInt32(min(input.count, 1 << 30))
    let room = UInt32(min(output.count, 1 << 30))
    // zlib does not write through next_in; its C type only lacks the const.
    stream.pointee.next_in = UnsafeMutablePointer(
      mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
    stream.pointee.avail_in = offered
    stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_out = room
    let status = CZlib.inflate(stream, Z_NO_FLUSH)
    let produced = Int(room - stream.pointee.avail_out)
    inflatedBytes += produced
    switch status {
    case Z_OK, Z_BUF_ERROR: break
    case Z_STREAM_END: position = .betweenMembers
    case Z_MEM_ERROR: throw .outOfMemory
    default: throw .corrupt(goodBytes: inflatedBytes)
    }
    return Progress(consumed: Int(offered - stream.pointee.avail_in), produced: produced)
  }
}
