import Foundation
import HTTP
import Synchronization
import Testing

@testable import Service

@Suite("Answers of the API")
struct WebResponderTests {
  private let web = WebFixture()
  private static let csv: Headers = [
    "Content-Type": "text/csv; charset=utf-8", "Idempotency-Key": "k",
  ]

  @Test("a key opens what its scope allows, and an administrator's everything")
  func scopes() async throws {
    let list = "/v1/things?region=north"
    #expect(try await web.ask(.get, list, key: "north").status == 200)
    #expect(try await web.ask(.get, list, key: "boss").status == 200)
    let foreign = try await web.ask(.get, list, key: "erp")
    #expect(foreign.status == 403)
    #expect(foreign["detail"] == "this needs a key of scope 'read'")
    #expect(foreign.notes["key"] == nil)
  }

  @Test("without a good key nothing is said but that", arguments: [nil, "guess"])
  func unknownKey(key: String?) async throws {
    let reply = try await web.ask(.get, "/v1/things?no=such", key: key)
    #expect(reply.status == 401)
    #expect(reply.headers["WWW-Authenticate"] == "Bearer realm=\"quartermaster\"")
    #expect(reply["code"] == (key == nil ? "key-missing" : "key-unknown"))
  }

  @Test("health and description need no key")
  func open() async throws {
    let health = try await web.ask(.get, "/healthz", key: nil)
    #expect(health.text == #"{"status":"ok"}"#)
    #expect(health.headers["Cache-Control"] == "no-store")
    #expect(try await web.ask(.get, "/openapi.json", key: nil).status == 200)
  }

  @Test(
    "what is wanted decides the form",
    arguments: [
      ("", "application/json"), ("*/*", "application/json"), ("text/csv", "text/csv"),
      ("text/*", "text/csv"), ("text/csv;q=0.5, application/json;q=0.4", "text/csv"),
      ("application/json;q=0, */*", "text/csv"), ("TEXT/CSV ; Q=0.9, */*;q=0.1", "text/csv"),
      ("text/html, */*;q=0.8", "application/json"),
    ])
  func negotiation(accept: String, type: String) async throws {
    let headers: Headers = accept.isEmpty ? [:] : ["Accept": accept]
    let reply = try await web.ask(.get, "/v1/things/7", headers: headers)
    #expect(reply.headers["Content-Type"]?.hasPrefix(type) == true)
    #expect(reply.text == (type == "text/csv" ? "id\n7\n" : #"{"a/b":1,"id":7}"#))
  }

  @Test(
    "a form that cannot be had is 406, with those that can", arguments: ["text/html", "*/*;q=0"])
  func notAcceptable(accept: String) async throws {
    let reply = try await web.ask(.get, "/v1/things/7", headers: ["Accept": accept])
    #expect(reply.status == 406)
    #expect(reply["detail"]?.hasSuffix("there is application/json, text/csv") == true)
  }

  @Test("a body of another type is 415, with those that are taken", arguments: ["text/plain", ""])
  func mediaType(type: String) async throws {
    var headers: Headers = ["Idempotency-Key": "k"]
    if !type.isEmpty { headers.add("Content-Type", type) }
    let reply = try await web.ask(.post, "/v1/things", headers: headers, body: [65])
    #expect(reply.status == 415)
    #expect(reply["detail"]?.hasSuffix("Content-Type is one of text/csv, application/json") == true)
  }

  @Test("a gzip body is undone, told by its header or its bytes")
  func gzipBody() async throws {
    let packed = try gzip(Array("item,day\n".utf8))
    for encoding in ["gzip", "identity", nil] {
      var headers = Self.csv
      if let encoding { headers.add("Content-Encoding", encoding) }
      let reply = try await web.ask(.post, "/v1/things", headers: headers, body: packed)
      #expect(reply.text == "9 bytes of k")
    }
  }

  @Test("broken, nested, foreign and missing bodies are refused")
  func brokenBodies() async throws {
    let packed = try gzip(Array("item,day\n".utf8))
    var said = Self.csv
    said.add("Content-Encoding", "gzip")
    var brotli = Self.csv
    brotli.add("Content-Encoding", "br")
    let cases: [(Headers, [UInt8], Int, String)] = [
      (said, Array(packed.dropLast(3)), 400, "corrupt-gzip"),
      (said, Array("item,day\n".utf8), 400, "corrupt-gzip"),
      (Self.csv, packed + [1], 400, "corrupt-gzip"),
      (Self.csv, try gzip(packed), 400, "gzip-within-gzip"),
      (brotli, [65], 415, "encoding-unknown"),
      (Self.csv, [], 400, "body-missing"),
    ]
    for (headers, body, status, code) in cases {
      let reply = try await web.ask(.post, "/v1/things", headers: headers, body: body)
      #expect(reply.status == status)
      #expect(reply["code"] == code)
    }
  }

  @Test("gzip that grows without measure is stopped on the way")
  func bomb() async throws {
    let bomb = try gzip([UInt8](repeating: 0, count: 8 << 20))
    #expect(bomb.count < 64 << 10)
    let reply = try await web.ask(.post, "/v1/things", headers: Self.csv, body: bomb)
    #expect(reply.status == 413)
    #expect(reply["code"] == "body-inflates-too-far")
    // A little that packs well is no bomb.
    let rows = try gzip([UInt8](repeating: 48, count: 500_000))
    #expect(try await web.ask(.post, "/v1/things", headers: Self.csv, body: rows).status == 200)
  }

