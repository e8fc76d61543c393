import HTTP
import TestKit
import Testing

@Suite("Request smuggling")
struct SmugglingTests {
  @Test(
    "an ambiguous request gets one refusal and a closed connection",
    arguments: SmugglingCorpus.all)
  func refused(attempt: SmugglingCorpus.Attempt) async throws {
    try await Fixture.serving { server, fixture in
      let port = server.port
      let answer = try await blocking {
        let peer = try Peer(port: port)
        peer.send(attempt.bytes)
        return peer.readToEnd()
      }
      let text = try #require(answer, "the connection stayed open")
      #expect(text.hasPrefix("HTTP/1.1 \(attempt.status) "), "\(text)")
      #expect(text.split(separator: "HTTP/1.1 ").count == 1, "\(text)")
      #expect(fixture.handled == [])
    }
  }

  @Test("what follows a whole request on its connection is another request")
  func pipelined() async throws {
    try await Fixture.serving { server, fixture in
      let port = server.port
      let statuses = try await blocking {
        let peer = try Peer(port: port)
        peer.send(
          "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nfirst"
            + SmugglingCorpus.hidden)
        return [peer.readAnswer()?.body, peer.readAnswer()?.body]
      }
      #expect(statuses == ["first", "canary"])
      #expect(fixture.handled == ["/echo", "/canary"])
    }
  }
}
