import Glibc
import HTTP
import TestKit
import Testing

@Suite("Limits on peers")
struct LimitTests {
  /// Short enough to be reached in a test, by something that would otherwise last for ever.
  private static func short(_ change: (inout Limits) -> Void = { _ in }) -> Limits {
    var limits = Limits()
    limits.headerSeconds = 0.2
    limits.rateWindowSeconds = 0.2
    limits.lingerSeconds = 0.2
    change(&limits)
    return limits
  }

  /// The server's whole answer to a peer that sends this and then a byte now and then.
  private static func answer(
    _ server: Server, to start: String, then drip: String = ""
  ) async throws -> String? {
    let port = server.port
    return try await blocking {
      let peer = try Peer(port: port)
      peer.send(start)
      let dripping = !drip.isEmpty
      while dripping, peer.send(drip), !peer.hasMore(withinMilliseconds: 50) {}
      return peer.readToEnd()
    }
  }

  @Test("a head that comes a line at a time is dropped")
  func slowHead() async throws {
    try await Fixture.serving(Self.short()) { server, fixture in
      let text = try await Self.answer(
        server, to: "GET /hello HTTP/1.1\r\nHost: a\r\n", then: "X: y\r\n")
      #expect(text?.hasPrefix("HTTP/1.1 408 ") == true)
      #expect(fixture.handled == [])
    }
  }

  @Test("a body that comes slower than the limit is dropped")
  func slowBody() async throws {
    try await Fixture.serving(Self.short()) { server, fixture in
      let text = try await Self.answer(
        server, to: "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n", then: "x")
      #expect(text?.hasPrefix("HTTP/1.1 408 ") == true)
      #expect(fixture.handled == [])
    }
  }

  @Test("a body that starts fast and then stops is dropped")
  func stoppedBody() async throws {
    try await Fixture.serving(Self.short()) { server, fixture in
      let text = try await Self.answer(
        server,
        to: "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n"
          + String(repeating: "x", count: 99_000))
      #expect(text?.hasPrefix("HTTP/1.1 408 ") == true)
      #expect(fixture.handled == [])
      #expect(server.bufferedBodyBytes == 0)
    }
  }

