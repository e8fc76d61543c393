internal import Glibc

/// A mail to one recipient, as text and as HTML: what it says can be put on the wire.
public struct Message: Hashable, Sendable {
  /// The `Message-ID`, `<left@right>`.
  public let headerID: String
  public let from: Sender
  public let to: MailAddress
  public let subject: String
  public let text: String
  public let html: String
  /// Seconds since 1970-01-01T00:00:00Z.
  public let date: Int64

  /// - Throws: `MessageFault` for anything that could end a line where none ends.
  public init(
    headerID: String, from: Sender, to: MailAddress, subject: String, text: String, html: String,
    date: Int64
  ) throws(MessageFault) {
    guard Message.isHeaderID(headerID) else { throw .headerID(headerID) }
    guard (1...400).contains(subject.utf8.count), isPrintable(subject) else { throw .subject }
    guard !text.utf8.contains(0), !html.utf8.contains(0) else { throw .body }
    self.headerID = headerID
    self.from = from
    self.to = to
    self.subject = subject
    self.text = text
    self.html = html
    self.date = date
  }

  private static func isHeaderID(_ text: String) -> Bool {
    guard text.hasPrefix("<"), text.hasSuffix(">"), text.utf8.count <= 250 else { return false }
    let parts = text.dropFirst().dropLast()
      .split(separator: "@", omittingEmptySubsequences: false)
    return parts.count == 2 && parts.allSatisfy { isDotAtom($0) }
  }

  /// The message as RFC 5322 and RFC 2046 write it: `multipart/alternative`, the text before the
  /// HTML, every line ended by CRLF and, where no address or
  /// identity is longer by itself, at most 78 characters long.
  ///
  /// Dots at the beginning of lines are left to the SMTP client.
  public var bytes: [UInt8] {
    // Quoted-printable writes every "=" as "=3D", so no body can hold this.
    let boundary = "=_quartermaster_alternative"
    var lines = headers
    lines.append("MIME-Version: 1.0")
    lines.append("Content-Type: multipart/alternative;\r\n boundary=\"\(boundary)\"")
    var bytes = Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
    for (type, body) in [("plain", text), ("html", html)] {
      bytes += Array(
        ("--\(boundary)\r\nContent-Type: text/\(type); charset=UTF-8\r\n"
          + "Content-Transfer-Encoding: quoted-printable\r\n\r\n").utf8)
      bytes += QuotedPrintable.encode(body)
      bytes += [13, 10]
    }
    return bytes + Array("--\(boundary)--\r\n".utf8)
  }

  private var headers: [String] {
    var from = HeaderLine("From")
    if let name = self.from.name {
      from.append(phrase: name)
      from.append(word: "<\(self.from.address)>")
    } else {
      from.append(word: self.from.address.description)
    }
    var subject = HeaderLine("Subject")
    subject.append(unstructured: self.subject)
    return [
      "Date: \(Message.date(date))", from.text, "To: \(to)", "Message-ID: \(headerID)",
      subject.text,
      // RFC 3834: keeps "out of office" answers away.
      "Auto-Submitted: auto-generated",
    ]
  }

  /// RFC 5322, 3.3, in UTC.
  private static func date(_ seconds: Int64) -> String {
    var time = time_t(seconds)
    var civil = tm()
    gmtime_r(&time, &civil)
    let day = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"][Int(civil.tm_wday)]
    let month = [
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ][Int(civil.tm_mon)]
    let clock = [civil.tm_hour, civil.tm_min, civil.tm_sec].map { $0 < 10 ? "0\($0)" : "\($0)" }
    return "\(day), \(civil.tm_mday) \(month) \(civil.tm_year + 1900) "
      + clock.joined(separator: ":") + " +0000"
  }
}
