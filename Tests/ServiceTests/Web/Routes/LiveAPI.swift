import Foundation
import HTTP
import Inventory
import Postgres
import Storage
import TestKit

@testable import Service

extension DatabaseTemplate {
  /// Ninety days of three items at three locations of two regions, each region with a source of its
  /// own, and one published run.
  static let trained = DatabaseTemplate("trained") { target in
    let session = try await Session.connect(target)
    try await Migrator(Migration.all).migrate(session)
    let warehouse = try await Warehouse.stocked(session)
    for (source, locations) in [("north-erp", ["leeds", "york"]), ("south-erp", ["bath"])] {
      var rows = "item,location,day,quantity\n"
      for (rank, item) in ["oats", "rye", "soap"].enumerated() {
        for location in locations {
          for number in 0..<90 {
            let day = day("2024-04-02") + number
            rows += "\(item),\(location),\(day),\((number * 7 + rank * 3) % 11 + 1)\n"
          }
        }
      }
      try await warehouse.sync(.demand, rows, source: source, through: "2024-06-30")
    }
    try await warehouse.sync(
      .terms, "item,lead_time_days,review_period_days\noats,7,7\nrye,3,7\n")
    try await warehouse.sync(
      .stock, "item,location,as_of,on_hand\noats,leeds,2024-06-30,1\nrye,york,2024-06-30,90\n",
      source: "north-erp")
    _ = try await Training.run(clock: warehouse.clock, in: session)
    await session.close()
  }
}

/// The service's own routes over a real database, asked without a socket.
struct LiveAPI {
  enum Holder: CaseIterable {
    case north, south, northReader, southReader, admin

    fileprivate var request: Keys.Request {
      switch self {
      case .north: .sync(code("north-erp"))
      case .south: .sync(code("south-erp"))
      case .northReader: .read(code("north"), name: nil)
      case .southReader: .read(code("south"), name: nil)
      case .admin: .admin(name: nil)
      }
    }
  }

  let session: Session
  let target: ConnectionTarget
  let pool: SessionPool
  let responder: WebResponder
  let keys: [Holder: Keys.Created]

  static func run(
    _ template: DatabaseTemplate = .trained, _ body: (LiveAPI) async throws -> Void
  ) async throws {
    try await withDatabase(template) { session, target in
      let pool = SessionPool(target, limit: 4)
      var keys: [Holder: Keys.Created] = [:]
      for holder in Holder.allCases {
        keys[holder] = try await Keys.create(holder.request, actor: "test", in: session)
      }
      let responder = WebServer.responder(
        WebServer.Settings(), groups: API.groups(API(pool: pool, deploymentZone: "UTC")),
        gatekeeper: KeyGate(pool: pool, ring: KeyRing()), metrics: Metrics())
      let api = LiveAPI(
        session: session, target: target, pool: pool, responder: responder, keys: keys)
      let outcome: Result<Void, any Error>
      do { outcome = .success(try await body(api)) } catch { outcome = .failure(error) }
      await pool.close()
      try outcome.get()
    }
  }

  func secret(_ holder: Holder) -> String { keys[holder]?.text.secret ?? "" }

  func get(
    _ target: String, _ holder: Holder? = .admin, headers: Headers = [:]
  ) async throws -> WebFixture.Reply {
    try await ask(.get, target, key: holder.map(secret), headers: headers)
  }

  func ask(
    _ method: HTTP.Method, _ target: String, key: String?, headers: Headers = [:],
    body: [UInt8] = []
  ) async throws -> WebFixture.Reply {
    var headers = headers
    if let key { headers.add("Authorization", "Bearer \(key)") }
    let request = try Request(method, target, headers: headers, body: body, id: "r1")
    let response = await responder.respond(to: request)
    return WebFixture.Reply(
      status: response.status, headers: response.headers,
      text: String(decoding: response.body, as: UTF8.self), notes: response.notes)
  }

  /// Pushes rows; without a key of its own the push has none at all.
  func push(
    _ kind: String, _ text: String, query: String = "", key: String?,
    _ holder: Holder = .north, type: String = "text/csv", gzipped: Bool = false
  ) async throws -> WebFixture.Reply {
    var headers: Headers = ["Content-Type": type]
    if let key { headers.add("Idempotency-Key", key) }
    if gzipped { headers.add("Content-Encoding", "gzip") }
    let bytes = Array(text.utf8)
    return try await ask(
      .post, "/v1/sync/\(kind)\(query.isEmpty ? "" : "?" + query)", key: secret(holder),
      headers: headers, body: gzipped ? try gzip(bytes) : bytes)
  }

  func put(
    _ target: String, _ json: String, _ holder: Holder = .admin
  ) async throws -> WebFixture.Reply {
    try await ask(
      .put, target, key: secret(holder), headers: ["Content-Type": "application/json"],
      body: Array(json.utf8))
  }

  func count(_ table: String) async throws -> Int {
    try await Warehouse(session: session).count(table)
  }

  /// Every row of a list, page by page.
  func walk(
    _ path: String, limit: Int, _ holder: Holder = .admin
  ) async throws -> [[String: Any]] {
    var (rows, next): ([[String: Any]], String?) = ([], nil)
    repeat {
      let joint = path.contains("?") ? "&" : "?"
      let cursor = next.map { "&cursor=\($0)" } ?? ""
      let reply = try await get("\(path)\(joint)limit=\(limit)\(cursor)", holder)
      let page = try reply.object()
      rows += page["items"] as? [[String: Any]] ?? []
      next = page["next"] as? String
    } while next != nil && rows.count < 10_000
    return rows
  }
}

extension WebFixture.Reply {
  struct NoObject: Error {
    let status: Int
    let text: String
  }

  func object() throws -> [String: Any] {
    let value = try? JSONSerialization.jsonObject(with: Data(text.utf8))
    guard let object = value as? [String: Any] else { throw NoObject(status: status, text: text) }
    return object
  }

  /// "applied duplicate stale quarantined" of a receipt.
  var figures: [Int] {
    ["applied", "duplicate", "stale", "quarantined"].map { self[$0].flatMap { Int($0) } ?? -1 }
  }
}
