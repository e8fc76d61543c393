import Inventory
import Planning
import Postgres
import Storage
import TestKit
import Testing

@testable import Service

@Suite("Accuracy and stability of published runs")
struct AccuracyReportTests {
  private func report(
    _ by: AccuracyGrouping, in session: Session,
    _ change: (inout AccuracyReport.Request) -> Void = { _ in }
  ) async throws -> AccuracyReport {
    var request = AccuracyReport.Request()
    request.by = by
    change(&request)
    return try await AccuracyReport.read(request, in: session)
  }

  @Test("days that arrived are measured against what the published run said of them")
  func measured() async throws {
    try await withDatabase(.migrated) { session, _ in
      var warehouse = try await SmallRetailer.seeded(session)
      let run = try await SmallRetailer.publish(warehouse.clock, in: session)
      #expect(try await Measuring.run(clock: warehouse.clock, in: session).isEmpty)
      await #expect(throws: AccuracyRefusal.nothingArrived) {
        try await report(.region, in: session)
      }
      warehouse.clock = SmallRetailer.clock("2024-07-05")
      try await SmallRetailer.send(
        to: warehouse, from: day("2024-07-01"), through: day("2024-07-05"))
      let done = try await Measuring.run(clock: warehouse.clock, in: session)
      #expect(done.map(\.region.text) == ["north", "south"])
      #expect(done.allSatisfy { $0.run == run.run && $0.through == day("2024-07-05") })
      let regions = try await report(.region, in: session)
      #expect(regions.lines.map(\.group) == ["north", "south"])
      #expect(regions.lines.map(\.days) == [5, 5])
      #expect(regions.lines.map(\.sums.observations) == [20, 10])
      let whole = try await wape(of: run.run, in: session)
      let north = try #require(regions.lines.first?.sums.wape)
      #expect(abs(north - whole) < 1e-9)
      let added = try #require(regions.lines.first?.sums.valueAdded)
      #expect(abs(added) < 0.5)
      for grouping in AccuracyGrouping.allCases {
        let lines = try await report(grouping, in: session).lines
        #expect(lines.reduce(0) { $0 + $1.sums.observations } == 30)
      }
      let leads = try await report(.lead, in: session) { $0.region = code("north") }
      #expect(leads.lines.map(\.group) == ["1", "2", "3", "4", "5"])
      let categories = try await report(.category, in: session)
      #expect(categories.lines.map(\.group) == ["food", "home"])
      let text = regions.text(.table, width: 120)
      #expect(text.contains("Forecasts of published runs against what was sold"))
      #expect(regions.text(.csv).split(separator: "\n").count == 3)
      #expect(regions.text(.csv).hasPrefix("region,days,observations,demand,wape,naive_wape"))
    }
  }

  @Test("published sums have figures of their own, by people's SQL, too")
  func sums() async throws {
    try await withDatabase(.migrated) { session, _ in
      var warehouse = try await SmallRetailer.seeded(session)
      _ = try await SmallRetailer.publish(warehouse.clock, in: session)
      warehouse.clock = SmallRetailer.clock("2024-07-05")
      try await SmallRetailer.send(
        to: warehouse, from: day("2024-07-01"), through: day("2024-07-05"))
      _ = try await Measuring.run(clock: warehouse.clock, in: session)
      let observations: [Level: Int] = [
        .total: 5, .region: 10, .location: 15, .category: 10, .item: 10, .categoryRegion: 20,
        .itemRegion: 20, .categoryLocation: 30, .itemLocation: 30,
      ]
      for level in Level.allCases {
        let lines = try await report(.region, in: session) { $0.level = level }.lines
        let sums = try await expected(of: level, in: session)
        #expect(lines.reduce(0) { $0 + $1.sums.observations } == observations[level])
        let error = lines.reduce(0) { $0 + $1.sums.absoluteError }
        let demand = lines.reduce(0) { $0 + $1.sums.demand }
        #expect(abs(error - sums.error) < 1e-6 && abs(demand - sums.demand) < 1e-6, "\(level)")
        #expect(lines.allSatisfy { $0.sums.coverage != nil && $0.sums.naiveWAPE != nil })
        #expect(lines.map(\.group) == (level.keepsRegion ? ["north", "south"] : [""]))
      }
      let total = try await report(.region, in: session) { $0.level = .total }
      #expect(total.text(.csv).contains("\nall regions,5,5,"))
      let categories = try await report(.category, in: session) { $0.level = .category }
      #expect(categories.lines.map(\.group) == ["food", "home"])
      await #expect(throws: AccuracyRefusal.notOfLevel(.region, what: "class")) {
        try await report(.demandClass, in: session) { $0.level = .region }
      }
      await #expect(throws: AccuracyRefusal.notOfLevel(.total, what: "region")) {
        try await report(.lead, in: session) { ($0.level, $0.region) = (.total, code("north")) }
      }
      // A reader of a region has no sum that spans regions.
      let visible = try await report(.lead, in: session) {
        ($0.level, $0.visible) = (.total, [code("north")])
      }
      #expect(visible.lines.isEmpty)
    }
  }

  @Test("a late region keeps sums over regions waiting, and a sum within one has its own")
  func late() async throws {
    try await withDatabase(.migrated) { session, _ in
      var warehouse = try await SmallRetailer.seeded(session)
      _ = try await SmallRetailer.publish(warehouse.clock, in: session)
      warehouse.clock = SmallRetailer.clock("2024-07-05")
      try await SmallRetailer.send(
        to: warehouse, from: day("2024-07-01"), through: day("2024-07-05"), regions: ["north"])
      _ = try await Measuring.run(clock: warehouse.clock, in: session)
      #expect(
        try await report(.region, in: session) { $0.level = .region }.lines.map(\.group) == [
          "north"
        ])
      #expect(try await report(.lead, in: session) { $0.level = .total }.lines.isEmpty)
      try await SmallRetailer.send(
        to: warehouse, from: day("2024-07-01"), through: day("2024-07-03"), regions: ["south"])
      _ = try await Measuring.run(clock: warehouse.clock, in: session)
      #expect(try await report(.lead, in: session) { $0.level = .total }.lines.count == 3)
    }
  }

  @Test("a run is measured anew with every further day, corrections of the days before included")
  func again() async throws {
    try await withDatabase(.migrated) { session, _ in
      var warehouse = try await SmallRetailer.seeded(session)
      _ = try await SmallRetailer.publish(warehouse.clock, in: session)
      warehouse.clock = SmallRetailer.clock("2024-07-02")
      try await SmallRetailer.send(
        to: warehouse, from: day("2024-07-01"), through: day("2024-07-02"))
      _ = try await Measuring.run(clock: warehouse.clock, in: session)
      let before = try await report(.region, in: session)
      warehouse.clock = SmallRetailer.clock("2024-07-03")
      try await SmallRetailer.send(
        to: warehouse, from: day("2024-07-01"), through: day("2024-07-03"), scale: 3)
      #expect(try await Measuring.run(clock: warehouse.clock, in: session).count == 2)
      let after = try await report(.region, in: session)
      #expect(after.lines.map(\.days) == [3, 3])
      let bias = try #require(after.lines.first?.sums.bias)
      let earlier = try #require(before.lines.first?.sums.bias)
      #expect(bias < -0.5 && abs(earlier) < 0.3)
      #expect(try await Measuring.run(clock: warehouse.clock, in: session).isEmpty)
    }
  }

  @Test("what a region carried over is measured in the run that made it")
  func carried() async throws {
    try await withDatabase(.migrated) { session, _ in
      var warehouse = try await SmallRetailer.seeded(session)
      let first = try await SmallRetailer.publish(warehouse.clock, in: session)
      warehouse.clock = SmallRetailer.clock("2024-07-03")
      try await SmallRetailer.send(
        to: warehouse, from: day("2024-07-01"), through: day("2024-07-03"), regions: ["north"])
      let second = try await SmallRetailer.publish(warehouse.clock, in: session)
      warehouse.clock = SmallRetailer.clock("2024-07-04")
      try await SmallRetailer.send(
        to: warehouse, from: day("2024-07-01"), through: day("2024-07-04"))
      let done = try await Measuring.run(clock: warehouse.clock, in: session)
      let south = done.filter { $0.region == code("south") }
      #expect(south.map(\.run) == [first.run])
      let north = done.filter { $0.region == code("north") }
      #expect(north.map(\.run) == [first.run, second.run])
    }
  }

  @Test("churn is what moved over what was forecast, on the days that both runs cover")
  func churn() async throws {
    try await withDatabase(.migrated) { session, _ in
      var warehouse = try await SmallRetailer.seeded(session)
      let first = try await SmallRetailer.publish(warehouse.clock, in: session)
      let none = try await StabilityReport.read(StabilityReport.Request(), in: session)
      #expect(none.lines.isEmpty)
      #expect(none.text(.table).contains("There are no two published runs"))
      warehouse.clock = SmallRetailer.clock("2024-07-07")
      try await SmallRetailer.send(
        to: warehouse, from: day("2024-07-01"), through: day("2024-07-07"), scale: 2,
        regions: ["north"])
      let second = try await SmallRetailer.publish(warehouse.clock, in: session)
      let report = try await StabilityReport.read(StabilityReport.Request(), in: session)
      #expect(report.lines.map(\.group) == ["north", "south"])
      let (before, after) = try await session.run { db in
        (
          try ForecastStore.forecasts(
            ofRun: first.run, region: code("north"), level: .itemLocation, in: db),
          try ForecastStore.forecasts(
            ofRun: second.run, region: code("north"), level: .itemLocation, in: db)
        )
      }
      var (moved, previous): (Int64, Int64) = (0, 0)
      for (old, new) in zip(before, after) {
        for lead in 0..<28 {
          moved += abs(new.means[lead] - old.means[lead + 7])
          previous += old.means[lead + 7]
        }
      }
      #expect(moved > 0)
      #expect(report.lines[0].churn == Double(moved) / Double(previous))
      #expect(report.lines[0].pairs == 1)
      // The south kept its forecast.
      #expect(report.lines[1].churn == 0)
      var byLead = StabilityReport.Request()
      (byLead.by, byLead.region) = (.lead, code("north"))
      let leads = try await StabilityReport.read(byLead, in: session)
      #expect(leads.lines.count == 28)
      #expect(leads.lines.reduce(0) { $0 + $1.moved } == moved)
      var unknown = StabilityReport.Request()
      unknown.region = code("west")
      let asked = unknown
      await #expect(throws: ReportRefusal.self) {
        try await StabilityReport.read(asked, in: session)
      }
    }
  }

  /// Σ|y − f| and Σy over a level's nodes and days, by people's SQL.
  private func expected(
    of level: Level, in session: Session
  ) async throws -> (error: Double, demand: Double) {
    try await session.run { db in
      let row = try db.rows(
        """
        SELECT sum(abs(y - mean)), sum(y) FROM (
          SELECT f.mean, sum(d.quantity) AS y
          FROM published_forecast f
          JOIN demand d ON d.day = f.day AND (f.item IS NULL OR f.item = d.item)
            AND (f.location IS NULL OR f.location = d.location)
            AND (f.region IS NULL OR f.region = d.region)
          JOIN item i ON i.code = d.item AND (f.category IS NULL OR f.category = i.category)
          WHERE f.level = \(level.rawValue) AND d.day > '2024-06-30'
          GROUP BY f.level, f.item, f.location, f.region, f.category, f.day, f.mean
        ) AS days
        """)[0]
      return (try row[0], try row[1])
    }
  }

  /// WAPE of the north's items at their locations, by people's SQL.
  private func wape(of run: Int, in session: Session) async throws -> Double {
    try await session.run { db in
      try db.rows(
        """
        SELECT sum(abs(d.quantity - f.mean)) / sum(d.quantity)
        FROM published_forecast f
        JOIN demand d ON d.item = f.item AND d.location = f.location AND d.day = f.day
        WHERE f.level = 'item-location' AND d.region = 'north'
        """)[0][0]
    }
  }
}
