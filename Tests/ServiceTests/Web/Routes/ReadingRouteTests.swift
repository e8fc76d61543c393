import Foundation
import HTTP
import Inventory
import Postgres
import Storage
import TestKit
import Testing

@testable import Service

@Suite("Reading over the API")
struct ReadingRouteTests {
  private static let reads = [
    "/v1/regions", "/v1/runs", "/v1/runs/1", "/v1/forecasts",
    "/v1/reports/procurement?region=north",
  ]

  @Test("every route answers those who may ask, and nobody else")
  func access() async throws {
    try await LiveAPI.run { api in
      for path in ["/healthz", "/readyz", "/openapi.json"] {
        #expect(try await api.get(path, nil).status == 200, "\(path)")
      }
      for path in Self.reads {
        #expect(try await api.get(path, nil).status == 401, "\(path)")
        #expect(try await api.get(path, .north).status == 403, "\(path)")
        #expect(try await api.get(path, .northReader).status == 200, "\(path)")
        #expect(try await api.get(path, .admin).status == 200, "\(path)")
      }
      let json: Headers = ["Content-Type": "application/json"]
      for holder in [LiveAPI.Holder.north, .northReader] {
        let reply = try await api.ask(
          .post, "/v1/runs", key: api.secret(holder), headers: json, body: Array("{}".utf8))
        #expect(reply.status == 403)
        #expect(try await api.get("/v1/run-requests/1", holder).status == 403)
      }
      #expect(try await api.count("run_request") == 0)
    }
  }

  @Test("a revoked key opens nothing")
  func revoked() async throws {
    try await LiveAPI.run { api in
      let created = try await Keys.create(
        .admin(name: code("gone")), actor: "test", in: api.session)
      try await Keys.revoke(created.id, actor: "test", in: api.session)
      let reply = try await api.ask(.get, "/v1/regions", key: created.text.secret)
      #expect(reply.status == 401 && reply["code"] == "key-unknown")
    }
  }

