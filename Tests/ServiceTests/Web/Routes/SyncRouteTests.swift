import HTTP
import Inventory
import Postgres
import TestKit
import Testing

@testable import Service

@Suite("Pushes over the API")
struct SyncRouteTests {
  private static let header = "item,location,day,quantity\n"
  private static let july = header + "oats,leeds,2024-07-01,4\noats,york,2024-07-01,5\n"

  @Test("a push is answered with its receipt, and is committed by then")
  func receipt() async throws {
    try await LiveAPI.run { api in
      let rows = try await api.count("demand")
      let reply = try await api.push(
        "demand", Self.july, query: "complete_through=2024-07-01", key: "k1")
      #expect(reply.status == 200, "\(reply.text)")
      #expect(reply.figures == [2, 0, 0, 0] && reply["received"] == "2")
      #expect(reply["watermark_moved"] == "1")
      #expect(try await api.count("demand") == rows + 2)
    }
  }

  @Test("the same key and content get the first answer, byte for byte; other content 422")
  func idempotency() async throws {
    try await LiveAPI.run { api in
      let rows = Self.july + "ghost,leeds,2024-13-01,1\n"
      let first = try await api.push("demand", rows, key: "k1")
      #expect(first.status == 200 && first.figures == [2, 0, 0, 1])
      #expect(first.text.contains(#""line":4"#))
      let batches = try await api.count("batch")
      let again = try await api.push("demand", rows, key: "k1")
      #expect(again.status == 200 && again.text == first.text)
      let other = try await api.push("demand", Self.july, key: "k1")
      #expect(other.status == 422 && other["code"] == "key-reused")
      let kind = try await api.push("prices", rows, key: "k1")
      #expect(kind.status == 422 || kind.status == 404)
      #expect(try await api.count("batch") == batches)
      // A key is its source's own.
      let bath = Self.header + "oats,bath,2024-07-01,4\n"
      let foreign = try await api.push("demand", bath, key: "k1", .south)
      #expect(foreign.status == 200 && foreign.figures == [1, 0, 0, 0])
    }
  }

  @Test("the same push sent several times at once is applied once")
  func concurrent() async throws {
    try await LiveAPI.run { api in
      let before = try await (api.count("batch"), api.count("demand"))
      let replies = try await withThrowingTaskGroup(of: WebFixture.Reply.self) { group in
        for _ in 0..<6 {
          group.addTask { try await api.push("demand", Self.july, key: "same") }
        }
        return try await group.reduce(into: [WebFixture.Reply]()) { $0.append($1) }
      }
      #expect(replies.allSatisfy { [200, 409].contains($0.status) }, "\(replies.map(\.text))")
      let done = replies.filter { $0.status == 200 }
      #expect(!done.isEmpty && Set(done.map(\.text)).count == 1)
      let after = try await (api.count("batch"), api.count("demand"))
      #expect(after == (before.0 + 1, before.1 + 2))
    }
  }

  @Test("a push under way is 409")
  func underWay() async throws {
    try await LiveAPI.run { api in
      let source: Int32 = try await api.session.run { db in
        try db.rows("SELECT source_id FROM source WHERE code = 'north-erp'")[0][0]
      }
      let name = "\(source)/held"
      try await api.session.execute("SELECT pg_advisory_lock(hashtextextended(\(name), 0))")
      let reply = try await api.push("demand", Self.july, key: "held")
      #expect(reply.status == 409 && reply["code"] == "under-way", "\(reply.text)")
      try await api.session.execute("SELECT pg_advisory_unlock(hashtextextended(\(name), 0))")
      #expect(try await api.push("demand", Self.july, key: "held").status == 200)
    }
  }

  @Test(
    "each content type carries the same rows, plain and gzipped", arguments: [true, false])
  func contentTypes(gzipped: Bool) async throws {
    try await LiveAPI.run { api in
      func json(_ day: String, separator: String) -> String {
        ["leeds", "york"].map {
          #"{"item":"oats","location":"\#($0)","day":"\#(day)","quantity":4}"#
        }.joined(separator: separator)
      }
      let bodies = [
        ("text/csv", "\(Self.header)oats,leeds,2024-07-01,4\noats,york,2024-07-01,4\n"),
        (
          "text/csv; charset=utf-8",
          "\(Self.header)oats,leeds,2024-07-02,4\noats,york,2024-07-02,4\n"
        ),
        ("application/x-ndjson", json("2024-07-03", separator: "\n")),
        ("application/json", "[\n" + json("2024-07-04", separator: ",\n ") + "]"),
      ]
      for (number, (type, body)) in bodies.enumerated() {
        let reply = try await api.push(
          "demand", body, key: "k\(number)", type: type, gzipped: gzipped)
        #expect(reply.status == 200 && reply.figures == [2, 0, 0, 0], "\(type) \(reply.text)")
      }
      let july = try await Warehouse(session: api.session).demand()
        .filter { $0.contains("2024-07") }
      #expect(july.count == 8 && july.allSatisfy { $0.hasSuffix(" 4.0") })
    }
  }

