import Testing

/// Requests whose end two parsers may see in two places, each followed by a request that must never
/// run. After the attacks collected in "HTTP Desync Attacks" (Kettle, 2019), "T-Reqs: HTTP Request
/// Smuggling with Differential Fuzzing" (Jabiyev and others, CCS 2021) and RFC 9112, section 11.2.
enum SmugglingCorpus {
  struct Attempt: Sendable, CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]
    let status: Int
    var testDescription: String { name }
  }

  static let hidden = "GET /canary HTTP/1.1\r\nHost: a\r\n\r\n"

  /// A POST with these header lines, in whose body the hidden request stands.
  private static func post(
    _ name: String, _ lines: [String], status: Int = 400, body: String = hidden
  ) -> Attempt {
    let head = (["POST /echo HTTP/1.1", "Host: a"] + lines).joined(separator: "\r\n")
    return Attempt(name: name, bytes: Array((head + "\r\n\r\n" + body).utf8), status: status)
  }

  /// Bytes as they are, then the hidden request.
  private static func raw(_ name: String, _ text: String, status: Int = 400) -> Attempt {
    Attempt(name: name, bytes: Array((text + hidden).utf8), status: status)
  }

  static let all: [Attempt] = lengths + codings + lines + targets + hosts

  private static let lengths = [
    post("two lengths", ["Content-Length: 0", "Content-Length: \(hidden.utf8.count)"]),
    post("two equal lengths", ["Content-Length: 0", "Content-Length: 0"]),
    post("two lengths in two cases", ["Content-Length: 0", "content-length: 5"]),
    post("a list of lengths", ["Content-Length: 0, 5"]),
    post("a list of equal lengths", ["Content-Length: 0, 0"]),
    post("a space before the colon", ["Content-Length : 0"]),
    post("a tab before the colon", ["Content-Length\t: 0"]),
    post("a length with a sign", ["Content-Length: +0"]),
    post("a negative length", ["Content-Length: -1"]),
    post("a hexadecimal length", ["Content-Length: 0x0"]),
    post("a length with a fraction", ["Content-Length: 0.0"]),
    post("a length with an exponent", ["Content-Length: 0e1"]),
    post("a length with an underline", ["Content-Length: 0_0"]),
    post("a length with a letter", ["Content-Length: 0a"]),
    post("a length in two words", ["Content-Length: 0 0"]),
    post("an empty length", ["Content-Length:"]),
    post("a quoted length", ["Content-Length: \"0\""]),
    post("a length beyond 64 bits", ["Content-Length: 18446744073709551616"]),
    post(
      "a length that wraps to zero", ["Content-Length: 340282366920938463463374607431768211456"]),
    post("a length in other digits", ["Content-Length: \u{0660}"]),
    post("a length after a no-break space", ["Content-Length: \u{A0}0"]),
  ]

  private static let codings = [
    post("chunked", ["Transfer-Encoding: chunked"], status: 411, body: "0\r\n\r\n" + hidden),
    post(
      "length, then chunked", ["Content-Length: 5", "Transfer-Encoding: chunked"],
      body: "0\r\n\r\n" + hidden),
    post(
      "chunked, then length", ["Transfer-Encoding: chunked", "Content-Length: 5"],
      body: "0\r\n\r\n" + hidden),
    post(
      "two codings", ["Transfer-Encoding: chunked", "Transfer-Encoding: identity"], status: 411,
      body: "0\r\n\r\n" + hidden),
    post("an unknown coding", ["Transfer-Encoding: xchunked"], status: 411),
    post("the identity coding", ["Transfer-Encoding: identity"], status: 411),
    post("an empty coding", ["Transfer-Encoding:"], status: 411),
    post("a coding in capitals", ["TRANSFER-ENCODING: CHUNKED"], status: 411),
    post("a coding before a space", ["Transfer-Encoding : chunked", "Content-Length: 5"]),
    post("a coding after a tab", ["Transfer-Encoding:\tchunked"], status: 411),
    post("a coding on a folded line", ["Transfer-Encoding:", " chunked"]),
    post(
      "a coding hidden by a fold", ["X: y", " Transfer-Encoding: chunked", "Content-Length: 0"]),
    post("a coding after a vertical tab", ["Transfer-Encoding:\u{0B}chunked"]),
    post("a coding with a NUL", ["Transfer-Encoding: chunked\u{0}"]),
    post("a coding's name with a NUL", ["Transfer-Encoding\u{0}: chunked", "Content-Length: 0"]),
    post("a coding after a bare CR", ["X: y\rTransfer-Encoding: chunked", "Content-Length: 0"]),
    post("a coding after a bare LF", ["X: y\nTransfer-Encoding: chunked", "Content-Length: 0"]),
    raw(
      "chunked in HTTP/1.0", "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      status: 411),
  ]

  private static let lines = [
    post("a length after a bare CR", ["X: y\rContent-Length: 5", "Content-Length: 0"]),
    post("a length after a bare LF", ["X: y\nContent-Length: 5", "Content-Length: 0"]),
    post("a folded length", ["Content-Length: 0", " 5"]),
    post("a header folded with a tab", ["X: y", "\tz", "Content-Length: 0"]),
    post("a fold as the first line", [" Content-Length: 0"]),
    post("a NUL in a value", ["X: y\u{0}z", "Content-Length: 0"]),
    post("an escape in a value", ["X: \u{1B}[0m", "Content-Length: 0"]),
    post("a DEL in a value", ["X: \u{7F}", "Content-Length: 0"]),
    post("a name with a space", ["X Y: z", "Content-Length: 0"]),
    post("a name with a slash", ["X/Y: z", "Content-Length: 0"]),
    post("a name beyond ASCII", ["Cöntent-Length: 0", "Content-Length: 0"]),
    post("a line without a name", [": z", "Content-Length: 0"]),
    post("a line without a colon", ["XYZ", "Content-Length: 0"]),
    raw("lines that end with LF", "POST /echo HTTP/1.1\nHost: a\nContent-Length: 0\n\n"),
    raw("a head that ends with LF", "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\n"),
    raw("a head that ends with CR", "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r"),
    raw("a CR before CRLF", "GET /hello HTTP/1.1\r\nHost: a\r\r\n\r\n"),
    raw("two empty lines before a request", "\r\n\r\nGET /hello HTTP/1.1\r\nHost: a\r\n\r\n"),
    raw("no version", "GET /hello\r\nHost: a\r\n\r\n"),
    raw("version 0.9", "GET /hello HTTP/0.9\r\nHost: a\r\n\r\n", status: 505),
    raw("version 2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", status: 505),
    raw("version 1.2", "GET /hello HTTP/1.2\r\nHost: a\r\n\r\n", status: 505),
    raw("a version in small letters", "GET /hello http/1.1\r\nHost: a\r\n\r\n"),
    raw("a version with more digits", "GET /hello HTTP/1.10\r\nHost: a\r\n\r\n"),
    raw("two spaces", "GET  /hello HTTP/1.1\r\nHost: a\r\n\r\n"),
    raw("a tab for a space", "GET\t/hello HTTP/1.1\r\nHost: a\r\n\r\n"),
    raw("a space after the version", "GET /hello HTTP/1.1 \r\nHost: a\r\n\r\n"),
    raw("a space before the method", " GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"),
    raw("a fold after the request line", "GET /hello HTTP/1.1\r\n Host: a\r\n\r\n"),
    raw("a method that is no token", "G(T /hello HTTP/1.1\r\nHost: a\r\n\r\n"),
    raw("a TLS greeting", "\u{16}\u{03}\u{01}"),
    raw("a header line first", "Host: a\r\nGET /hello HTTP/1.1\r\n\r\n"),
  ]

  private static let targets = [
    raw("the absolute form", "GET http://a/hello HTTP/1.1\r\nHost: a\r\n\r\n"),
    raw("the absolute form to another", "GET http://b/hello HTTP/1.1\r\nHost: a\r\n\r\n"),
    raw("the authority form", "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n"),
    raw("a target without a slash", "GET hello HTTP/1.1\r\nHost: a\r\n\r\n"),
    raw("an asterisk without OPTIONS", "GET * HTTP/1.1\r\nHost: a\r\n\r\n"),
    raw("a fragment", "GET /hello#top HTTP/1.1\r\nHost: a\r\n\r\n"),
    raw("a NUL in the target", "GET /hello\u{0} HTTP/1.1\r\nHost: a\r\n\r\n"),
    raw("an encoded NUL", "GET /hello%00 HTTP/1.1\r\nHost: a\r\n\r\n"),
    raw("an encoded line end", "GET /hello%0d%0a HTTP/1.1\r\nHost: a\r\n\r\n"),
    raw("half an encoded byte", "GET /hello%2 HTTP/1.1\r\nHost: a\r\n\r\n"),
    raw("an encoded byte with a letter", "GET /hello%zz HTTP/1.1\r\nHost: a\r\n\r\n"),
    raw("encoded bytes that are no UTF-8", "GET /hello%ff HTTP/1.1\r\nHost: a\r\n\r\n"),
    raw("bytes beyond ASCII", "GET /hellö HTTP/1.1\r\nHost: a\r\n\r\n"),
    raw("a query with an encoded NUL", "GET /hello?a=%00 HTTP/1.1\r\nHost: a\r\n\r\n"),
  ]

  private static let hosts = [
    raw("no host", "GET /hello HTTP/1.1\r\n\r\n"),
    raw("two hosts", "GET /hello HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
    raw("two equal hosts", "GET /hello HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"),
    raw("two hosts in HTTP/1.0", "GET /hello HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n"),
    raw("an empty host", "GET /hello HTTP/1.1\r\nHost:\r\n\r\n"),
    raw("a host with a path", "GET /hello HTTP/1.1\r\nHost: a/b\r\n\r\n"),
    raw("a host with a user", "GET /hello HTTP/1.1\r\nHost: b@a\r\n\r\n"),
    raw("a list of hosts", "GET /hello HTTP/1.1\r\nHost: a, b\r\n\r\n"),
    raw(
      "an unknown expectation", "GET /hello HTTP/1.1\r\nHost: a\r\nExpect: tea\r\n\r\n",
      status: 417),
  ]
}
