import Inventory
import Planning
import Postgres
import Storage
import TestKit
import Testing

@testable import Service

@Suite("Gaps and watermarks")
struct FreshnessTests {
  /// Sixty days of demand at leeds and york, without the days left out at leeds.
  private func sent(_ session: Session, but silent: Set<String>) async throws -> Warehouse {
    let warehouse = try await Warehouse.stocked(session)
    var text = "item,location,day,quantity\n"
    for day in day("2024-05-01")...day("2024-06-29") {
      if !silent.contains(day.description) { text += "oats,leeds,\(day),1\n" }
      text += "rye,york,\(day),2\n"
    }
    try await warehouse.sync(.demand, text, through: "2024-06-29")
    return warehouse
  }

  @Test("days that a location left out are its gaps, until they come")
  func gaps() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await sent(session, but: ["2024-06-11", "2024-06-12"])
      let gaps = try await session.run { db in try FreshnessStore.gaps(in: db) }
      #expect(gaps == [code("leeds"): [day("2024-06-11"), day("2024-06-12")]])
      let status = try await Status.read(clock: warehouse.clock, in: session)
      #expect(status.text.contains("leeds sent nothing for 2024-06-11 and 2024-06-12"))
      #expect(status.json.text.contains(#""gaps":["2024-06-11","2024-06-12"]"#))
      try await warehouse.sync(.demand, "item,location,day,quantity\nsoap,leeds,2024-06-11,0\n")
      // A day on which it was closed owes nothing.
      try await warehouse.sync(
        .calendar, "day,name,kind,region\n2024-06-12,inventory,closed,north\n")
      #expect(try await session.run { db in try FreshnessStore.gaps(in: db) } == [:])
    }
  }

  @Test("a day whose only rows are quarantined is a gap")
  func quarantined() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await sent(session, but: ["2024-06-11"])
      try await warehouse.sync(.demand, "item,location,day,quantity\noats,leeds,2024-06-11,x\n")
      let gaps = try await session.run { db in try FreshnessStore.gaps(in: db) }
      #expect(gaps == [code("leeds"): [day("2024-06-11")]])
    }
  }

  @Test("the days noted are those of the month arrays, whatever order they came in")
  func noted() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      var generator = SeededGenerator(seed: 3)
      for _ in 0..<12 {
        var text = "item,location,day,quantity\n"
        for _ in 0..<20 {
          let item = ["oats", "rye", "soap"].randomElement(using: &generator)!
          let place = ["leeds", "york", "bath"].randomElement(using: &generator)!
          let day = day("2024-01-01") + Int.random(in: 0..<180, using: &generator)
          text += "\(item),\(place),\(day),\(Int.random(in: 0..<9, using: &generator))\n"
        }
        try await warehouse.sync(.demand, text)
      }
      let differing: Int = try await session.run { db in
        try db.rows(
          """
          SELECT count(*) FROM (
            SELECT DISTINCT l.location_id, d.day FROM demand d JOIN location l ON l.code = d.location
          ) AS told
          FULL JOIN (
            SELECT m.location_id, m.month + n AS day FROM location_month m, generate_series(0, 30) n
            WHERE m.days >> n & 1 = 1
          ) AS noted USING (location_id, day)
          WHERE told.day IS NULL OR noted.day IS NULL
          """)[0][0]
      }
      #expect(differing == 0)
      #expect(try await warehouse.count("location_month") >= 18)
    }
  }

  @Test("status says what tables take, for people and for programs")
  func tables() async throws {
    try await withDatabase(.trained) { session, _ in
      let warehouse = Warehouse(session: session)
      let status = try await Status.read(clock: warehouse.clock, in: session)
      let forecast = try #require(status.tables.first { $0.table == "forecast" })
      #expect(forecast.heapBytes > 0 && forecast.indexBytes > 0)
      let total: Int = try await session.run { db in
        try db.rows("SELECT pg_total_relation_size('forecast')")[0][0]
      }
      #expect(forecast.bytes == total)
      #expect(status.tables.map(\.bytes) == status.tables.map(\.bytes).sorted(by: >))
      #expect(status.text.contains("\nStorage: ") && status.text.contains("forecast"))
      #expect(status.json.text.contains(#""table":"forecast""#))
    }
  }

  @Test("bytes are said as people read them")
  func sizes() {
    #expect(
      [0, 1023, 1024, 1_536, 10_240, 1_500_000, 5 << 30].map(\.asBytes)
        == ["0 B", "1023 B", "1 kB", "1.5 kB", "10 kB", "1.4 MB", "5 GB"])
  }

  @Test("regions tell promise, lag and gaps; a location how its watermark moved, to its readers")
  func routes() async throws {
    try await LiveAPI.run { api in
      for (key, last) in [("d1", "2024-07-01"), ("d2", "2024-07-02")] {
        let rows = "item,location,day,quantity\noats,leeds,\(last),4\n"
        let push = try await api.push("demand", rows, query: "complete_through=\(last)", key: key)
        #expect(push.status == 200, "\(push.text)")
      }
      let regions = try await api.walk("/v1/regions", limit: 10)
      let north = try #require(regions.first { $0["region"] as? String == "north" })
      #expect(north["complete_through"] as? String == "2024-07-02")
      #expect(north["gap_days"] as? Int == 2)
      let york = try #require((north["locations"] as? [[String: Any]])?.last)
      #expect(york["freshness"] as? String == "P1D")
      #expect(york["gaps"] as? [String] == ["2024-07-01", "2024-07-02"])
      #expect((york["lag_days"] as? Int ?? 0) > 0)
      let steps = try await api.walk("/v1/locations/leeds/watermarks", limit: 1, .northReader)
      #expect(
        steps.map { $0["complete_through"] as? String }
          == ["2024-07-02", "2024-07-01", "2024-06-30"])
      #expect(steps.allSatisfy { $0["source"] as? String == "north-erp" })
      #expect(try await api.get("/v1/locations/leeds/watermarks", .southReader).status == 404)
      #expect(try await api.get("/v1/locations/paris/watermarks", .admin).status == 404)
    }
  }
}
