/// What a request can be refused for before any handler of the product sees it.
public enum ServerProblem: Error, Hashable, Sendable {
  case malformed(MalformedRequest)
  case unknownPath
  case methodNotAllowed(allowed: [Method])
  /// The head was not whole in time.
  case headTooSlow(limitSeconds: Double)
  /// The body came slower than the limit, or stopped.
  case bodyTooSlow(limitBytesPerSecond: Int)
  /// `Transfer-Encoding` is not taken: a body says its length.
  case lengthRequired
  case bodyTooLarge(limitBytes: Int)
  case targetTooLong(limitBytes: Int)
  case headTooLarge(limitBytes: Int)
  case tooManyHeaders(limit: Int)
  case expectationUnknown
  case versionUnknown
  /// No handler is free, or the bodies being received fill the memory set apart for them.
  case busy
  case tooManyConnections(limit: Int)
  case handlerTooSlow(limitSeconds: Double)

  public var status: Int {
    switch self {
    case .malformed: 400
    case .unknownPath: 404
    case .methodNotAllowed: 405
    case .headTooSlow, .bodyTooSlow: 408
    case .lengthRequired: 411
    case .bodyTooLarge: 413
    case .targetTooLong: 414
    case .expectationUnknown: 417
    case .headTooLarge, .tooManyHeaders: 431
    case .busy, .tooManyConnections, .handlerTooSlow: 503
    case .versionUnknown: 505
    }
  }

  /// When trying again makes sense, if it does.
  public var retryAfterSeconds: Int? {
    switch self {
    case .busy: 1
    case .tooManyConnections, .handlerTooSlow: 5
    default: nil
    }
  }

  /// The headers that belong to the refusal; the server adds them to whatever renders it.
  var headers: Headers {
    var headers = Headers()
    if case .methodNotAllowed(let allowed) = self {
      headers.add("Allow", allowed.map(\.name).joined(separator: ", "))
    }
    if let seconds = retryAfterSeconds { headers.add("Retry-After", String(seconds)) }
    return headers
  }
}

/// How a request breaks the grammar or the framing of RFC 9112. Where the standard lets a recipient
/// guess, this server refuses: a proxy before it might guess otherwise, and what one of the two
/// takes for a body the other would run as a request.
public enum MalformedRequest: String, Error, Hashable, Sendable {
  case requestLine
  /// Neither a path nor `*`.
  case targetForm
  case percentEncoding
  /// A line ends with CR or LF alone.
  case bareLineEnd
  case controlCharacter
  case headerName
  case foldedLine
  case contentLength
  case contentLengthTwice
  case contentLengthWithTransferEncoding
  case host
  case hostMissing
  case hostTwice
  /// The peer stopped sending before the request was whole.
  case truncated
}