  @Test("the greatest size holds to the byte")
  func inflatedLimit() throws {
    let request = try Request(.post, "/", body: try gzip(Array("0123456789".utf8)))
    #expect(try InflatedBody.of(request, limitBytes: 10).count == 10)
    #expect(throws: WebRefusal.inflatesTooFar(limitBytes: 9)) {
      try InflatedBody.of(request, limitBytes: 9)
    }
  }

  @Test(
    "broken JSON is refused with what is wrong",
    arguments: [
      ("{\"count\":}", "the body is no JSON"), ("{}", "the body lacks 'count'"),
      ("{\"count\":\"1\"}", "the body's 'count' is of another type than it should be"),
      ("{\"count\":1,\"coumt\":2}", "the body may have no 'coumt'; did you mean 'count'?"),
      ("[1]", "the body is no JSON object"), ("", "the request has no body"),
    ])
  func json(body: String, words: String) async throws {
    let headers: Headers = ["Content-Type": "application/json", "Idempotency-Key": "k"]
    let reply = try await web.ask(.post, "/v1/things", headers: headers, body: Array(body.utf8))
    #expect(reply.status == 400)
    #expect(reply["detail"]?.hasPrefix(words) == true, "\(reply.text)")
  }

  @Test("our own faults show the request's name and nothing else")
  func ours() async throws {
    let reply = try await web.ask(.get, "/v1/broken")
    #expect(reply.status == 500)
    #expect(!reply.text.contains("shadow"))
    #expect(reply["detail"]?.hasSuffix("under request r1") == true)
    #expect(reply.notes["cause"] == "cannot-read: cannot read /etc/shadow: Permission denied")
    #expect(reply.notes["key"] == "3")
  }

  @Test("unknown paths and methods are problem documents, too")
  func routing() async throws {
    let unknown = try await web.ask(.get, "/v1/thing")
    #expect(unknown.status == 404)
    #expect(unknown["code"] == "unknown-path")
    let method = try await web.ask(.delete, "/v1/things")
    #expect(method.status == 405)
    #expect(method.headers["Allow"] == "GET, HEAD, OPTIONS, POST")
    #expect(method["type"] == "urn:quartermaster:problem:method-not-allowed")
    #expect(method["title"] == "Method not allowed")
  }

  @Test("one key cannot take every place")
  func turns() async throws {
    struct Slow: RouteGroup {
      let entered: AsyncStream<Void>.Continuation
      let leave: AsyncStream<Void>

      func add(to routes: inout RouteTable) {
        routes.on(
          .get, "/slow",
          Operation("getSlow", "Slow", tag: "slow", access: .read, outcomes: [])
        ) { _ in
          entered.yield()
          for await _ in leave {}
          return .text("done")
        }
      }
    }
    let (entered, enter) = AsyncStream.makeStream(of: Void.self)
    let (leave, left) = AsyncStream.makeStream(of: Void.self)
    let web = WebFixture(requestsPerKey: 1, groups: [Slow(entered: enter, leave: leave)])
    async let first = web.ask(.get, "/slow", key: "north").status
    for await _ in entered { break }
    let second = try await web.ask(.get, "/slow", key: "north")
    #expect(second.status == 429)
    #expect(second.headers["Retry-After"] == "1")
    #expect(try await web.ask(.get, "/healthz", key: nil).status == 200)
    left.finish()
    #expect(try await first == 200)
    #expect(try await web.ask(.get, "/slow", key: "north").status == 200)
  }
}

@Suite("Problem documents")
struct ProblemTests {
  @Test("a failure has the status of its code, or of how the program would end")
  func statuses() {
    struct Sample: Failure {
      let code: String
      let exitCode: ExitCode
      let sentence = "so"
    }
    #expect(FailureStatus.of(Sample(code: "key-reused", exitCode: .data)) == 422)
    #expect(FailureStatus.of(Sample(code: "foreign-location", exitCode: .noPermission)) == 403)
    #expect(FailureStatus.of(Sample(code: "unknown-region", exitCode: .data)) == 404)
    #expect(FailureStatus.of(Sample(code: "not-trained", exitCode: .data)) == 409)
    #expect(FailureStatus.of(Sample(code: "anything", exitCode: .data)) == 422)
    #expect(FailureStatus.of(Sample(code: "anything", exitCode: .unavailable)) == 503)
    #expect(FailureStatus.of(Sample(code: "anything", exitCode: .software)) == 500)
  }

  @Test("what is away is to be tried again")
  func retry() {
    struct Away: Failure {
      let code = "database-away"
      let exitCode = ExitCode.unavailable
      let sentence = "the database cannot be reached"
    }
    let response = Problem(Away(), requestID: "r1").response
    #expect(response.status == 503)
    #expect(response.headers["Retry-After"] == "5")
    #expect(String(decoding: response.body, as: UTF8.self).contains("cannot be reached"))
    #expect(Problem(CancellationError(), requestID: "r1").status == 503)
  }
}

@Suite("Credentials")
struct CredentialTests {
  @Test(
    "a key is shown one way",
    arguments: [
      (["Bearer abc"], "abc"), (["bearer  abc"], "abc"), (["Bearer"], nil), (["Bearer a b"], nil),
      (["Basic abc"], nil), (["Bearer a", "Bearer b"], nil), ([], nil),
    ])
  func bearer(values: [String], token: String?) {
    let headers = Headers(values.map { Headers.Field(name: "Authorization", value: $0) })
    #expect(headers.bearerToken == token)
  }

  @Test("a cookie is found among others")
  func cookie() {
    let headers: Headers = ["Cookie": "a=1; session=x=y; b=2", "cookie": "c=3"]
    #expect(headers.cookie("session") == "x=y")
    #expect(headers.cookie("a") == "1")
    #expect(headers.cookie("c") == "3")
    #expect(headers.cookie("d") == nil)
  }
}
