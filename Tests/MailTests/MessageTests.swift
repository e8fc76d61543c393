import Testing

@testable import Mail

@Suite("Messages")
struct MessageTests {
  func message(subject: String = "Two forecasts", text: String = "t", id: String = "<a.b@c>") throws
    -> Message
  {
    try Message(
      headerID: id, from: Sender("Quartermaster <qm@example.com>"),
      to: MailAddress("ann@example.com"), subject: subject, text: text, html: "<p>h</p>",
      date: 1_461_542_400)
  }

  @Test("a plain message is what RFC 5322 and RFC 2046 say, byte for byte")
  func golden() throws {
    let golden = """
      Date: Mon, 25 Apr 2016 00:00:00 +0000
      From: Quartermaster <qm@example.com>
      To: ann@example.com
      Message-ID: <a.b@c>
      Subject: Two forecasts
      Auto-Submitted: auto-generated
      MIME-Version: 1.0
      Content-Type: multipart/alternative;
       boundary="=_quartermaster_alternative"

      --=_quartermaster_alternative
      Content-Type: text/plain; charset=UTF-8
      Content-Transfer-Encoding: quoted-printable

      1 =3D 1

      --=_quartermaster_alternative
      Content-Type: text/html; charset=UTF-8
      Content-Transfer-Encoding: quoted-printable

      <p>h</p>

      --=_quartermaster_alternative--

      """
    let bytes = try message(text: "1 = 1\n").bytes
    #expect(String(decoding: bytes, as: UTF8.self) == golden.replacing("\n", with: "\r\n"))
  }

  @Test("a header that could become two is refused")
  func headers() {
    for subject in ["", "a\nBcc: eve@example.com", "a\r\n\r\nb", "a\0", "a\u{85}b", "a\u{2028}b"] {
      #expect(throws: MessageFault.subject) { try message(subject: subject) }
    }
    for id in ["a@b", "<a>", "<a@b", "<a@b@c>", "<a b@c>", "<a@b>\r\n", "<@b>", "<a.@b>"] {
      #expect(throws: MessageFault.headerID(id)) { try message(id: id) }
    }
    #expect(throws: MessageFault.body) { try message(text: "a\0b") }
  }

  @Test(
    "quoted-printable keeps line breaks, ends no line with a space and none after column 76",
    arguments: [
      ("", ""), ("a", "a\r\n"), ("a\n", "a\r\n"), ("a\r\nb\rc\n\nd", "a\r\nb\r\nc\r\n\r\nd\r\n"),
      ("a \nb\t", "a=20\r\nb=09\r\n"), ("ö=", "=C3=B6=3D\r\n"), (".\n..", ".\r\n..\r\n"),
      (
        String(repeating: "x", count: 76), String(repeating: "x", count: 76) + "\r\n"
      ),
      (
        String(repeating: "x", count: 77), String(repeating: "x", count: 75) + "=\r\nxx\r\n"
      ),
      (
        String(repeating: "x", count: 74) + "öy",
        String(repeating: "x", count: 74) + "=\r\n=C3=B6y\r\n"
      ),
    ])
  func quotedPrintable(text: String, encoded: String) {
    #expect(String(decoding: QuotedPrintable.encode(text), as: UTF8.self) == encoded)
  }

  /// RFC 4648, 10.
  @Test(
    "base64 is that of RFC 4648",
    arguments: [
      ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
      ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
    ])
  func base64Vectors(text: String, encoded: String) {
    #expect(base64(Array(text.utf8)) == encoded)
  }
}
