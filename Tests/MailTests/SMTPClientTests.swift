import TestKit
import Testing

@testable import Mail

@Suite("Delivery to a real SMTP server")
struct SMTPClientTests {
  func message(
    to: String = "ann@example.com", subject: String = "Two forecasts", text: String = "text",
    html: String = "<p>html</p>", from: String = "Quartermaster <qm@example.com>"
  ) throws -> Message {
    try Message(
      headerID: "<run7.0123@example.com>", from: Sender(from), to: MailAddress(to),
      subject: subject, text: text, html: html, date: 1_461_542_400)
  }

  func client(_ url: String, totalSeconds: Int = 30) throws -> SMTPClient {
    SMTPClient(
      try SMTPServer(url), limits: .init(connectSeconds: 10, totalSeconds: totalSeconds))
  }

  func failure(_ client: SMTPClient, to recipient: String) async throws -> MailError? {
    let message = try message(to: recipient)
    do throws(MailError) {
      try await client.deliver(message)
      return nil
    } catch {
      return error
    }
  }

  @Test("what arrives is what was sent: addresses, headers and both bodies, in clean lines")
  func accepted() async throws {
    try await ThrowawayMailServer.run { server in
      let text =
        "Grüße\n.\n..dots\nFrom here\n" + String(repeating: "日本語 ", count: 400) + "\nend \n"
      let html = "<p>" + String(repeating: "a=b&amp;ö ", count: 300) + "</p>\n"
      let subject = "Köln: 3 Prognosen prüfen – " + String(repeating: "東京", count: 40)
      try await client("smtp://127.0.0.1:\(server.ports.plain)").deliver(
        message(subject: subject, text: text, html: html, from: "Lager Köln <qm@example.com>"))
      let arrival = try #require(try server.arrivals().first)
      #expect(arrival.mailFrom == "qm@example.com")
      #expect(arrival.recipients == ["ann@example.com"])
      #expect(arrival.subject == subject)
      #expect(arrival.from == "Lager Köln" && arrival.fromAddress == "qm@example.com")
      #expect(arrival.to == "ann@example.com")
      #expect(arrival.headerID == "<run7.0123@example.com>")
      #expect(arrival.date == 1_461_542_400)
      #expect(arrival.types == ["multipart/alternative", "text/plain", "text/html"])
      #expect(arrival.text == text && arrival.html == html)
      #expect(arrival.defects == [])
      #expect(arrival.longestLine <= 78 && arrival.longestHeaderLine <= 78)
      #expect(arrival.bareBreaks == 0 && arrival.highBytes == 0)
      #expect(arrival.headerNames.count == Set(arrival.headerNames).count)
    }
  }

  @Test("long subjects and names of every kind arrive as they were, without a defect")
  func subjects() async throws {
    let subjects = [
      "a", String(repeating: "word ", count: 60) + "end", String(repeating: "x", count: 300),
      "=?UTF-8?Q?not_encoded?=", "two  spaces", "ends with space ",
      String(repeating: "é", count: 199),
      "👩‍🌾 north: 1 \"critical\", 2 warnings", "a: b; c, d <e@f>",
    ]
    try await ThrowawayMailServer.run { server in
      let client = try client("smtp://127.0.0.1:\(server.ports.plain)")
      for subject in subjects {
        try await client.deliver(message(subject: subject, from: "A. \"B\", C <qm@example.com>"))
      }
      let arrivals = try server.arrivals()
      #expect(arrivals.map(\.subject) == subjects)
      #expect(arrivals.allSatisfy { $0.defects.isEmpty && $0.longestHeaderLine <= 78 })
      #expect(arrivals.allSatisfy { $0.from == "A. \"B\", C" })
    }
  }

  @Test("whatever the words are, they arrive as they were")
  func anyWords() async throws {
    var random = SeededGenerator(seed: 41)
    let words = [
      " ", "a", "bc", "=", ".", "?", "_", "<", "\"", "é", "日本", "👩‍🌾", "\u{301}", "ẞ", "From ",
      "=?",
    ]
    let breaks = ["\n", "\r\n", "\t", "\n.\n", "\u{c}", " \n"]
    func text(_ count: Int, of words: [String]) -> String {
      (0..<count).map { _ in words.randomElement(using: &random) ?? "" }.joined()
    }
    var sent: [Message] = []
    for number in 0..<60 {
      let id = "<run\(number).0123@example.com>"
      sent.append(
        try Message(
          headerID: id, from: Sender("qm@example.com"), to: MailAddress("ann@example.com"),
          subject: "x" + text(number, of: words), text: text(number * 9, of: words + breaks),
          html: text(number * 5, of: words + breaks), date: 1_461_542_400 + Int64(number) * 86_399))
    }
    func received(_ text: String) -> String {
      let lines = text.replacing("\r\n", with: "\n")
      return lines.isEmpty || lines.hasSuffix("\n") ? lines : lines + "\n"
    }
    try await ThrowawayMailServer.run { server in
      let client = try client("smtp://127.0.0.1:\(server.ports.plain)")
      for message in sent { try await client.deliver(message) }
      let arrivals = try server.arrivals()
      #expect(arrivals.map(\.headerID) == sent.map(\.headerID))
      for (arrival, message) in zip(arrivals, sent) {
        #expect(arrival.subject.unicodeScalars.elementsEqual(message.subject.unicodeScalars))
        #expect(arrival.text == received(message.text))
        #expect(arrival.html == received(message.html))
        #expect(arrival.date == message.date)
        #expect(arrival.defects.isEmpty && arrival.bareBreaks == 0 && arrival.longestLine <= 78)
      }
    }
  }

