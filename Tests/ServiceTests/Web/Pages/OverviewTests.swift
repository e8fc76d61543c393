import Inventory
import Postgres
import Storage
import TestKit
import Testing

@testable import Service

@Suite("Overview")
struct OverviewTests {
  static let header = "item,location,day,quantity\n"

  @Test("each region's days add up, a late location's days are missing, and orders are counted")
  func read() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await OverviewTests.trained(session)
      let model = try await Overview.read(
        clock: warehouse.clock, cache: OverviewCache(), now: .zero, in: session)
      #expect(model.asOf == day("2024-07-03"))
      #expect(model.run?.origin == day("2024-06-30"))
      #expect(model.regions.map(\.region.text) == ["north", "south"])
      let north = try #require(model.regions.first)
      #expect(north.freshness.isStale && north.freshness.worst.text == "york")
      #expect(north.freshness.daysBehind == 2 && north.freshness.staleLocations == 1)
      // York is complete through 30 June only: what Leeds sent after it is no sum of the region.
      #expect(north.chart.demand(on: day("2024-06-29")) == 7)
      #expect(north.chart.demand(on: day("2024-06-30")) == 7)
      #expect(north.chart.demand(on: day("2024-07-01")) == nil)
      let south = model.regions[1]
      #expect(!south.freshness.isStale)
      // Nothing was sent for this day, and Bath says that it is complete.
      #expect(south.chart.demand(on: day("2024-07-02")) == 0)
      #expect(south.chart.demand(on: day("2024-06-02")) == 3)
      #expect(north.chart.forecast.first?.day == day("2024-07-01"))
      let ahead = north.chart.forecast
      #expect(ahead.allSatisfy { ($0.low ?? .nan) <= $0.mean && $0.mean <= ($0.high ?? .nan) })
      let report = try await ProcurementReporting.report(
        region: code("north"), clock: warehouse.clock, in: session)
      #expect(north.orders == OrderSummary(report))
      #expect(north.orders?.first.first?.item.text == "oats")
      #expect(north.orders?.toOrder ?? 0 > 0)
    }
  }

  @Test("the worst flags come first, and all are counted")
  func flags() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await OverviewTests.trained(session)
      let model = try await Overview.read(
        clock: warehouse.clock, cache: OverviewCache(), now: .zero, in: session)
      #expect(model.flags.shown.count == Overview.shownFlags)
      #expect(model.flags.shown.first?.sentence == "north is down")
      #expect(model.flags.counts == [.critical: 1, .warning: 1, .info: 20])
      #expect(model.regions.map(\.flagCount) == [1, 20])
    }
  }

  @Test("who may see one region hears nothing of the others, nor what spans them")
  func oneRegion() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await OverviewTests.trained(session)
      _ = try await session.run { db in
        try db.execute(
          """
          INSERT INTO run_request (requested_by, state, failure, ended_at)
          VALUES ('schedule', 'failed', 'north broke', clock_timestamp())
          """)
      }
      let cache = OverviewCache()
      let all = try await Overview.read(
        clock: warehouse.clock, cache: cache, now: .zero, in: session)
      #expect(all.run?.failure == "north broke")
      let model = try await Overview.read(
        clock: warehouse.clock, regions: [code("south")], cache: cache, now: .zero, in: session)
      #expect(model.regions.map(\.region.text) == ["south"])
      #expect(model.flags.counts == [.info: 20])
      #expect(model.regions[0].chart == all.regions[1].chart)
      let page = OverviewSamples.text(model)
      for foreign in ["north", "york", "leeds", "everywhere"] { #expect(!page.contains(foreign)) }
    }
  }

  @Test("a run that was refused is told with what the reader may see of its reason")
  func refused() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await OverviewTests.trained(session)
      func refusal(_ regions: [RegionCode]?) async throws -> String? {
        try await Overview.read(
          clock: warehouse.clock, regions: regions, cache: OverviewCache(), now: .zero, in: session
        ).refusal
      }
      #expect(try await refusal(nil) == nil)
      let doubled = ForecastMaker {
        try ForecastMaker.standard.make($0, $1, $2).altered { node, means in
          node.region?.text == "south" ? means.map { $0 * 2 } : means
        }
      }
      _ = try await Configurations.set(
        #"{"gate": {"wape_ratio": 100, "region_wape_ratio": 100, "naive_ratio": 100,"#
          + #" "least_wape_ratio": 0, "total_deviation": 100, "fresh_share": 0}}"#, by: "ann",
        reason: "a test", in: session)
      let run = try await Training.run(by: doubled, clock: warehouse.clock, in: session)
      #expect(run.refusal != nil)
      let all = try #require(try await refusal(nil))
      #expect(all.hasPrefix("Run \(run.run) of ") && all.contains("not published: in south it"))
      #expect(try await refusal([code("south")]) == all)
      let north = try #require(try await refusal([code("north")]))
      #expect(north.hasSuffix("was not published: checks failed in other regions"))
    }
  }

  @Test("before the first push, and before the first run, there is a page")
  func beginnings() async throws {
    try await withDatabase(.migrated) { session, _ in
      let empty = try await Overview.read(
        clock: ZoneClock(asOf: day("2024-07-03"), deploymentZone: "UTC"), cache: OverviewCache(),
        now: .zero, in: session)
      #expect(empty.regions.isEmpty && empty.run == nil)
      let warehouse = try await OverviewTests.pushed(session)
      let model = try await Overview.read(
        clock: warehouse.clock, cache: OverviewCache(), now: .zero, in: session)
      #expect(model.regions.count == 2 && model.run == nil)
      #expect(model.regions[1].chart.demand(on: day("2024-06-02")) == 3)
      #expect(model.regions[1].orders == nil && model.regions[1].chart.forecast.isEmpty)
    }
  }

  @Test("local times are those of the deployment's zone, also on days the clocks change")
  func localTime() throws {
    let clock = ZoneClock(asOf: nil, deploymentZone: "Europe/Berlin")
    func time(_ instant: String) throws -> String {
      OverviewModel.RunSummary.time(try #require(Instant(instant)), clock)
    }
    #expect(try time("2026-10-24T22:30:00Z") == "00:30")
    #expect(try time("2026-10-25T05:30:00Z") == "06:30")
    #expect(try time("2026-07-01T04:31:59Z") == "06:31")
  }

  /// Oats at two locations of the north and one of the south; then York falls silent, while Leeds
  /// and Bath go on for three days.
  static func trained(_ session: Session) async throws -> Warehouse {
    let warehouse = try await pushed(session)
    var past = warehouse
    past.clock = ZoneClock(asOf: day("2024-06-30"), deploymentZone: "UTC")
    let run = try await Training.run(clock: past.clock, in: session).run
    try await warehouse.sync(
      .demand, header + "oats,leeds,2024-07-01,50\noats,leeds,2024-07-03,50\n", source: "leeds",
      through: "2024-07-03")
    try await warehouse.sync(
      .demand, header + "oats,bath,2024-07-01,5\n", source: "bath", through: "2024-07-03")
    _ = try await session.run { db in
      try db.execute(
        """
        INSERT INTO flag (run_id, rule, severity, region, message)
        SELECT \(run), 'revision', 'info', 'south', 'south ' || n FROM generate_series(1, 20) AS n
        UNION ALL VALUES (\(run), 'revision', 'warning', NULL, 'everywhere up'),
          (\(run), 'stale-region', 'critical', 'north', 'north is down')
        """)
    }
    return warehouse
  }

  static func pushed(_ session: Session) async throws -> Warehouse {
    var warehouse = try await Warehouse.stocked(session)
    for (location, quantity) in [("leeds", 2), ("york", 5), ("bath", 3)] {
      let rows = (0..<200).map { "oats,\(location),\(day("2024-06-30") - $0),\(quantity)\n" }
      try await warehouse.sync(
        .demand, header + rows.joined(), source: location, through: "2024-06-30")
    }
    try await warehouse.sync(
      .terms, "item,lead_time_days,review_period_days,order_multiple\noats,7,7,6\n")
    try await warehouse.sync(
      .stock, "item,location,as_of,on_hand\noats,leeds,2024-06-30,1\noats,york,2024-06-30,900\n")
    warehouse.clock = ZoneClock(asOf: day("2024-07-03"), deploymentZone: "UTC")
    return warehouse
  }
}
