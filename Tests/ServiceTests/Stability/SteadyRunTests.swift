import Inventory
import Planning
import Postgres
import Storage
import TestKit
import Testing

@testable import Service

@Suite("Blended and reconciled runs")
struct SteadyRunTests {
  /// A run by the defaults, then another document, three days of data and the next run.
  private func second(
    _ document: String, _ session: Session
  ) async throws -> (warehouse: Warehouse, run: TrainingSummary) {
    var warehouse = try await SmallRetailer.seeded(session)
    _ = try await SmallRetailer.publish(warehouse.clock, in: session)
    _ = try await Configurations.set(document, by: "ann", reason: "a test", in: session)
    warehouse.clock = SmallRetailer.clock("2024-07-03")
    try await SmallRetailer.send(
      to: warehouse, from: day("2024-07-01"), through: day("2024-07-03"), scale: 1.2)
    return (warehouse, try await SmallRetailer.publish(warehouse.clock, in: session))
  }

  private func forecasts(_ run: Int, _ session: Session) async throws -> [PublishedForecast] {
    try await session.run { db in try ForecastStore.forecasts(ofRun: run, in: db) }
  }

  @Test("a whole share of the forecast in use repeats it on the days that both cover, and replays")
  func whole() async throws {
    try await withDatabase(.migrated) { session, _ in
      let (warehouse, run) = try await second(#"{"blend":1}"#, session)
      let before = try await forecasts(1, session)
      let now = try await forecasts(run.run, session)
      for mine in now {
        let earlier = try #require(before.first { $0.node == mine.node })
        #expect(mine.means.prefix(39) == earlier.means.suffix(39))
        for row in mine.quantiles.indices {
          #expect(mine.quantiles[row].prefix(39) == earlier.quantiles[row].suffix(39))
        }
      }
      let replay = try await RunReplay.run(run.run, clock: warehouse.clock, in: session)
      #expect(replay.verdict == .identical)
    }
  }

  @Test("a blended run says its share, explains it, replays, and outlives what it was made from")
  func share() async throws {
    try await withDatabase(.migrated) { session, _ in
      let (warehouse, run) = try await second(#"{"blend":0.25}"#, session)
      let details = try await RunDetails.read(run.run, in: session)
      #expect(details.run.blendWeight == 0.25)
      #expect(details.text.contains("blend          0.25 of run 1"))
      let explained = try await PublishedExplanation.read(
        item: code("oats"), location: code("leeds"), day: day("2024-07-06"),
        clock: warehouse.clock, in: session)
      #expect(explained.mean == explained.remade)
      #expect(explained.steps.contains { $0.part.kind == .blend && $0.units != 0 })
      let text = PublishedExplanationFormat.table.text(of: explained)
      #expect(text.contains("0.25 of run 1"))
      let card = try await ModelCard.read(
        code("oats"), at: code("leeds"), clock: warehouse.clock, in: session)
      #expect(card.isReproduced)
      // Run 1 is neither in use nor lately published; run 2 needs it.
      let third = try await SmallRetailer.publish(warehouse.clock, in: session)
      _ = try await SmallRetailer.publish(warehouse.clock, in: session)
      try await session.run { db in
        _ = try db.execute(
          """
          UPDATE run SET started_at = started_at - interval '90 days',
            finished_at = finished_at - interval '90 days'
          """)
        _ = try db.execute(
          "UPDATE publication SET published_at = published_at - interval '90 days'")
        while try PruneStore.dropForecasts(olderThanDays: 30, in: db) != nil {}
      }
      let replay = try await RunReplay.run(third.run, clock: warehouse.clock, in: session)
      #expect(replay.verdict == .identical)
      await #expect(throws: RunReplayRefusal.forecastsDropped(run: 1)) {
        try await RunReplay.run(1, clock: warehouse.clock, in: session)
      }
    }
  }

  @Test("the gate refits both sides from an origin whose forecast was blended or locked")
  func likeWithLike() async throws {
    try await withDatabase(.migrated) { session, _ in
      var (warehouse, run) = try await second(#"{"blend":1}"#, session)
      #expect(run.origin == day("2024-07-03"))
      _ = try await ForecastLocks.lock(
        .init(), until: .days(20), reason: "a test", by: "ann",
        clock: SmallRetailer.clock("2024-07-04"), in: session)
      for (first, last) in [("2024-07-04", "2024-07-10"), ("2024-07-11", "2024-07-17")] {
        warehouse.clock = SmallRetailer.clock(last)
        try await SmallRetailer.send(
          to: warehouse, from: day(first), through: day(last), scale: 1.2)
        run = try await SmallRetailer.publish(warehouse.clock, in: session)
      }
      let details = try await RunDetails.read(run.run, in: session)
      #expect(details.checks.first { $0.name == .wape }?.figure == 1)
    }
  }

  @Test("past origins choose the share, and the run says by what")
  func backtest() async throws {
    try await withDatabase(.migrated) { session, _ in
      let (warehouse, run) = try await second(#"{"blend":"backtest"}"#, session)
      let details = try await RunDetails.read(run.run, in: session)
      let weight = try #require(details.run.blendWeight)
      #expect([0, 0.1, 0.2, 0.3, 0.4, 0.5].contains(weight))
      #expect(details.run.blendFinding?.hasPrefix("chosen from 3 weekly origins: off by") == true)
      let replay = try await RunReplay.run(run.run, clock: warehouse.clock, in: session)
      #expect(replay.verdict == .identical)
    }
  }

  @Test(
    "a run is reconciled as its configuration says, or as past origins choose, and replays",
    arguments: ["wls", "mint", "auto"])
  func reconciled(method: String) async throws {
    try await withDatabase(.migrated) { session, _ in
      let (warehouse, run) = try await second(#"{"reconciliation":"\#(method)"}"#, session)
      let details = try await RunDetails.read(run.run, in: session)
      if method == "auto" {
        #expect(
          details.run.reconciliationFinding?.hasPrefix("chosen from 4 weekly origins: bottom-up")
            == true)
      } else {
        #expect(details.run.reconciliation.rawValue == method)
        #expect(details.run.reconciliationFinding == nil)
      }
      #expect(details.text.contains("reconciliation \(details.run.reconciliation.rawValue)"))
      let replay = try await RunReplay.run(run.run, clock: warehouse.clock, in: session)
      #expect(replay.verdict == .identical)
    }
  }
}