  @Test(
    "a refusal says whether it is for now, and what the server said",
    arguments: [
      (
        "refuse-450",
        MailError.refusedForNow(code: 450, reply: "no mailbox refuse-450@b.example here")
      ),
      ("refuse-550", .refused(code: 550, reply: "no mailbox refuse-550@b.example here")),
      ("content-451", .refusedForNow(code: 451, reply: "this content is not wanted")),
      ("content-554", .refused(code: 554, reply: "this content is not wanted")),
      (
        "refuse-421",
        .transport(.serverUnavailable, detail: "421 no mailbox refuse-421@b.example here")
      ),
    ])
  func refusals(name: String, error: MailError) async throws {
    try await ThrowawayMailServer.run { server in
      let client = try client("smtp://127.0.0.1:\(server.ports.plain)")
      let found = try await failure(client, to: "\(name)@b.example")
      #expect(found == error)
      #expect(try server.arrivals().isEmpty)
    }
  }

  @Test("a connection that drops, a server that is silent or away is a transport failure")
  func transport() async throws {
    try await ThrowawayMailServer.run { server in
      let plain = "smtp://127.0.0.1:\(server.ports.plain)"
      let cases: [(url: String, recipient: String, expected: TransportFailure)] = [
        (plain, "drop", .connectionLost), (plain, "mute", .timedOut),
        ("smtp://127.0.0.1:\(server.ports.silent)", "ann", .timedOut),
        ("smtps://127.0.0.1:\(server.ports.plain)", "ann", .tlsUnavailable),
        (plain + "?tls=required", "ann", .tlsUnavailable),
        ("smtp://127.0.0.1:1", "ann", .unreachable),
      ]
      for (url, recipient, expected) in cases {
        let client = try client(url, totalSeconds: 1)
        let found = try await failure(client, to: "\(recipient)@b.example")
        guard case .transport(let kind, let detail)? = found else {
          Issue.record("\(url) took mail for \(recipient)")
          continue
        }
        #expect(kind == expected)
        #expect(!detail.isEmpty)
      }
      #expect(try server.arrivals().isEmpty)
    }
  }

  @Test("STARTTLS with a certificate that nobody vouches for is refused before the login")
  func certificates() async throws {
    try await ThrowawayMailServer.run { server in
      let login = "\(ThrowawayMailServer.user):\(ThrowawayMailServer.encodedPassword)@"
      let place = "127.0.0.1:\(server.ports.startTLS)?tls=required"
      let untrusting = try client("smtp://\(login)\(place)")
      guard
        case .transport(.certificateRefused, _) = try await failure(
          untrusting, to: "ann@example.com")
      else {
        Issue.record("an untrusted certificate was taken")
        return
      }
      #expect(try server.arrivals().isEmpty)
      let trusting = try client("smtp://\(login)\(place)&ca=\(server.certificate)")
      try await trusting.deliver(message())
      let arrival = try #require(try server.arrivals().first)
      #expect(arrival.isEncrypted && arrival.isLoggedIn)
      let elsewhere = try client("smtp://\(place)&ca=/nowhere.pem")
      guard
        case .transport(.certificatesUnreadable, _) = try await failure(
          elsewhere, to: "ann@example.com")
      else {
        Issue.record("a missing file of certificates was passed over")
        return
      }
    }
  }

  @Test("a wrong password is the connection's fault, not the message's")
  func wrongPassword() async throws {
    try await ThrowawayMailServer.run { server in
      let client = try client("smtp://quartermaster:wrong@127.0.0.1:\(server.ports.login)")
      guard
        case .transport(.loginRefused, _) = try await failure(client, to: "ann@example.com")
      else {
        Issue.record("a wrong password was no transport failure")
        return
      }
    }
  }

  @Test("a delivery that is cancelled ends without waiting for the server")
  func cancelled() async throws {
    try await ThrowawayMailServer.run { server in
      let client = try client("smtp://127.0.0.1:\(server.ports.silent)", totalSeconds: 3600)
      let delivery = Task { try await failure(client, to: "ann@example.com") }
      delivery.cancel()
      guard case .transport(.cancelled, _)? = try await delivery.value else {
        Issue.record("a cancelled delivery went on")
        return
      }
    }
  }
}
