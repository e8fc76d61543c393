internal import Glibc

/// An answer as bytes.
enum Wire {
  static let goOn = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)

  /// Status line and headers. A header's control characters become spaces: what a handler puts
  /// there may come from a request, and must not begin a line of its own.
  static func head(_ response: Response, requestID: String, closes: Bool) -> [UInt8] {
    var text = "HTTP/1.1 \(response.status) \(reason(response.status))\r\n"
    text += "Date: \(date(time(nil)))\r\n"
    for field in response.headers.fields where !isOurs(field.name) {
      text += "\(oneLine(field.name)): \(oneLine(field.value))\r\n"
    }
    text += "\(RequestID.header): \(requestID)\r\n"
    if Response.allowsContent(response.status) {
      text += "Content-Length: \(response.body.count)\r\n"
    }
    if closes { text += "Connection: close\r\n" }
    return Array((text + "\r\n").utf8)
  }

  private static func isOurs(_ name: String) -> Bool {
    ["Content-Length", "Date", "Connection", "Transfer-Encoding", RequestID.header]
      .contains { ASCII.equalIgnoringCase($0, name) }
  }

  private static func oneLine(_ text: String) -> String {
    guard text.utf8.contains(where: ASCII.isControl) else { return text }
    return String(decoding: text.utf8.map { ASCII.isControl($0) ? ASCII.space : $0 }, as: UTF8.self)
  }

  /// The preferred form of a date (RFC 9110, section 5.6.7), as `Sun, 06 Nov 1994 08:49:37 GMT`.
  static func date(_ seconds: time_t) -> String {
    var seconds = seconds
    var parts = tm()
    gmtime_r(&seconds, &parts)
    let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    let months = [
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    let clock = [parts.tm_hour, parts.tm_min, parts.tm_sec].map(twoDigits).joined(separator: ":")
    return
      "\(weekdays[Int(parts.tm_wday)]), \(twoDigits(parts.tm_mday)) \(months[Int(parts.tm_mon)])"
      + " \(parts.tm_year + 1900) \(clock) GMT"
  }

  private static func twoDigits(_ number: Int32) -> String {
    number < 10 ? "0\(number)" : "\(number)"
  }

  private static func reason(_ status: Int) -> String { reasons[status] ?? "Status" }

  private static let reasons = [
    200: "OK", 201: "Created", 202: "Accepted", 204: "No Content", 206: "Partial Content",
    301: "Moved Permanently", 302: "Found", 303: "See Other", 304: "Not Modified",
    307: "Temporary Redirect", 308: "Permanent Redirect", 400: "Bad Request", 401: "Unauthorized",
    403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 406: "Not Acceptable",
    408: "Request Timeout", 409: "Conflict", 410: "Gone", 411: "Length Required",
    412: "Precondition Failed", 413: "Content Too Large", 414: "URI Too Long",
    415: "Unsupported Media Type", 417: "Expectation Failed", 422: "Unprocessable Content",
    428: "Precondition Required", 429: "Too Many Requests",
    431: "Request Header Fields Too Large", 500: "Internal Server Error", 501: "Not Implemented",
    502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout",
    505: "HTTP Version Not Supported",
  ]
}
