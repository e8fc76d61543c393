import HTTP
import Testing

@testable import Service

@Suite("Parameters of the API")
struct WebParameterTests {
  private let web = WebFixture()

  @Test("parameters are read as they are declared")
  func read() async throws {
    let cursor = Cursor(["leeds", "oats & rye"]).text
    let reply = try await web.ask(
      .get,
      "/v1/things?region=north&as_of=2024-06-30&level=total&item=a&item=b%26c&limit=5"
        + "&cursor=\(cursor)"
    )
    #expect(reply.text == "north 2024-06-30 total a+b&c 5 leeds/oats & rye")
    #expect(try await web.ask(.get, "/v1/things?region=n").text == "n - item  100 -")
  }

  @Test(
    "a wrong parameter is refused by name, with what it should be",
    arguments: [
      ("regoin=north&region=n", "unknown-parameter", "'regoin'; did you mean 'region'?"),
      ("region=n&xyzzy=1", "unknown-parameter", "there is no parameter 'xyzzy'"),
      ("", "missing-parameter", "parameter 'region' is missing"),
      ("region=a&region=b", "repeated-parameter", "'region' comes more than once"),
      ("region=", "invalid-parameter", "it should be 1 to 128 bytes"),
      ("region=n&as_of=2024-02-30", "invalid-parameter", "'2024-02-30'; it should be a day"),
      ("region=n&level=items", "invalid-parameter", "one of item, total"),
      ("region=n&limit=0", "invalid-parameter", "a whole number from 1 to 1000"),
      ("region=n&limit=%2B5", "invalid-parameter", "a whole number from 1 to 1000"),
      ("region=n&limit=99999999999999999999", "invalid-parameter", "a whole number from 1 to 1000"),
      ("region=n&cursor=!!", "invalid-parameter", "the 'next' of the page before"),
      ("region=n&cursor=\(Cursor(["one"]).text)", "invalid-parameter", "this list's page before"),
    ])
  func refused(query: String, code: String, words: String) async throws {
    let reply = try await web.ask(.get, "/v1/things?\(query)")
    #expect(reply.status == 400)
    #expect(reply["code"] == code)
    #expect(reply["detail"]?.contains(words) == true, "\(reply.text)")
    #expect(reply.headers["Content-Type"] == "application/problem+json")
  }

  @Test("everything that is wrong is said at once")
  func several() async throws {
    let reply = try await web.ask(.get, "/v1/things?limit=x&colour=red")
    #expect(
      reply["detail"]
        == "there is no parameter 'colour'; parameter 'region' is missing; parameter 'limit' is 'x'"
        + "; it should be a whole number from 1 to 1000")
    #expect(reply.text.contains(#""errors":[{"parameter":"colour","code":"unknown-parameter""#))
  }

  @Test("a path that can name nothing is not there", arguments: ["0", "x", "8", "1000001"])
  func path(id: String) async throws {
    #expect(try await web.ask(.get, "/v1/things/\(id)").status == 404)
  }

  @Test("a missing header is named as one")
  func header() async throws {
    let reply = try await web.ask(
      .post, "/v1/things", headers: ["Content-Type": "text/csv"], body: [65])
    #expect(reply.status == 400)
    #expect(reply["detail"] == "header 'Idempotency-Key' is missing")
  }
}

@Suite("Cursors")
struct CursorTests {
  @Test(
    "a cursor's parts come back from its text",
    arguments: [[""], ["a"], ["", ""], ["é", "2024-06-30", "-7"]])
  func roundTrip(parts: [String]) throws {
    let text = Cursor(parts).text
    #expect(Cursor(text)?.parts == parts)
    #expect(text.contains(try Regex(Cursor.pattern)))
    #expect(text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_".contains($0)) })
  }

  @Test("what no cursor made is none", arguments: ["", "a", "abc", "YzE=", "YzI", "/w", "Y\u{E9}"])
  func foreign(text: String) {
    #expect(Cursor(text) == nil)
  }

  @Test("bytes of every length come back, and no two texts mean the same")
  func base64() {
    for count in 0...64 {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 37 + count) }
      #expect(Base64URL.bytes(Base64URL.text(bytes)) == bytes)
    }
    #expect(Base64URL.text([0xFB, 0xFF]) == "-_8")
    #expect(Base64URL.bytes("-_9") == nil)
  }

  @Test("a page has a next one only when there is more")
  func pages() throws {
    func page(_ rows: [String]) throws -> String {
      let answer = try Answer.json(Page(rows, limit: 2) { [$0] })
      return String(decoding: answer.body, as: UTF8.self)
    }
    #expect(try page(["a"]) == #"{"items":["a"],"next":null}"#)
    #expect(try page(["a", "b"]) == #"{"items":["a","b"],"next":null}"#)
    #expect(
      try page(["a", "b", "c"]) == #"{"items":["a","b"],"next":"\#(Cursor(["b"]).text)"}"#)
  }
}