  @Test(
    "a push of no rows still moves the watermark: a day without sales",
    arguments: [("application/json", "[]"), ("text/csv", header)])
  func empty(type: String, body: String) async throws {
    try await LiveAPI.run { api in
      let reply = try await api.push(
        "demand", body, query: "complete_through=2024-07-03", key: "k", type: type)
      #expect(reply.status == 200 && reply.figures == [0, 0, 0, 0], "\(reply.text)")
      #expect(reply["watermark_moved"] == "1")
    }
  }

  @Test("columns are mapped and passed over as the query says")
  func mapping() async throws {
    try await LiveAPI.run { api in
      let rows = "sku,site,date,units,till\noats,leeds,2024-07-01,4,7\n"
      let map = "map=item=sku,location=site,day=date,quantity=units"
      let reply = try await api.push("demand", rows, query: map + "&ignore=till", key: "a")
      #expect(reply.figures == [1, 0, 0, 0], "\(reply.text)")
      let wrong = try await api.push("demand", rows, query: "map=itme=sku", key: "b")
      #expect(wrong.status == 400 && wrong.text.contains("did you mean 'item'"), "\(wrong.text)")
      let without = try await api.push("demand", rows, key: "c")
      #expect(without.status == 422, "\(without.text)")
    }
  }

  @Test("a location's word moves its watermark, and only its own source may give it")
  func complete() async throws {
    try await LiveAPI.run { api in
      func say(_ body: String, _ key: String, _ holder: LiveAPI.Holder = .north) async throws
        -> WebFixture.Reply
      {
        try await api.push("complete", body, key: key, holder, type: "application/json")
      }
      let body = #"{"location":"leeds","through":"2024-07-02"}"#
      let first = try await say(body, "w1")
      #expect(first.status == 200 && first["watermark_moved"] == "1", "\(first.text)")
      #expect(try await say(body, "w1").text == first.text)
      let regions = try await api.get("/v1/regions", .northReader)
      #expect(regions.text.contains(#""complete_through":"2024-07-02""#))
      let batches = try await api.count("batch")
      #expect(try await say(body, "w2", .south).status == 403)
      #expect(
        try await say(#"{"location":"nowhere","through":"2024-07-02"}"#, "w3").status == 422)
      for wrong in [
        #"{"location":"leeds"}"#, #"{"location":"leeds","through":"2024-02-30"}"#,
        #"{"location":"","through":"2024-07-02"}"#, "[]", "nonsense",
        #"{"location":"leeds","through":"2024-07-02","trough":"2024-07-03"}"#,
      ] {
        #expect(try await say(wrong, "w4").status == 400, "\(wrong)")
      }
      #expect(try await api.count("batch") == batches)
    }
  }

  @Test("nothing is stored of what is refused")
  func refusalsStoreNothing() async throws {
    try await LiveAPI.run { api in
      let tables = ["batch", "demand", "quarantine", "watermark", "source"]
      func counts() async throws -> [Int] {
        var counts: [Int] = []
        for table in tables { counts.append(try await api.count(table)) }
        return counts
      }
      let before = try await counts()
      var statuses: [Int] = []
      let headers: Headers = ["Content-Type": "text/csv", "Idempotency-Key": "k"]
      let body = Array(Self.july.utf8)
      for key in [nil, "qm_s" + String(repeating: "A", count: 43), "x"] as [String?] {
        let reply = try await api.ask(
          .post, "/v1/sync/demand", key: key, headers: headers, body: body)
        statuses.append(reply.status)
        #expect(reply.headers["WWW-Authenticate"] != nil)
      }
      let bath = Self.header + "oats,leeds,2024-07-01,1\noats,bath,2024-07-01,4\n"
      let bad = Self.july + "oats,leeds,2024-07-99,4\n"
      let bomb = String(repeating: "oats,leeds,2024-07-01,1\n", count: 100_000)
      for reply in [
        try await api.push("demand", Self.july, key: "k", .northReader),
        try await api.push("demand", Self.july, key: "k", .admin),
        try await api.push("demand", bath, key: "k"),
        try await api.push("demand", Self.header + bomb, key: "k", gzipped: true),
        try await api.push("demand", bad, query: "strict=true", key: "k"),
        try await api.push("demand", Self.july, key: nil),
        try await api.push("demand", Self.july, key: "a b"),
        try await api.push("demand", "[{]", key: "k", type: "application/json"),
        try await api.push("demand", Self.july, key: "k", type: "text/plain"),
        try await api.push("nonsense", Self.july, key: "k"),
        try await api.push("items", "item\nx\n", query: "complete_through=2024-07-01", key: "k"),
      ] {
        statuses.append(reply.status)
        #expect(reply.headers["Content-Type"] == "application/problem+json")
      }
      #expect(
        statuses == [401, 401, 401, 403, 403, 403, 413, 422, 400, 400, 400, 415, 404, 400])
      #expect(try await counts() == before)
      // The key was not used up by any of it.
      #expect(try await api.push("demand", Self.july, key: "k").status == 200)
    }
  }
}
