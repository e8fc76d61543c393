import Testing

@testable import Mail

@Suite("Addresses")
struct MailAddressTests {
  @Test(
    "an address of a dot-atom and a host name stands, its domain in lower case",
    arguments: [
      ("ann@example.com", "ann@example.com"), ("Ann.Lee+x@Example.COM", "Ann.Lee+x@example.com"),
      ("o'neil@a-b.example", "o'neil@a-b.example"), ("root@localhost", "root@localhost"),
      ("x@xn--bcher-kva.example", "x@xn--bcher-kva.example"),
    ])
  func good(text: String, canonical: String) throws {
    #expect(try MailAddress(text).description == canonical)
  }

  @Test(
    "what could end a command, name two mailboxes or pass a limit is no address",
    arguments: [
      "", "ann", "@example.com", "ann@", "a@b@c", "ann@example.com\r\nRCPT TO:<eve@example.com>",
      "ann@example.com\n", "ann\r@example.com", "ann@example.com\0", "ann lee@example.com",
      "ann@example.com,eve@example.com", "<ann@example.com>", "ann@example.com>", ".ann@b.example",
      "ann.@b.example", "a..b@c.example", "\"a b\"@c.example", "ann@[127.0.0.1]", "ann@-b.example",
      "ann@b-.example", "ann@b..example", "ann@.b", "ann@b.", "ann@b_c.example", "änn@b.example",
      "ann@bücher.example", "ann(x)@b.example", "ann@b.example ", "ann@\u{212A}.example",
      String(repeating: "a", count: 65) + "@b.example",
      "a@" + String(repeating: "b", count: 64) + ".example",
      "a@" + Array(repeating: "bcdefghi", count: 29).joined(separator: "."),
    ])
  func bad(text: String) {
    #expect(throws: MessageFault.address(text)) { try MailAddress(text) }
  }

  @Test("the longest local part and domain stand")
  func limits() throws {
    let local = String(repeating: "a", count: 64)
    let label = String(repeating: "b", count: 61)
    let domain = [label, label, label, "c"].joined(separator: ".")
    #expect(try MailAddress("\(local)@\(domain)").description.utf8.count == 252)
  }

  @Test("a sender is an address, or a name with one behind it")
  func sender() throws {
    #expect(try Sender("qm@example.com").name == nil)
    let named = try Sender("Lager Köln  <qm@example.com>")
    #expect(named.name == "Lager Köln")
    #expect(named.address.description == "qm@example.com")
    #expect(try Sender("<qm@example.com>").name == nil)
    for text in ["Köln\r\nBcc: eve <qm@example.com>", "qm@example.com>", "A <qm@example.com> B"] {
      #expect(throws: MessageFault.self) { try Sender(text) }
    }
  }
}
