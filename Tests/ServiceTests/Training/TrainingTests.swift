import Inventory
import Planning
import Postgres
import Storage
import TestKit
import Testing

@testable import Service

@Suite("Training")
struct TrainingTests {
  private static let header = "item,location,day,quantity\n"

  @Test("all regions are trained from one dataset version, and every level sums exactly")
  func coherent() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await TrainingTests.seeded(session)
      let summary = try await Training.run(clock: warehouse.clock, in: session)
      #expect(summary.origin == day("2024-06-30"))
      #expect(summary.series == 9)
      #expect(summary.regions.map(\.state) == [.trained, .trained])
      let sums: [Int64] = try await session.run { db in
        try db.rows(
          """
          SELECT sum(m)::bigint FROM forecast JOIN node USING (node_id), unnest(means) AS m
          WHERE run_id = \(summary.run) GROUP BY level
          """
        ).map { try $0[0] }
      }
      #expect(sums.count == 9)
      #expect(Set(sums).count == 1)
      #expect(sums.allSatisfy { $0 > 0 })
    }
  }

  @Test("the same data gives the same forecasts, bit for bit")
  func repeatable() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await TrainingTests.seeded(session)
      let first = try await Training.run(clock: warehouse.clock, in: session)
      let second = try await Training.run(clock: warehouse.clock, in: session)
      #expect(first.run != second.run)
      let differing: Int = try await session.run { db in
        try db.rows(
          """
          SELECT count(*) FROM forecast a JOIN forecast b USING (node_id)
          WHERE a.run_id = \(first.run) AND b.run_id = \(second.run)
            AND (a.means, a.quantiles, a.spread_parameters, a.tier)
              IS DISTINCT FROM (b.means, b.quantiles, b.spread_parameters, b.tier)
          """)[0][0]
      }
      #expect(differing == 0)
      let digests: [[UInt8]] = try await session.run { db in
        try db.rows("SELECT content_digest FROM run ORDER BY run_id").map { try $0[0] }
      }
      #expect(digests[0] == digests[1])
    }
  }

  @Test("a region that is behind keeps its forecast, marked stale, and the total adds it")
  func staleRegion() async throws {
    try await withDatabase(.migrated) { session, _ in
      var warehouse = try await TrainingTests.seeded(session)
      let first = try await Training.run(clock: warehouse.clock, in: session)
      warehouse.clock = ZoneClock(asOf: day("2024-07-03"), deploymentZone: "UTC")
      let rows = (1...3).flatMap { number in
        ["leeds", "york"].map { "oats,\($0),2024-07-0\(number),9\n" }
      }
      try await warehouse.sync(
        .demand, TrainingTests.header + rows.joined(), source: "north-erp",
        through: "2024-07-03")
      let second = try await Training.run(clock: warehouse.clock, in: session)
      #expect(second.origin == day("2024-07-03"))
      let south = second.regions.first { $0.region == code("south") }
      #expect(south?.state == .stale)
      #expect(south?.carriedFrom == first.run)
      let all = try await session.run { db in
        try ForecastStore.forecasts(ofRun: second.run, in: db)
      }
      let total = try #require(all.first { $0.node.level == .total })
      #expect(total.isStale)
      let parts = all.filter { $0.node.level == .itemLocation }
      let sum = parts.reduce(into: [Int64](repeating: 0, count: total.means.count)) { sum, part in
        for (place, mean) in part.means.enumerated() { sum[place] += mean }
      }
      #expect(sum == total.means)
      let bath = parts.filter { $0.node.location == code("bath") }
      #expect(bath.allSatisfy { $0.isStale && $0.origin == day("2024-06-30") })
      let leeds = parts.filter { $0.node.location == code("leeds") }
      #expect(leeds.allSatisfy { !$0.isStale && $0.origin == day("2024-07-03") })
      #expect(second.text.contains("south keeps its forecast of run \(first.run), stale"))
    }
  }

  @Test("a stale region's forecast continues day by day where the earlier run put it")
  func carriedDays() async throws {
    try await withDatabase(.migrated) { session, _ in
      var warehouse = try await TrainingTests.seeded(session)
      let first = try await Training.run(clock: warehouse.clock, in: session)
      warehouse.clock = ZoneClock(asOf: day("2024-07-03"), deploymentZone: "UTC")
      try await warehouse.sync(
        .demand, TrainingTests.header + "oats,leeds,2024-07-03,9\noats,york,2024-07-03,1\n",
        source: "north-erp", through: "2024-07-03")
      let second = try await Training.run(clock: warehouse.clock, in: session)
      let (before, after) = try await session.run { db in
        (
          try ForecastStore.forecasts(ofRun: first.run, region: code("south"), in: db),
          try ForecastStore.forecasts(ofRun: second.run, region: code("south"), in: db)
        )
      }
      for (old, kept) in zip(before, after) {
        #expect(kept.node == old.node)
        #expect(kept.firstDay == old.firstDay + 3)
        #expect(Array(kept.means.prefix(39)) == Array(old.means.dropFirst(3)))
      }
    }
  }

  @Test("with every region behind nothing is trained, and the sentence says what to do")
  func allBehind() async throws {
    try await withDatabase(.migrated) { session, _ in
      var warehouse = try await TrainingTests.seeded(session)
      warehouse.clock = ZoneClock(asOf: day("2025-01-01"), deploymentZone: "UTC")
      let refusal = await #expect(throws: TrainingRefusal.self) {
        try await Training.run(clock: warehouse.clock, in: session)
      }
      #expect(refusal?.sentence.contains("add --as-of 2024-06-30") == true)
      #expect(try await warehouse.count("run") == 0)
    }
  }

  @Test("without any demand training says how to send some")
  func noDemand() async throws {
    try await withDatabase(.migrated) { session, _ in
      let refusal = await #expect(throws: TrainingRefusal.self) {
        try await Training.run(
          clock: ZoneClock(asOf: day("2024-06-30"), deploymentZone: "UTC"), in: session)
      }
      #expect(refusal?.sentence.contains("sync demand") == true)
    }
  }

  @Test("a run before all demand publishes nothing, and a region without any says so")
  func nothingToTrain() async throws {
    try await withDatabase(.migrated) { session, _ in
      var warehouse = try await Warehouse.stocked(session)
      try await warehouse.sync(
        .demand,
        "item,location,day,quantity\noats,leeds,2024-06-01,3\noats,bath,2024-06-20,3\n",
        through: "2024-06-30")
      warehouse.clock = ZoneClock(asOf: day("2024-06-10"), deploymentZone: "UTC")
      _ = try await Training.run(clock: warehouse.clock, in: session)
      let refusal = await #expect(throws: ReportRefusal.self) {
        try await ProcurementReporting.report(
          region: code("south"), clock: warehouse.clock, in: session)
      }
      #expect(
        refusal?.sentence
          == "region 'south' has no demand through 2024-06-10, so nothing is forecast for it")
      let nothing = await #expect(throws: TrainingRefusal.self) {
        try await Training.run(
          clock: ZoneClock(asOf: day("2020-01-01"), deploymentZone: "UTC"), in: session)
      }
      #expect(nothing?.sentence.hasPrefix("there is no demand through 2020-01-01") == true)
      #expect(try await warehouse.count("publication") == 1)
    }
  }

  @Test("one observation, zeros, constants and a huge spike each get a finite forecast with a tier")
  func pathological() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await TrainingTests.seeded(session)
      try await warehouse.sync(.items, "item\nonce\nzero\nconstant\nspike\n")
      let days = (0..<120).map { day("2024-03-03") + $0 }
      var rows = "once,leeds,2024-06-30,3\n"
      for (number, day) in days.enumerated() {
        rows += "zero,leeds,\(day),0\nconstant,leeds,\(day),4\n"
        rows += "spike,leeds,\(day),\(number == 60 ? "1000000000" : "1")\n"
      }
      try await warehouse.sync(
        .demand, TrainingTests.header + rows, source: "north-erp", through: "2024-06-30")
      let summary = try await Training.run(clock: warehouse.clock, in: session)
      let all = try await session.run { db in
        try ForecastStore.forecasts(ofRun: summary.run, in: db)
      }
      #expect(all.allSatisfy { $0.means.allSatisfy { $0 >= 0 } })
      #expect(all.allSatisfy { $0.quantiles.joined().allSatisfy { $0.isFinite && $0 >= 0 } })
      func leeds(_ item: String) -> PublishedForecast? {
        all.first { $0.node.level == .itemLocation && $0.node.item == code(item) }
      }
      #expect(leeds("zero")?.tier == .zero)
      #expect(leeds("zero")?.means.allSatisfy { $0 == 0 } == true)
      #expect(leeds("constant")?.means.allSatisfy { abs($0 - 4000) < 200 } == true)
      #expect(leeds("once")?.reason.isEmpty == false)
    }
  }

  @Test("the report, the status and the run agree on what they say")
  func report() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await TrainingTests.seeded(session)
      try await warehouse.sync(
        .terms, "item,lead_time_days,review_period_days,order_multiple\noats,7,7,6\n")
      try await warehouse.sync(
        .stock, "item,location,as_of,on_hand\noats,leeds,2024-06-30,1\noats,york,2024-06-30,900\n")
      let summary = try await Training.run(clock: warehouse.clock, in: session)
      let report = try await ProcurementReporting.report(
        region: code("north"), clock: warehouse.clock, in: session)
      #expect(report.basis.run == Int64(summary.run))
      #expect(report.lines.count == 6)
      #expect(report.lines.first?.node.location == code("leeds"))
      #expect(report.lines.first?.node.item == code("oats"))
      let order = try #require(report.lines.first?.suggestedOrder)
      #expect(order.thousandths > 0 && order.thousandths % 6000 == 0)
      let unknown = report.lines.filter { $0.node.item == code("rye") }
      #expect(unknown.allSatisfy { $0.onHand == nil && $0.suggestedOrder == nil })
      let status = try await Status.read(clock: warehouse.clock, in: session)
      #expect(status.run?.run == summary.run)
      #expect(status.locations.allSatisfy { !$0.isStale })
      let refusal = await #expect(throws: ReportRefusal.self) {
        try await ProcurementReporting.report(
          region: code("west"), clock: warehouse.clock, in: session)
      }
      #expect(refusal?.sentence == "no region 'west' is forecast; known are north and south")
    }
  }

  /// Two years of three items at three locations; the north and the south have sources of their
  /// own.
  private static func seeded(_ session: Session) async throws -> Warehouse {
    let warehouse = try await Warehouse.stocked(session)
    var random = SeededGenerator(seed: 5)
    let days = (0..<730).map { day("2022-07-02") + $0 }
    for (source, locations) in [("north-erp", ["leeds", "york"]), ("south-erp", ["bath"])] {
      var rows = ""
      for location in locations {
        for (rank, item) in ["oats", "rye", "soap"].enumerated() {
          for day in days {
            let weekday = day.weekday > 5 ? 1.6 : 1
            let level =
              Double(30 / (rank + 1)) * weekday * Double.random(in: 0.7...1.3, using: &random)
            rows += "\(item),\(location),\(day),\(Int(level))\n"
          }
        }
      }
      try await warehouse.sync(.demand, header + rows, source: source, through: "2024-06-30")
    }
    return warehouse
  }
}
