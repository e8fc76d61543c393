import Foundation
import HTTP
import Inventory
import Synchronization

@testable import Service

/// An API of a few operations, asked without a socket.
struct WebFixture {
  /// Keys that are known beforehand: by what is shown, who it is.
  struct FixedKeys: Gatekeeper {
    let keys: [String: Caller]

    func showsKey(_ request: Request) -> Bool { request.headers.bearerToken != nil }

    func caller(of request: Request) async throws -> Caller? {
      request.headers.bearerToken.flatMap { keys[$0] }
    }
  }

  struct Things: RouteGroup {
    static let region = Parameter<RegionCode>.code("region", required: true, "The region.")
    static let asOf = Parameter<Day>.day("as_of", "The day.")
    static let level = Parameter.choice(
      "level", ["item", "total"], fallback: "item", "The level.")
    static let items = Parameter<ItemCode>.code("item", "An item.").many
    static let id = Parameter.integer("id", in: .path, 1...1_000_000, "The thing's number.")
    static let key = Parameter.text("Idempotency-Key", in: .header, required: true, "The key.")

    func add(to routes: inout RouteTable) {
      routes.on(
        .get, "/v1/things",
        Operation(
          "listThings", "Things of a region", tag: "things", access: .read,
          parameters: [
            Self.region.facts, Self.asOf.facts, Self.level.facts, Self.items.facts,
            Parameter.limit.facts, Parameter.cursor.facts,
          ],
          outcomes: [.content("What was asked.", [("text/plain", .text())])])
      ) { call in
        let words = [
          try call.required(Self.region).text, call.value(Self.asOf)?.description ?? "-",
          try call.required(Self.level), call.values(Self.items).map(\.text).joined(separator: "+"),
          String(try call.required(.limit)),
          try call.value(.cursor).map { try $0.parts(2).joined(separator: "/") } ?? "-",
        ]
        return .text(words.joined(separator: " "))
      }
      routes.on(
        .get, "/v1/things/{id}",
        Operation(
          "getThing", "One thing", tag: "things", access: .read, parameters: [Self.id.facts],
          outcomes: [
            .content(
              "It.",
              [
                (
                  "application/json",
                  .object([.required("id", .integer()), .required("a/b", .integer())])
                ), ("text/csv", .csv),
              ])
          ])
      ) { call in
        let id = try call.found(try call.required(Self.id) == 7 ? 7 : nil, "thing")
        switch try call.preferred(among: ["application/json", "text/csv"]) {
        case "text/csv": return Answer.csv("id\n\(id)\n")
        default: return try Answer.json(["id": id, "a/b": 1])
        }
      }
      routes.on(
        .post, "/v1/things",
        Operation(
          "pushThings", "Push things", tag: "things", access: .sync, parameters: [Self.key.facts],
          takes: [
            ("text/csv", .csv),
            ("application/json", .object([.required("count", .integer(0...1_000))])),
          ],
          outcomes: [.content("What came.", [("text/plain", .text())])])
      ) { call in
        if call.mediaType == "application/json" {
          struct Sent: Decodable {
            let count: Int
          }
          return .text("count \(try call.json(Sent.self).count)")
        }
        return .text("\(call.body.count) bytes of \(try call.required(Self.key))")
      }
      routes.on(
        .get, "/v1/broken",
        Operation("getBroken", "Fails", tag: "things", access: .admin, outcomes: [])
      ) { _ in throw SystemFailure(.read, "/etc/shadow", errorNumber: 13) }
    }
  }

  static let keys = FixedKeys(keys: [
    "north": Caller(keyID: "1", reach: .read(code("north"))),
    "erp": Caller(keyID: "2", reach: .sync(code("erp"))),
    "boss": Caller(keyID: "3", reach: .admin),
  ])

  let metrics = Metrics()
  let responder: WebResponder

  init(requestsPerKey: Int = 8, groups: [any RouteGroup] = [Things()]) {
    var settings = WebServer.Settings()
    settings.requestsPerKey = requestsPerKey
    responder = WebServer.responder(
      settings, groups: groups, gatekeeper: WebFixture.keys, metrics: metrics)
  }

  struct Reply {
    let status: Int
    let headers: Headers
    let text: String
    let notes: [String: String]

    /// A member of the JSON object that the body is.
    subscript(name: String) -> String? {
      let object = try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
      return object?[name].map { "\($0)" }
    }
  }

  func ask(
    _ method: HTTP.Method, _ target: String, key: String? = "boss", headers: Headers = [:],
    body: [UInt8] = []
  ) async throws -> Reply {
    var headers = headers
    if let key { headers.add("Authorization", "Bearer \(key)") }
    let request = try Request(method, target, headers: headers, body: body, id: "r1")
    // As the server does: the head alone may be refused, and nothing may depend on that.
    let response = await responder.respond(to: request)
    if !body.isEmpty, let refusal = responder.refusal(of: request) {
      guard refusal.status == response.status || response.status == 401 else {
        throw Disagreement(byHead: refusal.status, byWhole: response.status)
      }
    }
    return Reply(
      status: response.status, headers: response.headers,
      text: String(decoding: response.body, as: UTF8.self), notes: response.notes)
  }

  struct Disagreement: Error {
    let byHead: Int
    let byWhole: Int
  }
}

/// What the program `gzip` makes of bytes.
func gzip(_ bytes: [UInt8]) throws -> [UInt8] {
  let process = Process()
  process.executableURL = URL(filePath: "/usr/bin/env")
  process.arguments = ["gzip", "-c"]
  let (input, output) = (Pipe(), Pipe())
  (process.standardInput, process.standardOutput) = (input, output)
  try process.run()
  Thread.detachNewThread {
    try? input.fileHandleForWriting.write(contentsOf: Data(bytes))
    try? input.fileHandleForWriting.close()
  }
  let packed = try output.fileHandleForReading.readToEnd() ?? Data()
  process.waitUntilExit()
  return Array(packed)
}