  @Test("an answer that nobody fetches is dropped")
  func slowReader() async throws {
    try await Fixture.serving(Self.short()) { server, fixture in
      let peer = try Peer(port: server.port)
      peer.send("GET /big HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(try await eventually { fixture.exchanges.count == 1 })
      #expect(fixture.exchanges[0].isDelivered == false)
      #expect(try await eventually { server.openConnections == 0 })
    }
  }

  @Test("a connection without a request is closed in silence")
  func idle() async throws {
    try await Fixture.serving(Self.short { $0.idleSeconds = 0.1 }) { server, _ in
      let text = try await Self.answer(server, to: "")
      #expect(text == "")
    }
  }

  @Test("a body over the limit is refused by its length, without being read")
  func announced() async throws {
    try await Fixture.serving { server, fixture in
      let text = try await Self.answer(
        server,
        to: "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
          + "Content-Length: \((10 << 20) + 1)\r\n\r\n")
      #expect(text?.hasPrefix("HTTP/1.1 413 ") == true)
      #expect(fixture.handled == [])
    }
  }

  @Test("the refusal of a body reaches a client that goes on sending it")
  func refusalArrives() async throws {
    try await Fixture.serving { server, _ in
      let text = try await Self.answer(
        server,
        to: "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 20000000\r\n\r\n"
          + String(repeating: "x", count: 20_000_000))
      #expect(text?.hasPrefix("HTTP/1.1 413 ") == true)
    }
  }

  @Test("a request that stops before it is whole never reaches a handler")
  func truncated() async throws {
    try await Fixture.serving { server, fixture in
      let port = server.port
      let whole = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\ncontents!"
      let answers = try await blocking {
        try [1, 10, 40, whole.utf8.count - 9, whole.utf8.count - 1].map { count in
          let peer = try Peer(port: port)
          peer.send(whole.utf8.prefix(count))
          peer.finishSending()
          return peer.readToEnd()
        }
      }
      for answer in answers { #expect(answer?.hasPrefix("HTTP/1.1 400 ") == true) }
      #expect(fixture.handled == [])
    }
  }

  @Test("more requests than handlers may have are told to come again")
  func inFlight() async throws {
    try await Fixture.serving(Self.short { $0.maximumInFlight = 1 }) { server, fixture in
      let port = server.port
      let held = Task {
        try await blocking {
          let peer = try Peer(port: port)
          peer.send("GET /held HTTP/1.1\r\nHost: a\r\n\r\n")
          return peer.readAnswer()?.body
        }
      }
      #expect(try await eventually { fixture.handled.count == 1 })
      let refused = try await Self.answer(server, to: "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(refused?.hasPrefix("HTTP/1.1 503 ") == true)
      #expect(refused?.contains("\r\nRetry-After: 1\r\n") == true)
      fixture.gate.open()
      #expect(try await held.value == "released")
    }
  }

  @Test("bodies that together pass the memory set apart are told to come again")
  func buffered() async throws {
    try await Fixture.serving(Self.short { $0.maximumBufferedBytes = 1_000 }) { server, fixture in
      let refused = try await Self.answer(
        server,
        to: "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2000\r\n\r\n"
          + String(repeating: "x", count: 1_500))
      #expect(refused?.hasPrefix("HTTP/1.1 503 ") == true)
      #expect(server.bufferedBodyBytes == 0)
      #expect(fixture.handled == [])
    }
  }

  @Test("a handler that takes too long is answered for")
  func slowHandler() async throws {
    try await Fixture.serving(Self.short { $0.handlerSeconds = 0.1 }) { server, fixture in
      let refused = try await Self.answer(server, to: "GET /held HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(refused?.hasPrefix("HTTP/1.1 503 ") == true)
      // It is still at work, and counts.
      #expect(server.requestsInFlight == 1)
      fixture.gate.open()
      #expect(try await eventually { server.requestsInFlight == 0 })
    }
  }

  @Test("connections beyond the limit are told to come again")
  func connections() async throws {
    let limits = Self.short { limits in
      limits.maximumConnections = 2
      limits.headerSeconds = 60
    }
    try await Fixture.serving(limits) { server, _ in
      let begun = [try Peer(port: server.port), try Peer(port: server.port)]
      for peer in begun { peer.send("GET /hello HTTP/1.1\r\n") }
      #expect(try await eventually { server.openConnections == 2 })
      let refused = try await Self.answer(server, to: "")
      #expect(refused?.hasPrefix("HTTP/1.1 503 ") == true)
      #expect(refused?.contains("\r\nRetry-After: 5\r\n") == true)
      withExtendedLifetime(begun) {}
    }
  }

  @Test("at the limit the connection that was idle longest makes room")
  func room() async throws {
    try await Fixture.serving(Self.short { $0.maximumConnections = 3 }) { server, _ in
      let port = server.port
      let bodies = try await blocking {
        let peers = try (0..<10).map { _ in try Peer(port: port) }
        return peers.suffix(3).reversed().map { peer in
          peer.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
          return peer.readAnswer()?.body
        }
      }
      #expect(bodies == ["hello", "hello", "hello"])
    }
  }

  @Test("a thousand idle connections do not stop others")
  func manyIdle() async throws {
    try await Fixture.serving { server, _ in
      let port = server.port
      let body = try await blocking {
        let idle = try (0..<1_000).map { _ in try Peer(port: port) }
        let peer = try Peer(port: port)
        peer.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
        defer { withExtendedLifetime(idle) {} }
        return peer.readAnswer()?.body
      }
      #expect(body == "hello")
      #expect(try await eventually { server.openConnections == 0 })
    }
  }

  @Test("uploads that are broken off leave no connection behind", arguments: [false, true])
  func brokenOff(withReset: Bool) async throws {
    try await Fixture.serving { server, fixture in
      let port = server.port
      try await blocking {
        for _ in 0..<100 {
          let peer = try Peer(port: port)
          peer.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9999\r\n\r\nsome")
          if withReset { peer.abort() }
        }
      }
      #expect(
        try await eventually {
          server.openConnections == 0 && Self.connectionsWaitingToBeClosed(port: port) == 0
        })
      #expect(fixture.handled == [])
      #expect(server.bufferedBodyBytes == 0)
    }
  }

  @Test("five thousand random requests leave the server whole")
  func random() async throws {
    try await Fixture.serving { server, fixture in
      let port = server.port
      try await blocking {
        var generator = SeededGenerator(seed: 5_000)
        for _ in 0..<5_000 {
          let peer = try Peer(port: port)
          peer.send(RandomRequest.make(using: &generator))
          peer.finishSending()
          _ = peer.readToEnd()
        }
      }
      #expect(fixture.exchanges.allSatisfy { $0.isDelivered })
      let statuses = Set(fixture.exchanges.map(\.status))
      #expect(statuses.isSuperset(of: [200, 400, 404, 405, 411]))
      #expect(statuses.isSubset(of: [200, 204, 400, 404, 405, 411, 413, 417, 431, 505]))
      #expect(try await eventually { server.openConnections == 0 && server.requestsInFlight == 0 })
      let last = try await Self.answer(server, to: "GET /hello HTTP/1.0\r\n\r\n")
      #expect(last?.hasSuffix("hello") == true)
    }
  }

  /// Connections to the port that the peer closed and we did not: CLOSE_WAIT, 08 in the system's
  /// table.
  private static func connectionsWaitingToBeClosed(port: Int) -> Int {
    guard let file = fopen("/proc/net/tcp", "r") else { return -1 }
    defer { fclose(file) }
    let suffix = ":" + String(String(port + 0x10000, radix: 16).uppercased().suffix(4))
    var line = [CChar](repeating: 0, count: 512)
    var count = 0
    while fgets(&line, Int32(line.count), file) != nil {
      let text = String(
        decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      let words = text.split(separator: " ")
      if words.count > 3, words[1].hasSuffix(suffix), words[3] == "08" { count += 1 }
    }
    return count
  }
}
