import Glibc
import HTTP
import TestKit
import Testing

@Suite("Serving")
struct ServerTests {
  private static let get = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"

  @Test("requests follow each other on one connection")
  func keepAlive() async throws {
    try await Fixture.serving(threads: 2) { server, fixture in
      let port = server.port
      let answers = try await blocking {
        let peer = try Peer(port: port)
        return (0..<3).map { _ -> Peer.Answer? in
          peer.send(Self.get)
          return peer.readAnswer()
        }
      }
      #expect(answers.map(\.?.body) == ["hello", "hello", "hello"])
      #expect(answers.first??.headers["content-type"] == "text/plain; charset=utf-8")
      #expect(answers.first??.headers["date"]?.hasSuffix("GMT") == true)
      #expect(answers.first??.headers["connection"] == nil)
    }
  }

  @Test(
    "a connection ends after its answer when the client says so or speaks HTTP/1.0",
    arguments: [
      "GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
      "GET /hello HTTP/1.1\r\nHost: a\r\nConnection: Keep-Alive, Close\r\n\r\n",
      "GET /hello HTTP/1.0\r\n\r\n", "GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    ])
  func closes(request: String) async throws {
    try await Fixture.serving { server, _ in
      let port = server.port
      let text = try await blocking {
        let peer = try Peer(port: port)
        peer.send(request)
        return peer.readToEnd()
      }
      let answer = try #require(text)
      #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
      #expect(answer.contains("\r\nConnection: close\r\n"))
      #expect(answer.hasSuffix("\r\n\r\nhello"))
    }
  }

  @Test("a client that finished sending still gets its answer")
  func halfClosed() async throws {
    try await Fixture.serving { server, _ in
      let port = server.port
      let text = try await blocking {
        let peer = try Peer(port: port)
        peer.send(Self.get + Self.get)
        peer.finishSending()
        return peer.readToEnd()
      }
      #expect(text?.split(separator: "HTTP/1.1 200").count == 2)
    }
  }

  @Test("a client that waits to be asked for its body is asked")
  func goOn() async throws {
    try await Fixture.serving { server, _ in
      let port = server.port
      let answers = try await blocking {
        let peer = try Peer(port: port)
        peer.send(
          "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n")
        let first = peer.readAnswer()
        peer.send("body")
        return [first, peer.readAnswer()]
      }
      #expect(answers.map(\.?.status) == [100, 200])
      #expect(answers.last??.body == "body")
    }
  }

  @Test("a body for a path that takes none is refused before it is sent")
  func refusedEarly() async throws {
    try await Fixture.serving { server, fixture in
      let port = server.port
      let texts = try await blocking {
        try ["/nothing", "/hello"].map { path in
          let peer = try Peer(port: port)
          peer.send(
            "POST \(path) HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
              + "Content-Length: 1000000\r\n\r\n")
          return peer.readToEnd()
        }
      }
      #expect(texts[0]?.hasPrefix("HTTP/1.1 404 ") == true)
      #expect(texts[1]?.hasPrefix("HTTP/1.1 405 ") == true)
      #expect(texts[1]?.contains("\r\nAllow: GET, HEAD, OPTIONS\r\n") == true)
      #expect(fixture.handled == [])
    }
  }

  @Test("an answer larger than the system's buffers arrives whole")
  func bigAnswer() async throws {
    try await Fixture.serving { server, _ in
      let port = server.port
      let answer = try await blocking {
        let peer = try Peer(port: port)
        peer.send("GET /big HTTP/1.1\r\nHost: a\r\n\r\n")
        return peer.readAnswer()
      }
      #expect(answer?.body.utf8.count == 8 << 20)
    }
  }

  @Test("a body of the greatest size arrives whole")
  func bigBody() async throws {
    try await Fixture.serving { server, _ in
      let port = server.port
      let answer = try await blocking {
        let peer = try Peer(port: port)
        peer.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: \(10 << 20)\r\n\r\n")
        peer.send([UInt8](repeating: 98, count: 10 << 20))
        return peer.readAnswer()
      }
      #expect(answer?.body.utf8.count == 10 << 20)
      #expect(answer?.body.utf8.allSatisfy { $0 == 98 } == true)
      #expect(server.bufferedBodyBytes == 0)
    }
  }

  @Test("a request's own sane id names it, another one is replaced")
  func requestIDs() async throws {
    try await Fixture.serving { server, fixture in
      let port = server.port
      let answers = try await blocking {
        let peer = try Peer(port: port)
        return ["sync-2024.03_7", "two words", String(repeating: "a", count: 65)].map { id in
          peer.send("GET /hello HTTP/1.1\r\nHost: a\r\nX-Request-Id: \(id)\r\n\r\n")
          return peer.readAnswer()?.headers["x-request-id"]
        }
      }
      #expect(answers[0] == "sync-2024.03_7")
      for made in answers.dropFirst() {
        #expect(made?.count == 16)
        #expect(made?.allSatisfy(\.isHexDigit) == true)
      }
      #expect(fixture.exchanges.map(\.id) == answers)
    }
  }

  @Test("the observer hears of answers and refusals")
  func observed() async throws {
    try await Fixture.serving { server, fixture in
      let port = server.port
      try await blocking {
        let peer = try Peer(port: port)
        peer.send("POST /echo?secret=1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc")
        _ = peer.readAnswer()
        peer.send("GET /hello\r\n\r\n")
        _ = peer.readToEnd()
      }
      let exchanges = fixture.exchanges
      #expect(exchanges.map(\.status) == [200, 400])
      #expect(exchanges[0].route == "/echo")
      #expect(exchanges[0].path == "/echo")
      #expect(exchanges[0].requestBodyBytes == 3)
      #expect(exchanges[0].isDelivered)
      #expect(exchanges[1].method == nil)
      #expect(exchanges[1].problem == .malformed(.requestLine))
    }
  }

  @Test("a header of an answer cannot begin a line of its own")
  func splitting() async throws {
    var router = Router(
      problem: { Fixture.problem($0) }, failure: { _, _ in .empty(500) })
    router.on(.get, "/") { _ in .empty(headers: ["X-Echo": "a\r\nSet-Cookie: b"]) }
    let answer = try await Way.socket.ask(router, .get, "/")
    #expect(answer.headers["x-echo"] == "a  Set-Cookie: b")
    #expect(answer.headers["set-cookie"] == nil)
  }

  @Test("a port that is taken is refused with the reason")
  func portTaken() async throws {
    try await Fixture.serving { server, _ in
      do throws(ServerError) {
        _ = try Server(
          host: "127.0.0.1", port: server.port, responder: Fixture().router(),
          problem: { Fixture.problem($0) })
        Issue.record("two servers on one port")
      } catch {
        #expect(error.action == .listen)
        #expect(error.errorNumber == EADDRINUSE)
      }
    }
  }

  @Test("draining finishes what has begun, closes what is idle and refuses what comes")
  func drain() async throws {
    let fixture = Fixture()
    let server = try fixture.server()
    let port = server.port
    let idle = Task {
      try await blocking {
        let peer = try Peer(port: port)
        peer.send(Self.get)
        _ = peer.readAnswer()
        return peer.readToEnd()
      }
    }
    let held = Task {
      try await blocking {
        let peer = try Peer(port: port)
        peer.send("GET /held HTTP/1.1\r\nHost: a\r\n\r\n")
        return peer.readToEnd()
      }
    }
    #expect(try await eventually { fixture.handled.count == 2 })
    let drained = Task { await server.drain(within: 30) }
    let silence = try await idle.value
    #expect(silence == "")
    await #expect(throws: Peer.Unreachable.self) { try await blocking { _ = try Peer(port: port) } }
    fixture.gate.open()
    let answer = try #require(try await held.value)
    #expect(answer.hasSuffix("\r\n\r\nreleased"))
    #expect(answer.contains("\r\nConnection: close\r\n"))
    await drained.value
    #expect(server.openConnections == 0)
    await server.stop()
  }

  @Test("a server that has stopped can be told so again")
  func stoppedTwice() async throws {
    let server = try Fixture().server(threads: 2)
    async let first: Void = server.stop()
    async let second: Void = server.stop(within: 1)
    _ = await (first, second)
    await server.drain(within: 1)
    await server.stop()
    #expect(server.openConnections == 0)
  }

  @Test("a client of HTTP/1.0 is not asked for its body")
  func oldClient() async throws {
    try await Fixture.serving { server, _ in
      let port = server.port
      let text = try await blocking {
        let peer = try Peer(port: port)
        peer.send("POST /echo HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n")
        peer.send("body")
        return peer.readToEnd()
      }
      #expect(text?.hasPrefix("HTTP/1.1 200 ") == true)
    }
  }

  @Test("what has not finished when draining ends is cut off")
  func drainEnds() async throws {
    let fixture = Fixture()
    let server = try fixture.server()
    let port = server.port
    let held = Task {
      try await blocking {
        let peer = try Peer(port: port)
        peer.send("GET /held HTTP/1.1\r\nHost: a\r\n\r\n")
        return peer.readAnswer()
      }
    }
    #expect(try await eventually { fixture.handled.count == 1 })
    await server.stop(within: 0.05)
    #expect(server.openConnections == 0)
    let answer = try await held.value
    #expect(answer == nil)
    fixture.gate.open()
    #expect(try await eventually { server.requestsInFlight == 0 })
  }
}
