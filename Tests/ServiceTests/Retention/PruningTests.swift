import Inventory
import Planning
import Postgres
import Storage
import TestKit
import Testing

@testable import Service

@Suite("Pruning")
struct PruningTests {
  private static let header = "item,location,day,quantity\n"

  /// Makes batches look as if they had come so many days ago.
  private func age(_ batches: String, byDays days: Int, in session: Session) async throws {
    _ = try await session.run { db in
      try db.execute(
        """
        UPDATE batch SET received_at = received_at - make_interval(days => \(Int32(days)))
        WHERE \(unescaped: batches)
        """)
    }
  }

  private func rows(_ what: Prunable, _ report: Pruning.Report) -> Int? {
    report.lines.first { $0.what == what }?.rows
  }

  @Test("a key that was released names another push, whose known facts are duplicates")
  func keys() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      let text = Self.header + "oats,leeds,2024-06-01,3\n"
      let first = try await warehouse.sync(.demand, text, key: "monday")
      try await age("kind = 'demand'", byDays: 6, in: session)
      #expect(rows(.keys, try await Pruning.run(Retention(), in: session)) == 0)
      #expect(try await warehouse.sync(.demand, text, key: "monday").receipt.isRepeated)
      try await age("kind = 'demand'", byDays: 2, in: session)
      #expect(rows(.keys, try await Pruning.run(Retention(), in: session)) == 1)
      let again = try await warehouse.sync(.demand, text, key: "monday")
      #expect(!again.receipt.isRepeated && again.figures == [0, 1, 0, 0])
      #expect(again.receipt.batch != first.receipt.batch)
      let other = try await warehouse.sync(
        .demand, Self.header + "oats,leeds,2024-06-02,4\n", key: "tuesday")
      #expect(other.figures == [1, 0, 0, 0])
      // The batch is still there for the facts that it brought.
      #expect(
        try await warehouse.demand() == ["oats leeds 2024-06-01 3.0", "oats leeds 2024-06-02 4.0"])
    }
  }

  @Test("replaced values go by age, and the versions that needed them are refused from then on")
  func changes() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      for quantity in 1...4 {
        try await warehouse.sync(.demand, Self.header + "oats,leeds,2024-06-01,\(quantity)\n")
        try await warehouse.sync(
          .stock, "item,location,as_of,on_hand\noats,leeds,2024-06-01,\(quantity)\n")
      }
      try await warehouse.sync(.items, "item,category\noats,cereals\n")
      let places = try await session.run { db in
        try db.rows("SELECT place FROM batch ORDER BY place").map { row -> Int64 in try row[0] }
      }
      // All but the last of each are old: the third replacement is younger.
      try await age("place <= \(places[places.count - 4])", byDays: 401, in: session)
      let before = try await counts(session)
      #expect(before == [3, 3, 1])
      let dry = try await Pruning.run(Retention(), isDryRun: true, in: session)
      #expect(rows(.changes, dry) == 4 && dry.isDryRun)
      #expect(try await counts(session) == before)
      let report = try await Pruning.run(Retention(), in: session)
      #expect(rows(.changes, report) == 4)
      #expect(try await counts(session) == [1, 1, 1])
      #expect(rows(.changes, try await Pruning.run(Retention(), in: session)) == 0)
      let oldest: Int64 = try await session.run { db in
        try db.rows("SELECT oldest_version FROM readable_history")[0][0]
      }
      #expect(oldest == places[places.count - 4])
    }
  }

  private func counts(_ session: Session) async throws -> [Int] {
    try await session.run { db in
      try ["demand_change", "stock_change", "fact_change"].map { table in
        try db.rows("SELECT count(*) FROM \(identifier: table)")[0][0]
      }
    }
  }

  @Test("forecasts go by age, but never those in use, those to roll back to, or their sources")
  func forecasts() async throws {
    try await withDatabase(.trained) { session, _ in
      let warehouse = Warehouse(session: session)
      for _ in 0..<3 { _ = try await Training.run(clock: warehouse.clock, in: session) }
      _ = try await session.run { db in
        try db.execute("UPDATE run SET finished_at = finished_at - interval '91 days'")
        return try db.execute(
          "UPDATE publication SET published_at = published_at - interval '91 days'")
      }
      // The run in use carried a region over from the first one.
      _ = try await session.run { db in
        try db.execute(
          """
          UPDATE run_region SET carried_from = 1 WHERE run_id = 4 AND region = 'north'
          """)
      }
      let perRun = try await warehouse.count("forecast") / 4
      let report = try await Pruning.run(Retention(), in: session)
      #expect(rows(.forecasts, report) == perRun)
      let left = try await session.run { db in
        try db.rows("SELECT DISTINCT run_id FROM forecast ORDER BY 1").map { row -> Int in
          try row[0]
        }
      }
      #expect(left == [1, 3, 4])
      #expect(try await warehouse.count("run") == 4)
      #expect(rows(.forecasts, try await Pruning.run(Retention(), in: session)) == 0)
    }
  }

  @Test("settled rows go by age, but not while a version can be read in which they waited")
  func quarantine() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      try await warehouse.sync(
        .demand, Self.header + "oats,leeds,2024-06-01,x\noats,leeds,yesterday,1\nrye,york,,1\n")
      _ = try await session.run { db in
        try db.execute(
          """
          UPDATE quarantine SET settled_at = clock_timestamp() - interval '91 days',
            settlement = 'discarded', settled_by = batch_id, settled_by_person = 'ann',
            settled_because = 'gone'
          WHERE line < 4
          """)
      }
      let dry = try await Pruning.run(Retention(), isDryRun: true, in: session)
      #expect(rows(.quarantine, dry) == 1)
      #expect(rows(.quarantine, try await Pruning.run(Retention(), in: session)) == 1)
      #expect(try await lines(session) == [2, 4])
      try await age("true", byDays: 401, in: session)
      #expect(rows(.quarantine, try await Pruning.run(Retention(), in: session)) == 1)
      // One that waits stays, however old it is.
      #expect(try await lines(session) == [4])
    }
  }

  private func lines(_ session: Session) async throws -> [Int] {
    try await session.run { db in
      try db.rows("SELECT line FROM quarantine ORDER BY line").map { row in try row[0] }
    }
  }

  @Test("figures of accuracy go by age, but not the run in use's, nor what a report shows")
  func accuracy() async throws {
    try await withDatabase(.migrated) { session, _ in
      var warehouse = try await SmallRetailer.seeded(session)
      let first = try await SmallRetailer.publish(warehouse.clock, in: session)
      var arrived = day("2024-06-30")
      var runs: [Int] = []
      for weeks in [2, 6, 10] {
        let last = day("2024-06-30") + 7 * weeks
        warehouse.clock = ZoneClock(asOf: last, deploymentZone: "UTC")
        try await SmallRetailer.send(to: warehouse, from: arrived + 1, through: last)
        arrived = last
        _ = try await Measuring.run(clock: warehouse.clock, in: session)
        runs.append(try await SmallRetailer.publish(warehouse.clock, in: session).run)
      }
      _ = try await session.run { db in
        for table in ["accuracy_measured", "sums_measured"] {
          try db.execute(
            """
            UPDATE \(identifier: table) SET measured_at = measured_at - interval '731 days'
            """)
        }
      }
      let before = try await warehouse.count("accuracy") + warehouse.count("accuracy_of_sums")
      let dry = try await Pruning.run(Retention(), isDryRun: true, in: session)
      let old = try #require(rows(.accuracy, dry))
      #expect(old > 0 && old < before)
      #expect(rows(.accuracy, try await Pruning.run(Retention(), in: session)) == old)
      #expect(
        try await warehouse.count("accuracy") + warehouse.count("accuracy_of_sums")
          == before - old)
      var request = AccuracyReport.Request()
      request.run = first.run
      let asked = request
      await #expect(throws: AccuracyRefusal.dropped(run: first.run)) {
        try await AccuracyReport.read(asked, in: session)
      }
      #expect(
        try await AccuracyReport.read(AccuracyReport.Request(), in: session).lines.count == 2)
      // What went is not measured anew.
      #expect(try await Measuring.run(clock: warehouse.clock, in: session).isEmpty)
      #expect(rows(.accuracy, try await Pruning.run(Retention(), in: session)) == 0)
    }
  }

  @Test("lines of journals go by age once they came so long ago, and what they made stays")
  func movements() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      let lines = "id,kind,item,location,at,quantity\n"
      try await warehouse.sync(
        .movements, lines + "1,count,oats,leeds,2020-06-01,50\n2,sale,oats,leeds,2020-06-02,5\n")
      #expect(rows(.movements, try await Pruning.run(Retention(), in: session)) == 0)
      try await age("kind = 'movements'", byDays: 731, in: session)
      try await warehouse.sync(.movements, lines + "3,sale,oats,leeds,2020-06-02,1\n")
      // The young line is of the same day as an old one.
      #expect(rows(.movements, try await Pruning.run(Retention(), in: session)) == 1)
      try await age("kind = 'movements'", byDays: 731, in: session)
      let demand = try await warehouse.demand()
      let dry = try await Pruning.run(Retention(), isDryRun: true, in: session)
      #expect(rows(.movements, dry) == 2)
      #expect(rows(.movements, try await Pruning.run(Retention(), in: session)) == 2)
      #expect(try await warehouse.count("movement") == 0)
      #expect(try await warehouse.demand() == demand && demand == ["oats leeds 2020-06-02 6.0"])
      let late = try await warehouse.sync(
        .movements, lines + "4,sale,oats,leeds,2020-06-03,1\n")
      #expect(late.codes == ["before_retention"])
    }
  }

  @Test("what is kept forever stays")
  func forever() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      try await warehouse.sync(.demand, Self.header + "oats,leeds,2024-06-01,3\n", key: "k")
      try await age("true", byDays: 20_000, in: session)
      var retention = Retention()
      (retention.keyDays, retention.changeDays, retention.runDays) = (nil, nil, nil)
      (retention.accuracyDays, retention.movementDays) = (nil, nil)
      let report = try await Pruning.run(retention, in: session)
      #expect(report.rows == 0)
      #expect(report.text.contains("forever"))
    }
  }

  @Test("two instances do not prune at once")
  func alone() async throws {
    try await withDatabase(.migrated) { session, target in
      let other = try await Session.connect(target)
      let begun = try await other.run { db in try PruneStore.beginPruning(in: db) }
      #expect(begun)
      #expect(try await Pruning.run(Retention(), in: session).lines.isEmpty)
      await other.close()
    }
  }

  @Test("more than one transaction drops is dropped in several, all of it")
  func many() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      try await warehouse.sync(.demand, Self.header + "oats,leeds,2024-06-01,3\n")
      let count = PruneStore.rowsAtOnce * 2 + 17
      _ = try await session.run { db in
        try db.execute(
          """
          INSERT INTO demand_change (series_id, day, quantity, batch_id, replaced_by)
          SELECT 1, '2024-01-01', n, b.batch_id, b.batch_id
          FROM generate_series(1, \(count)) AS n, batch b WHERE b.kind = 'demand'
          """)
      }
      try await age("true", byDays: 401, in: session)
      #expect(rows(.changes, try await Pruning.run(Retention(), in: session)) == count)
      #expect(try await warehouse.count("demand_change") == 0)
    }
  }
}
