import Inventory
import Planning
import Postgres
import Storage
import TestKit
import Testing

@testable import Service

@Suite("Replays")
struct ReplayTests {
  @Test("a row that waited for its item comes in once the item is known, and waits no more")
  func unknownItem() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      let pushed = try await warehouse.sync(
        .demand, Warehouse.demandHeader + "tea,leeds,2024-06-01,3\noats,leeds,2024-06-01,2\n",
        key: "k1")
      #expect(try await warehouse.quarantined().map(\.row.code) == ["unknown_item"])
      let early = try await warehouse.replay()
      #expect(early.failed == 1 && early.settled == 0 && early.batches.isEmpty)
      #expect(try await warehouse.quarantined().map(\.attempts) == [1])
      try await warehouse.sync(.items, "item\ntea\n")
      let late = try await warehouse.replay()
      #expect(late.settled == 1 && late.failed == 0 && late.counts.applied == 1)
      #expect(
        try await warehouse.demand() == ["oats leeds 2024-06-01 2.0", "tea leeds 2024-06-01 3.0"])
      #expect(try await warehouse.quarantined().isEmpty)
      let settled = try #require(try await warehouse.quarantined(settled: true).first)
      #expect(settled.end?.settlement == .replayed)
      #expect(settled.end?.batch == late.batches.first)
      #expect(settled.batch == pushed.receipt.batch)
      #expect(try await warehouse.replay() == ReplaySummary())
    }
  }

  @Test("columns under other names, in another order, gzip or NDJSON are read as they came")
  func forms() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      let mapping = try ColumnMapping(map: "item=sku,quantity=units", ignore: "till")
      try await warehouse.sync(
        .demand,
        "\u{FEFF}till,units,day,\"location\",sku\r\n7,3,2024-06-01,leeds,\"te\"\"a\"\r\n",
        mapping: mapping)
      try await warehouse.sync(
        .demand, #"{"sku":"te\"a","location":"york","day":"2024-06-01","units":4,"till":9}"#,
        mapping: mapping)
      try await warehouse.sync(
        .demand, gzip(Array((Warehouse.demandHeader + "\"te\"\"a\",bath,2024-06-01,5").utf8)))
      #expect(try await warehouse.quarantined().count == 3)
      try await warehouse.sync(.items, "item\n\"te\"\"a\"\n")
      #expect(try await warehouse.replay().settled == 3)
      #expect(
        try await warehouse.demand() == [
          "te\"a bath 2024-06-01 5.0", "te\"a leeds 2024-06-01 3.0", "te\"a york 2024-06-01 4.0",
        ])
    }
  }

  @Test("of rows without a revision the one received last stands, whenever a row is replayed")
  func receiptDecides() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      func send(_ quantity: Int, _ day: String) async throws {
        try await warehouse.sync(
          .demand, Warehouse.demandHeader + "tea,leeds,\(day),\(quantity)\n", key: "\(quantity)")
      }
      // 1 and 2 wait; 3 comes after the item.
      try await send(1, "2024-06-01")
      try await send(2, "2024-06-01")
      try await warehouse.sync(.items, "item\ntea\n")
      try await send(3, "2024-06-02")
      let waiting = try await warehouse.quarantined()
      // The later one first: then the earlier one is out of date.
      #expect(try await warehouse.replay { $0.ids = [waiting[1].id] }.counts.applied == 1)
      #expect(try await warehouse.replay { $0.ids = [waiting[0].id] }.counts.stale == 1)
      #expect(
        try await warehouse.demand() == ["tea leeds 2024-06-01 2.0", "tea leeds 2024-06-02 3.0"])
      // What came after the row that waits is not overwritten by it.
      try await warehouse.sync(.demand, Warehouse.demandHeader + "oats,leeds,2024-06-03,x\n")
      try await warehouse.sync(.demand, Warehouse.demandHeader + "oats,leeds,2024-06-03,8\n")
      let bad = try #require(try await warehouse.quarantined().first)
      #expect(try await warehouse.fix(bad.id, "oats,leeds,2024-06-03,5").counts.stale == 1)
      #expect(try await warehouse.demand().contains("oats leeds 2024-06-03 8.0"))
      // And what came before it is.
      try await warehouse.sync(.demand, Warehouse.demandHeader + "oats,leeds,2024-06-03,y\n")
      let newer = try #require(try await warehouse.quarantined().first)
      #expect(try await warehouse.fix(newer.id, "oats,leeds,2024-06-03,6").counts.applied == 1)
      #expect(try await warehouse.demand().contains("oats leeds 2024-06-03 6.0"))
    }
  }

  @Test("generated-at and revisions order replayed rows as they would have been ordered at first")
  func revisions() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      try await warehouse.sync(
        .demand, Warehouse.demandHeader + "tea,leeds,2024-06-01,1\n",
        generatedAt: "2024-06-05T00:00:00Z")
      try await warehouse.sync(.items, "item\ntea\n")
      try await warehouse.sync(
        .demand, Warehouse.demandHeader + "tea,leeds,2024-06-01,9\n",
        generatedAt: "2024-06-04T00:00:00Z")
      #expect(try await warehouse.replay().counts.applied == 1)
      #expect(try await warehouse.demand() == ["tea leeds 2024-06-01 1.0"])
    }
  }

  @Test("a day whose row waits is missing; settled, it is what the row says, or zero")
  func blanks() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      try await warehouse.sync(
        .demand,
        Warehouse.demandHeader
          + "oats,leeds,2024-06-01,4\noats,leeds,2024-06-02,x\noats,leeds,2024-06-03,y\n")
      func values() async throws -> [Double] {
        try await warehouse.histories(["north"], through: "2024-06-03")[0].values
      }
      let before = try await values()
      #expect(before[0] == 4 && before[1].isNaN && before[2].isNaN)
      let rows = try await warehouse.quarantined()
      try await warehouse.fix(rows[0].id, "oats,leeds,2024-06-02,7")
      let version = try await session.run { db in try BatchStore.version(in: db) }
      let count = try await Quarantine.discard(
        .ids([rows[1].id]), because: "a test of the till", by: "test", in: session)
      #expect(count == 1)
      #expect(try await values() == [4, 7, 0])
      #expect(try await session.run { db in try BatchStore.version(in: db) } == version + 1)
      let end = try await Quarantine.row(rows[1].id, in: session)?.end
      #expect(end?.settlement == .discarded && end?.because == "a test of the till")
    }
  }

  @Test("a watermark that too many bad rows held back moves when they are settled")
  func watermark() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      try await warehouse.sync(
        .demand, Warehouse.demandHeader + "oats,leeds,2024-06-01,4\n", through: "2024-06-01")
      try await warehouse.sync(
        .demand,
        Warehouse.demandHeader + "oats,leeds,2024-06-02,4\nrye,leeds,2024-06-02,x\n"
          + "soap,leeds,2024-06-02,y\n", through: "2024-06-02")
      #expect(try await warehouse.watermarks() == [day("2024-06-01")])
      let rows = try await warehouse.quarantined()
      #expect(try await !warehouse.fix(rows[0].id, "rye,leeds,2024-06-02,4").watermarkMoved)
      #expect(try await warehouse.fix(rows[1].id, "soap,leeds,2024-06-02,4").watermarkMoved)
      #expect(try await warehouse.watermarks() == [day("2024-06-02")])
    }
  }

  @Test("a row that cannot be told from its neighbours is read alone")
  func unclosedQuotes() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      try await warehouse.sync(
        .demand,
        Warehouse.demandHeader + "\"oats,leeds,2024-06-01,1\noats,leeds,2024-06-31,\"1\"\n"
          + "tea,leeds,2024-06-02,2\n")
      let before = try await warehouse.quarantined()
      #expect(before.map(\.row.code) == ["malformed_row", "invalid_day", "unknown_item"])
      try await warehouse.sync(.items, "item\ntea\n")
      let summary = try await warehouse.replay()
      #expect(summary.settled == 1 && summary.failed == 2)
      let after = try await warehouse.quarantined()
      #expect(after.map(\.row.code) == ["malformed_row", "invalid_day"])
      #expect(after.map(\.row.raw) == before.prefix(2).map(\.row.raw))
      #expect(after.map(\.row.message) == before.prefix(2).map(\.row.message))
    }
  }

  @Test("a fact that gave way is kept as a row that can be read again")
  func displaced() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      try await warehouse.sync(.items, "item\n\"a,\"\"b\"\n")
      let header = "item,location,day,quantity,revision\n"
      for quantity in [3, 8] {
        try await warehouse.sync(.demand, header + "\"a,\"\"b\",leeds,2024-06-01,\(quantity),1\n")
      }
      let fallen = try #require(try await warehouse.quarantined().first)
      #expect(fallen.row.code == "conflicting_duplicate")
      let standing = try await warehouse.demand()
      let summary = try await warehouse.replay()
      #expect(summary.failed == 1 && summary.settled == 0)
      #expect(try await warehouse.demand() == standing)
      // Said once more under a higher revision, it is out of date.
      try await warehouse.sync(.demand, header + "\"a,\"\"b\",leeds,2024-06-01,9,2\n")
      #expect(try await warehouse.replay().counts.stale == 1)
      #expect(try await warehouse.demand() == ["a,\"b leeds 2024-06-01 9.0"])
    }
  }

  @Test("a row for a location that another source came to write stays, and holds up no others")
  func foreign() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      try await warehouse.sync(
        .demand,
        Warehouse.demandHeader + "oats,hull,2024-06-01,3\noats,ely,2024-06-01,4\n", source: "erp")
      try await warehouse.sync(.locations, "location,region\nhull,north\nely,south\n")
      try await warehouse.sync(
        .demand, Warehouse.demandHeader + "oats,hull,2024-06-02,1\n", source: "till")
      let summary = try await warehouse.replay()
      #expect(summary.settled == 1 && summary.failed == 1)
      #expect(summary.firstFailed.map(\.code) == ["foreign_location"])
      #expect(
        summary.firstFailed.map(\.message) == [
          "line 2: location 'hull' belongs to source 'till', and only that may write it"
        ])
      #expect(try await warehouse.demand().contains("oats ely 2024-06-01 4.0"))
    }
  }

  @Test("rows replayed twice at the same moment come in once")
  func concurrently() async throws {
    try await withDatabase(.migrated) { session, target in
      let warehouse = try await Warehouse.stocked(session)
      let rows = (0..<500).map { "tea,leeds,\(day("2023-01-01") + $0),\($0 % 9)\n" }.joined()
      try await warehouse.sync(.demand, Warehouse.demandHeader + rows)
      try await warehouse.sync(.items, "item\ntea\n")
      let settled = try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<4 {
          group.addTask {
            let own = try await Session.connect(target)
            let summary = try await Warehouse(session: own, clock: warehouse.clock).replay()
            await own.close()
            return summary.settled
          }
        }
        return try await group.reduce(0, +)
      }
      #expect(settled == 500)
      #expect(try await warehouse.demand().count == 500)
      #expect(try await warehouse.quarantined().isEmpty)
    }
  }

  @Test("stock, terms and prices that waited for an item come in, too")
  func otherKinds() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      try await warehouse.sync(.stock, "item,location,as_of,on_hand\ntea,leeds,2024-06-01,5\n")
      try await warehouse.sync(.terms, "item,lead_time_days\ntea,4\n")
      try await warehouse.sync(.prices, "item,from,price\ntea,2024-06-01,1.50\n")
      #expect(try await warehouse.quarantined().count == 3)
      try await warehouse.sync(.items, "item\ntea\n")
      let summary = try await Arrivals.replayAll(clock: warehouse.clock, in: session)
      #expect(summary.settled == 3)
      for table in ["stock", "terms", "price"] {
        #expect(try await warehouse.count(table) == 1)
      }
      #expect(try await warehouse.quarantined(settled: true).allSatisfy { $0.end?.by == "arrival" })
      #expect(try await Arrivals.replayOnce(clock: warehouse.clock, in: session) == nil)
    }
  }

  @Test("a correction that is no single row of the batch's format is refused, and nothing changes")
  func badCorrection() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      try await warehouse.sync(.demand, Warehouse.demandHeader + "oats,leeds,2024-06-01,x\n")
      let row = try #require(try await warehouse.quarantined().first)
      for text in ["", "oats,leeds,2024-06-01,1\noats,leeds,2024-06-02,1", " \n"] {
        await #expect(throws: ReplayRefusal.notOneRow(header: "item,location,day,quantity")) {
          try await warehouse.fix(row.id, text)
        }
      }
      let wrong = try await warehouse.fix(row.id, "oats,leeds,2024-06-99,1")
      #expect(wrong.firstFailed.map(\.code) == ["invalid_day"])
      let after = try #require(try await warehouse.quarantined().first)
      #expect(after.row.code == "invalid_day" && after.row.raw == row.row.raw)
      try await warehouse.fix(row.id, "oats,leeds,2024-06-01,1")
      await #expect(throws: ReplayRefusal.self) { try await warehouse.fix(row.id, "oats") }
      await #expect(throws: ReplayRefusal.noSuchRow(99)) { try await warehouse.fix(99, "oats") }
      let end = try await Quarantine.row(row.id, in: session)?.end
      #expect(end?.settlement == .fixed)
      #expect(end?.correction == Array("oats,leeds,2024-06-01,1".utf8))
    }
  }
}