  @Test("what is another region's looks like what is not there")
  func foreign() async throws {
    try await LiveAPI.run { api in
      for path in ["/v1/reports/procurement", "/v1/forecasts"] {
        let foreign = try await api.get("\(path)?region=south", .northReader)
        let absent = try await api.get("\(path)?region=nosuch", .northReader)
        #expect(foreign.status == 404 && absent.status == 404)
        #expect(
          foreign.text.replacing("south", with: "X") == absent.text.replacing("nosuch", with: "X"))
      }
      for item in try await api.walk("/v1/regions", limit: 1, .northReader) {
        #expect(item["region"] as? String == "north")
      }
      let levels = try await api.walk("/v1/forecasts", limit: 1000, .northReader)
      #expect(!levels.isEmpty && levels.allSatisfy { $0["region"] as? String == "north" })
      let bath = try await api.walk("/v1/forecasts?location=bath", limit: 10, .northReader)
      #expect(bath.isEmpty)
      let run = try await api.get("/v1/runs/1", .southReader).object()
      let regions = run["regions"] as? [[String: Any]] ?? []
      #expect(regions.compactMap { $0["region"] as? String } == ["south"])
      #expect(try await api.get("/v1/runs/1").text.contains("north"))
    }
  }

  @Test("a reader of a region without forecasts hears of no other region")
  func unforecastRegion() async throws {
    try await LiveAPI.run { api in
      let west = try await Keys.create(
        .read(code("west"), name: nil), actor: "test", in: api.session)
      let reply = try await api.ask(
        .get, "/v1/reports/procurement?region=west", key: west.text.secret)
      #expect(reply.status == 404)
      #expect(!reply.text.contains("north") && !reply.text.contains("south"), "\(reply.text)")
    }
  }

  @Test("pages of every list join to the whole, without repeats or gaps", arguments: [1, 2, 7])
  func pages(limit: Int) async throws {
    try await LiveAPI.run { api in
      for number in 2...5 {
        _ = number
        try await api.session.execute(
          """
          INSERT INTO run (dataset_version, content_digest, as_of, origin, horizon, quantiles,
            series, observations, code_version, processor_core, started_at, finished_at)
          SELECT dataset_version, content_digest, as_of, origin, horizon, quantiles,
            series, observations, code_version, processor_core, started_at, finished_at
          FROM run WHERE run_id = 1
          """)
      }
      for path in ["/v1/regions", "/v1/runs", "/v1/forecasts", "/v1/forecasts?level=item"] {
        let whole = try await api.walk(path, limit: 1000)
        let parts = try await api.walk(path, limit: limit)
        #expect(whole.count >= 2)
        #expect(parts.map(NSDictionary.init) == whole.map(NSDictionary.init), "\(path)")
      }
      for cursor in ["!!", "YzE", Cursor(["a", "b"]).text] {
        for path in ["/v1/regions", "/v1/runs", "/v1/forecasts"] {
          let reply = try await api.get("\(path)?cursor=\(cursor)")
          #expect(reply.status == 400, "\(path) \(cursor)")
        }
      }
      for path in ["/v1/runs", "/v1/forecasts"] {
        for part in ["x", "-1", "99999999999", "9223372036854775807", "-9223372036854775808"] {
          let reply = try await api.get("\(path)?cursor=\(Cursor([part]).text)")
          #expect(reply.status < 500, "\(path) \(part): \(reply.notes)")
        }
      }
    }
  }

  @Test("a report's figures are the same in JSON, CSV and what the command prints")
  func report() async throws {
    try await LiveAPI.run { api in
      let path = "/v1/reports/procurement?region=north&as_of=2024-06-30"
      let csv = try await api.get(path + "&format=csv")
      #expect(csv.headers["Content-Type"] == "text/csv; charset=utf-8")
      #expect(try await api.get(path, headers: ["Accept": "text/csv"]).text == csv.text)
      let json = try await api.get(path)
      let clock = ZoneClock(asOf: day("2024-06-30"), deploymentZone: "UTC")
      let report = try await ProcurementReporting.report(
        region: code("north"), clock: clock, in: api.session)
      #expect(csv.text == ReportFormat.csv.text(of: report))
      #expect(json.text == ReportFormat.json.text(of: report))
      try agree(csv.text, try json.object())
      #expect(
        try await api.get(path, headers: ["Accept": "image/png"]).status == 406)
      #expect(
        try await api.get("/v1/reports/procurement?region=north&as_of=2024-01-01").status == 422)
    }
  }

  private func agree(_ csv: String, _ json: [String: Any]) throws {
    let lines = csv.split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map {
        $0.trimmingCharacters(in: ["\r"])
      }
    }
    let names = try #require(lines.first)
    let rows = (json["lines"] as? [[String: Any]] ?? []) + (json["sums"] as? [[String: Any]] ?? [])
    #expect(rows.count == lines.count - 1 && rows.count == 9)
    for (cells, row) in zip(lines.dropFirst(), rows) {
      for name in ["forecast", "suggested_order", "reorder_point", "on_hand", "safety_stock"] {
        let cell = cells[try #require(names.firstIndex(of: name))]
        let value = row[name] as? Double
        #expect(cell.isEmpty ? value == nil : Double(cell) == value, "\(name)")
      }
    }
  }

  @Test("a run can be asked for and followed until it is published")
  func wish() async throws {
    try await LiveAPI.run { api in
      let json: Headers = ["Content-Type": "application/json"]
      func ask(_ body: String) async throws -> WebFixture.Reply {
        try await api.ask(
          .post, "/v1/runs", key: api.secret(.admin), headers: json, body: Array(body.utf8))
      }
      for wrong in [#"{"as_of":"2024-02-30"}"#, #"{"as_of":5}"#, "[]", #"{"asof":"2024-06-30"}"#] {
        #expect(try await ask(wrong).status == 400, "\(wrong)")
      }
      #expect(try await api.count("run_request") == 0)
      let made = try await ask(#"{"as_of":"2024-06-30"}"#)
      #expect(made.status == 202)
      let place = try #require(made.headers["Location"])
      #expect(try await api.get(place).text == made.text)
      let worker = Worker(name: "w", target: api.target) {
        ZoneClock(asOf: $0, deploymentZone: "UTC")
      }
      _ = try await worker.workOnce(in: api.session)
      let done = try await api.get(place)
      #expect(done["state"] == "done")
      let run = try #require(done["run"])
      #expect(try await api.get("/v1/runs/\(run)")["published"] == "1")
      #expect(try await api.get("/v1/run-requests/99").status == 404)
      #expect(try await api.get("/v1/runs/99").status == 404)
    }
  }

  @Test("without a run, reports and forecasts say so")
  func untrained() async throws {
    try await LiveAPI.run(.migrated) { api in
      for path in ["/v1/forecasts", "/v1/reports/procurement?region=north"] {
        let reply = try await api.get(path)
        #expect(reply.status == 409 && reply["code"] == "not-trained")
      }
      #expect(try await api.walk("/v1/regions", limit: 1).isEmpty)
      #expect(try await api.walk("/v1/runs", limit: 1).isEmpty)
    }
  }
}
