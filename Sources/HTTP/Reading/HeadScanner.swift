/// Looks for the end of a head while its bytes come in, and refuses at the first byte that no head
/// may have: a peer that speaks something else, or ends its lines otherwise, is told at once.
struct HeadScanner {
  enum Outcome: Hashable {
    case more
    /// The head's lines stand at `start..<end`, what follows the empty line at `next`.
    case end(start: Int, end: Int, next: Int)
    case refused(ServerProblem)
  }

  private var scanned: Int
  private var lineStart: Int
  private var headStart: Int
  private var mayBeginEmpty = true
  private var isAfterReturn = false

  /// Begins at a place among the bytes.
  init(at place: Int = 0) { (scanned, lineStart, headStart) = (place, place, place) }

  /// The bytes before were dropped, and all places are so much smaller.
  mutating func shift(by count: Int) {
    scanned -= count
    lineStart -= count
    headStart -= count
  }

  /// Goes on where the last call stopped; `bytes` are the same as then, and more.
  mutating func scan(_ bytes: [UInt8], limits: Limits) -> Outcome {
    bytes.withUnsafeBufferPointer { bytes in
      while scanned < bytes.count {
        if let outcome = take(bytes[scanned], limits: limits) { return outcome }
        scanned += 1
      }
      return .more
    }
  }

  private mutating func take(_ byte: UInt8, limits: Limits) -> Outcome? {
    if isAfterReturn {
      guard byte == ASCII.lineFeed else { return .refused(.malformed(.bareLineEnd)) }
      isAfterReturn = false
      return endLine()
    }
    switch byte {
    case ASCII.carriageReturn: isAfterReturn = true
    case ASCII.lineFeed: return .refused(.malformed(.bareLineEnd))
    case _ where ASCII.isControl(byte): return .refused(.malformed(.controlCharacter))
    case _ where scanned == headStart && !ASCII.isToken(byte):
      return .refused(.malformed(.requestLine))
    default: break
    }
    return excess(limits)
  }

  private mutating func endLine() -> Outcome? {
    defer { lineStart = scanned + 1 }
    guard scanned - 1 == lineStart else { return nil }
    if lineStart > headStart {
      return .end(start: headStart, end: lineStart, next: scanned + 1)
    }
    // One empty line before a request is forgiven (RFC 9112, section 2.2): old clients send it
    // after a body.
    guard mayBeginEmpty else { return .refused(.malformed(.requestLine)) }
    mayBeginEmpty = false
    headStart = scanned + 1
    return nil
  }

  private func excess(_ limits: Limits) -> Outcome? {
    if lineStart == headStart, scanned - headStart >= limits.targetBytes + 32 {
      return .refused(.targetTooLong(limitBytes: limits.targetBytes))
    }
    if scanned - headStart >= limits.headBytes {
      return .refused(.headTooLarge(limitBytes: limits.headBytes))
    }
    return nil
  }
}
