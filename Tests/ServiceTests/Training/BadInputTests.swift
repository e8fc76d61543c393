import Inventory
import Planning
import Postgres
import Storage
import TestKit
import Testing

@testable import Service

/// All that goes wrong with what a run is given, at once: each has a forecast that says by which
/// rung it got it, or a clear refusal, and the run goes on.
@Suite("A retailer with everything wrong")
struct BadInputTests {
  private static let header = "item,location,day,quantity\n"
  private static let last = day("2024-06-30")
  private static let clock = ZoneClock(asOf: last, deploymentZone: "UTC")

  /// Series of the north, beside four ordinary ones: what they sell on a day so many days before
  /// the last.
  private static let odd: [(item: String, units: @Sendable (Int) -> String?)] = [
    ("once", { $0 == 0 ? "3" : nil }),
    ("zeros", { _ in "0" }),
    ("constant", { _ in "4" }),
    ("billion", { _ in "1000000000" }),
    ("gap", { (60..<430).contains($0) ? nil : "\(5 + $0 % 3)" }),
    ("spike", { $0 == 50 ? "1000000000" : "\(1 + $0 % 2)" }),
  ]

  private static func retailer(_ session: Session) async throws -> Warehouse {
    let warehouse = Warehouse(session: session, clock: clock)
    let places = try await warehouse.sync(
      .locations,
      "location,region,time_zone\nleeds,north,Europe/London\nyork,north,\nbath,south,\n"
        + "oslo,east,\nmars,north,Mars/Base\n")
    #expect(places.figures == [4, 0, 0, 1])
    // One name, two items, two categories.
    try await warehouse.sync(
      .items,
      "item,name,category\nsoap-f,Soap,food\nsoap-h,Soap,home\n"
        + odd.map { "\($0.item),,odd\n" }.joined())
    for (source, locations) in [("north-erp", ["leeds", "york"]), ("south-erp", ["bath"])] {
      var rows = ""
      for location in locations {
        for (rank, item) in ["soap-f", "soap-h"].enumerated() {
          for age in 0..<600 {
            rows += "\(item),\(location),\(last - age),\(10 * (rank + 1) + (age * 7) % 9)\n"
          }
        }
      }
      if source == "north-erp" {
        for series in odd {
          for age in 0..<600 {
            if let units = series.units(age) {
              rows += "\(series.item),leeds,\(last - age),\(units)\n"
            }
          }
        }
      }
      try await warehouse.sync(.demand, header + rows, source: source, through: "\(last)")
    }
    return warehouse
  }

  @Test("each series has a finite forecast with its tier, and its region's report is made")
  func forecasts() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Self.retailer(session)
      let summary = try await Training.run(clock: Self.clock, in: session)
      #expect(summary.refusal == nil, "\(summary.refusal?.reason ?? "")")
      // A region without data is none that could be trained.
      #expect(summary.regions.map(\.region.text) == ["north", "south"])
      let all = try await session.run { db in
        try ForecastStore.forecasts(ofRun: summary.run, in: db)
      }
      #expect(all.allSatisfy { $0.means.allSatisfy { $0 >= 0 } })
      #expect(all.allSatisfy { $0.quantiles.joined().allSatisfy { $0.isFinite && $0 >= 0 } })
      func units(_ item: String) throws -> Double {
        let one = try #require(
          all.first { $0.node.level == .itemLocation && $0.node.item == code(item) })
        #expect(!one.reason.isEmpty && one.means.count == 42)
        return Double(one.means.reduce(0, +)) / 42_000
      }
      #expect(try units("zeros") == 0)
      #expect(try abs(units("constant") - 4) < 0.2)
      #expect(try abs(units("billion") / 1e9 - 1) < 0.05)
      // Neither the spike nor the year of nothing is what is foretold.
      #expect(try units("spike") < 5 && units("gap") < 15)
      #expect(try units("once") < 10)
      let names = Set(
        all.filter { $0.node.level == .item && $0.node.item?.text.hasPrefix("soap") == true }
          .map { "\($0.node.item?.text ?? "") \($0.node.category?.text ?? "")" })
      #expect(names == ["soap-f food", "soap-h home"])
      for region in ["north", "south"] {
        let report = try await ProcurementReporting.report(
          region: code(region), clock: Self.clock, in: session)
        #expect(report.lines.count == (region == "north" ? 10 : 2))
      }
      _ = try await Overview.page(
        clock: Self.clock, cache: OverviewCache(), now: .zero, in: session)
      #expect(try await warehouse.count("quarantine") == 1)
    }
  }

  @Test("what cannot be is refused in a sentence")
  func refusals() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Self.retailer(session)
      _ = try await Training.run(clock: Self.clock, in: session)
      let never = #expect(throws: ScheduleFault.self) { try ScheduleExpression("0 0 31 2 *") }
      #expect(never?.sentence == "this schedule would never fire: no month has such a day")
      let zone = await #expect(throws: UnknownZone.self) {
        try await Schedules.set(
          code("daily"), ScheduleExpression("0 6 * * *"), timeZone: "Mars/Base", actor: "ann",
          in: session)
      }
      #expect(zone?.sentence.contains("'Mars/Base'") == true)
      let empty = await #expect(throws: ReportRefusal.self) {
        try await ProcurementReporting.report(
          region: code("east"), clock: Self.clock, in: session)
      }
      #expect(empty?.sentence == "no region 'east' is forecast; known are north and south")
      let beyond = try await warehouse.sync(
        .demand, Self.header + "billion,leeds,2024-06-30,1000000001\n", source: "north-erp")
      #expect(beyond.codes == ["invalid_quantity"])
    }
  }

  @Test("a region that loses its only location is gone from the next run, and the others go on")
  func lostRegion() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Self.retailer(session)
      let first = try await Training.run(clock: Self.clock, in: session)
      #expect(first.refusal == nil)
      try await warehouse.sync(.locations, "location,region\nbath,north\n")
      let second = try await Training.run(clock: Self.clock, in: session)
      #expect(second.refusal == nil, "\(second.refusal?.reason ?? "")")
      #expect(second.regions.map(\.region.text) == ["north"])
      let report = try await ProcurementReporting.report(
        region: code("north"), clock: Self.clock, in: session)
      #expect(report.lines.count == 12)
      let gone = await #expect(throws: ReportRefusal.self) {
        try await ProcurementReporting.report(
          region: code("south"), clock: Self.clock, in: session)
      }
      #expect(gone?.sentence.contains("'south'") == true)
      let model = try await Overview.read(
        clock: Self.clock, cache: OverviewCache(), now: .zero, in: session)
      #expect(model.regions.map(\.region.text) == ["north"])
      // What was published before can still be looked at and measured.
      _ = try await Measuring.run(clock: Self.clock, in: session)
      #expect(try await RunDetails.read(first.run, in: session).regions.count == 2)
    }
  }
}
