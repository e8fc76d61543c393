/// The head of a request, checked: what frames the body is beyond doubt.
struct RequestHead: Hashable, Sendable {
  var method: Method
  var target: Target
  var headers: Headers
  /// Zero without a `Content-Length`.
  var contentLength: Int
  var expectsContinue: Bool
  /// Whether the peer may send another request on the same connection.
  var keepsAlive: Bool
}

extension RequestHead {
  /// Reads a head without its last, empty line. The lines end with CRLF and have no other control
  /// character than tab: `HeadScanner` saw to it.
  init(_ bytes: ArraySlice<UInt8>, limits: Limits) throws(ServerProblem) {
    let lines = bytes.split(separator: ASCII.lineFeed).map { $0.dropLast() }
    guard let first = lines.first else { throw .malformed(.requestLine) }
    let start = try RequestHead.requestLine(first)
    guard lines.count - 1 <= limits.headerCount else {
      throw .tooManyHeaders(limit: limits.headerCount)
    }
    var headers: [Headers.Field] = []
    for line in lines.dropFirst() { headers.append(try RequestHead.field(line)) }
    self.headers = Headers(headers)
    method = start.method
    contentLength = try RequestHead.contentLength(self.headers)
    try RequestHead.checkHost(self.headers, required: start.minorVersion == 1)
    do { target = try Target(start.target) } catch { throw .malformed(error) }
    if target.isAsterisk, method != .options { throw .malformed(.targetForm) }
    // A client of HTTP/1.0 does not know the answer 100 (RFC 9110, section 10.1.1).
    let expects = try RequestHead.expectsContinue(self.headers)
    expectsContinue = expects && start.minorVersion == 1
    let connection = self.headers.list("Connection").map { $0.lowercased() }
    // A client of HTTP/1.0 gets one answer: `keep-alive` was never part of that standard.
    keepsAlive = start.minorVersion == 1 && !connection.contains("close")
  }

  private static func requestLine(
    _ line: ArraySlice<UInt8>
  ) throws(ServerProblem) -> (method: Method, target: ArraySlice<UInt8>, minorVersion: Int) {
    let parts = line.split(separator: ASCII.space, omittingEmptySubsequences: false)
    guard parts.count == 3, !parts[0].isEmpty, parts[0].allSatisfy(ASCII.isToken),
      !parts[1].isEmpty
    else { throw .malformed(.requestLine) }
    let version = parts[2]
    guard version.count == 8, version.starts(with: "HTTP/".utf8),
      ASCII.isDigit(version[version.startIndex + 5]),
      version[version.startIndex + 6] == UInt8(ascii: "."),
      ASCII.isDigit(version[version.startIndex + 7])
    else { throw .malformed(.requestLine) }
    let digits = version.suffix(3)
    guard digits.elementsEqual("1.1".utf8) || digits.elementsEqual("1.0".utf8) else {
      throw .versionUnknown
    }
    let method = Method(String(decoding: parts[0], as: UTF8.self))
    return (method, parts[1], digits.last == UInt8(ascii: "1") ? 1 : 0)
  }

  private static func field(_ line: ArraySlice<UInt8>) throws(ServerProblem) -> Headers.Field {
    if line.first == ASCII.space || line.first == ASCII.tab { throw .malformed(.foldedLine) }
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex,
      line[..<colon].allSatisfy(ASCII.isToken)
    else { throw .malformed(.headerName) }
    let value = ASCII.trimmed(line[(colon + 1)...])
    return Headers.Field(
      name: String(decoding: line[..<colon], as: UTF8.self),
      value: String(decoding: value, as: UTF8.self))
  }

  /// The guard of the framing (RFC 9112, section 6.3), stricter than the standard: a list of equal
  /// lengths, which it lets pass, is refused, and so is every transfer coding.
  private static func contentLength(_ headers: Headers) throws(ServerProblem) -> Int {
    let lengths = headers.values(of: "Content-Length")
    if !headers.values(of: "Transfer-Encoding").isEmpty {
      guard lengths.isEmpty else { throw .malformed(.contentLengthWithTransferEncoding) }
      throw .lengthRequired
    }
    guard let length = lengths.first else { return 0 }
    guard lengths.count == 1 else { throw .malformed(.contentLengthTwice) }
    guard (1...18).contains(length.utf8.count), length.utf8.allSatisfy(ASCII.isDigit),
      let bytes = Int(length)
    else { throw .malformed(.contentLength) }
    return bytes
  }

  private static func checkHost(_ headers: Headers, required: Bool) throws(ServerProblem) {
    let hosts = headers.values(of: "Host")
    guard let host = hosts.first else {
      if required { throw .malformed(.hostMissing) }
      return
    }
    guard hosts.count == 1 else { throw .malformed(.hostTwice) }
    let isHost = host.utf8.allSatisfy {
      ASCII.isLetter($0) || ASCII.isDigit($0) || "-._~:[]%".utf8.contains($0)
    }
    guard isHost, !host.isEmpty else { throw .malformed(.host) }
  }

  private static func expectsContinue(_ headers: Headers) throws(ServerProblem) -> Bool {
    let expectations = headers.list("Expect")
    guard expectations.allSatisfy({ $0.lowercased() == "100-continue" }) else {
      throw .expectationUnknown
    }
    return !expectations.isEmpty
  }
}
