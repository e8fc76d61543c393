import HTTP
import TestKit
import Testing

/// The ways to ask a router: as a value, and over a socket.
enum Way: CaseIterable, Sendable {
  case direct, socket

  /// Status, headers by lower-case name, and body.
  func ask(
    _ router: Router, _ method: Method, _ target: String, body: String = ""
  ) async throws -> Peer.Answer {
    switch self {
    case .direct:
      let request = try Request(method, target, body: Array(body.utf8))
      let response = await router.respond(to: request)
      return Peer.Answer(
        status: response.status,
        headers: Dictionary(
          response.headers.fields.map { ($0.name.lowercased(), $0.value) },
          uniquingKeysWith: { first, _ in first }),
        body: method == .head ? "" : String(decoding: response.body, as: UTF8.self))
    case .socket:
      let server = try Server(
        host: "127.0.0.1", port: 0, responder: router, problem: { Fixture.problem($0) })
      let port = server.port
      let answer = try await blocking {
        let peer = try Peer(port: port)
        peer.send(
          "\(method) \(target) HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
            + body)
        return peer.readAnswer(hasBody: method != .head)
      }
      await server.stop()
      return try #require(answer)
    }
  }
}

@Suite("Routes")
struct RouterTests {
  private struct Odd: Error {}

  private var router: Router {
    var router = Router(
      problem: { Fixture.problem($0) },
      failure: { error, request in .text("\(error) at \(request.route ?? "")", status: 500) })
    router.on(.get, "/") { _ in .text("root") }
    router.on(.get, "/runs/{id}") { .text("run \($0.pathParameters["id"] ?? "")") }
    router.on(.get, "/runs/newest") { _ in .text("newest") }
    router.on(.post, "/runs") { .content($0.body, type: "text/plain", status: 201) }
    router.on(.delete, "/runs/{id}") { _ in .empty() }
    router.on(.get, "/odd") { _ in throw Odd() }
    return router
  }

  @Test("a path is answered by its handler", arguments: Way.allCases)
  func matching(way: Way) async throws {
    #expect(try await way.ask(router, .get, "/").body == "root")
    #expect(try await way.ask(router, .get, "/runs/7?x=y").body == "run 7")
    #expect(try await way.ask(router, .get, "/runs/a%2Fb").body == "run a/b")
    let created = try await way.ask(router, .post, "/runs", body: "content")
    #expect(created.status == 201)
    #expect(created.body == "content")
    #expect(try await way.ask(router, .delete, "/runs/7").status == 204)
  }

  @Test("a literal segment goes before a named one", arguments: Way.allCases)
  func precedence(way: Way) async throws {
    #expect(try await way.ask(router, .get, "/runs/newest").body == "newest")
  }

  @Test(
    "an unknown path is 404", arguments: Way.allCases,
    ["/run", "/runs/", "/runs/7/8", "//", "/%72uns/7/", "/RUNS/7"])
  func unknownPath(way: Way, path: String) async throws {
    #expect(try await way.ask(router, .get, path).status == 404)
  }

  @Test("a known path with another method is 405 and names the right ones", arguments: Way.allCases)
  func wrongMethod(way: Way) async throws {
    let answer = try await way.ask(router, .put, "/runs/7", body: "x")
    #expect(answer.status == 405)
    #expect(answer.headers["allow"] == "DELETE, GET, HEAD, OPTIONS")
    #expect(try await way.ask(router, Method("TRACE"), "/").status == 405)
  }

  @Test("HEAD is GET without content", arguments: Way.allCases)
  func head(way: Way) async throws {
    let answer = try await way.ask(router, .head, "/runs/7")
    #expect(answer.status == 200)
    #expect(answer.body == "")
    #expect(try await way.ask(router, .head, "/runs").status == 405)
  }

  @Test("OPTIONS names a path's methods, and all of them for an asterisk", arguments: Way.allCases)
  func options(way: Way) async throws {
    let answer = try await way.ask(router, .options, "/runs")
    #expect(answer.status == 204)
    #expect(answer.headers["allow"] == "OPTIONS, POST")
    let all = try await way.ask(router, .options, "*")
    #expect(all.headers["allow"] == "DELETE, GET, HEAD, OPTIONS, POST")
  }

  @Test("what a handler throws is rendered with its route", arguments: Way.allCases)
  func failure(way: Way) async throws {
    let answer = try await way.ask(router, .get, "/odd")
    #expect(answer.status == 500)
    #expect(answer.body == "Odd() at /odd")
  }
}
