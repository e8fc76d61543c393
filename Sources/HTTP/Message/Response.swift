/// An answer: its length is known, and the server adds `Content-Length`, `Date`, `Connection` and
/// `X-Request-Id`.
public struct Response: Hashable, Sendable {
  public var status: Int
  public var headers: Headers
  public var body: [UInt8]
  /// The pattern of the route that answered, for logs and metrics; never sent.
  public var route: String?
  /// Facts for the access log, as the name of the caller's key; never sent.
  public var notes: [String: String] = [:]

  public init(status: Int, headers: Headers = [:], body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// An answer without content.
  public static func empty(_ status: Int = 204, headers: Headers = [:]) -> Response {
    Response(status: status, headers: headers)
  }

  public static func text(_ text: String, status: Int = 200) -> Response {
    content(Array(text.utf8), type: "text/plain; charset=utf-8", status: status)
  }

  /// JSON that is encoded already.
  public static func json(_ bytes: [UInt8], status: Int = 200) -> Response {
    content(bytes, type: "application/json", status: status)
  }

  public static func content(_ bytes: [UInt8], type: String, status: Int = 200) -> Response {
    Response(status: status, headers: ["Content-Type": type], body: bytes)
  }

  /// Whether a status may have content at all (RFC 9110, section 6.4.1).
  static func allowsContent(_ status: Int) -> Bool {
    status >= 200 && status != 204 && status != 304
  }
}
