import Testing

@testable import Mail

@Suite("Addresses of SMTP servers")
struct SMTPServerTests {
  @Test("smtp requires TLS by STARTTLS, smtps has it from the start, this machine needs none")
  func defaults() throws {
    let submission = try SMTPServer("smtp://mail.example")
    #expect(submission.port == 587 && submission.requiresTLS && !submission.isTLSFromStart)
    let implicit = try SMTPServer("smtps://mail.example/")
    #expect(implicit.port == 465 && implicit.requiresTLS && implicit.isTLSFromStart)
    for host in ["localhost", "127.0.0.1", "127.8.9.10", "[::1]", "LOCALHOST"] {
      #expect(try SMTPServer("smtp://\(host):25").requiresTLS == false)
      #expect(try SMTPServer("smtp://\(host):25?tls=required").requiresTLS)
      #expect(try SMTPServer("smtps://\(host)").requiresTLS)
    }
    // Names that only begin like this machine's.
    for host in ["127.0.0.1.example", "localhost.example", "127.0.0.256"] {
      #expect(try SMTPServer("smtp://\(host)").requiresTLS)
    }
    #expect(try SMTPServer("smtp://relay.example?tls=none").requiresTLS == false)
  }

  @Test("credentials are decoded and never shown")
  func credentials() throws {
    let server = try SMTPServer("smtp://ann%40b.example:p%40ss%2Fw%3A%C3%B6@mail.example:2525")
    #expect(server.user == "ann@b.example")
    #expect(server.password == "p@ss/w:ö")
    #expect(server.host == "mail.example" && server.port == 2525)
    #expect(server.description == "smtp://mail.example:2525")
    #expect(try SMTPServer("smtp://u:p@x@mail.example").password == "p@x")
  }

  @Test(
    "anything else is refused",
    arguments: [
      ("http://mail.example", SMTPServerFault.scheme), ("mail.example:25", .scheme), ("", .scheme),
      ("smtp://", .host), ("smtp://:25", .host), ("smtp://ma il.example", .host),
      ("smtp://mail.example\r\n", .host), ("smtp://mail.example:0", .port),
      ("smtp://mail.example:65536", .port), ("smtp://mail.example:x", .port),
      ("smtp://[::1", .host), ("smtp://[::1]25", .port),
      ("smtp://user@mail.example", .credentials), ("smtp://u:%0d@mail.example", .credentials),
      ("smtp://u:%zz@mail.example", .credentials), ("smtp://u:%ff@mail.example", .credentials),
      ("smtp://mail.example/path", .surplus("path")),
      ("smtp://mail.example?tls=maybe", .surplus("tls")),
      ("smtps://mail.example?tls=none", .surplus("tls")),
      ("smtp://mail.example?verify=no", .surplus("verify")),
      ("smtp://mail.example?tls=none&tls=required", .surplus("tls")),
      ("smtp://u:p@mail.example?tls=none", .passwordInTheClear),
    ])
  func refused(url: String, fault: SMTPServerFault) {
    #expect(throws: fault) { try SMTPServer(url) }
  }
}
