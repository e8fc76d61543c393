import Testing

@testable import Service

@Suite("HTML")
struct HTMLTests {
  @Test(
    "text is never markup",
    arguments: [
      ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
      ("\" onload=\"x", "&quot; onload=&quot;x"), ("' onload='x", "&#39; onload=&#39;x"),
      ("a & b &lt;", "a &amp; b &amp;lt;"), ("kaffe 🫘 ☕", "kaffe 🫘 ☕"), ("שלום", "שלום"), ("", ""),
    ])
  func escaping(text: String, escaped: String) {
    let cell: HTML = "<td title=\"\(text)\">\(text)</td>"
    #expect(cell.markup == "<td title=\"\(escaped)\">\(escaped)</td>")
  }

  @Test("a piece that was made before is taken as it is, once escaped and not twice")
  func pieces() {
    let inner: HTML = "<b>\("<")</b>"
    let missing: HTML? = nil
    let outer: HTML = "\(inner)\([inner, inner])\(missing)\(3)"
    #expect(outer.markup == String(repeating: "<b>&lt;</b>", count: 3) + "3")
  }

  @Test("a name's writing direction ends with the name")
  func direction() {
    #expect(HTML.name("\u{202E}evil").markup == "<bdi>\u{202E}evil</bdi>")
  }
}
