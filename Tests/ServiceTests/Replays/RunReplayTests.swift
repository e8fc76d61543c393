import Inventory
import Planning
import Postgres
import Storage
import TestKit
import Testing

@testable import Service

@Suite("Replays")
struct RunReplayTests {
  @Test("100 random published values replay identically after later corrections of the data")
  func afterCorrections() async throws {
    try await withDatabase(.migrated) { session, _ in
      var warehouse = try await SmallRetailer.seeded(session)
      let first = try await SmallRetailer.publish(warehouse.clock, in: session)
      try await RunReplayTests.correct(&warehouse)
      for seed: UInt64 in 1...3 {
        let replay = try await RunReplay.run(
          first.run, sample: 100, seed: seed, clock: warehouse.clock, in: session)
        #expect(replay.comparison.values == 100)
        #expect(replay.verdict == .identical)
        #expect(replay.text.contains("all 100 values compared are the same, bit for bit"))
      }
      let whole = try await RunReplay.run(first.run, clock: warehouse.clock, in: session)
      #expect(whole.verdict == .identical)
      #expect(whole.comparison.values == first.nodes * 42 * 9)
      let second = try await SmallRetailer.publish(warehouse.clock, in: session)
      let moved = try await session.run { db in
        (
          try ForecastStore.forecasts(ofRun: first.run, in: db).map(\.means),
          try ForecastStore.forecasts(ofRun: second.run, in: db).map(\.means)
        )
      }
      #expect(moved.0 != moved.1)
    }
  }

  @Test("a run in which a region kept its earlier forecast replays identically, too")
  func carriedRegion() async throws {
    try await withDatabase(.migrated) { session, _ in
      var warehouse = try await SmallRetailer.seeded(session)
      _ = try await SmallRetailer.publish(warehouse.clock, in: session)
      warehouse.clock = SmallRetailer.clock("2024-07-03")
      try await SmallRetailer.send(
        to: warehouse, from: day("2024-07-01"), through: day("2024-07-03"), regions: ["north"])
      let second = try await SmallRetailer.publish(warehouse.clock, in: session)
      #expect(second.regions.contains { $0.state == .stale })
      try await RunReplayTests.correct(&warehouse)
      let replay = try await RunReplay.run(clock: warehouse.clock, in: session)
      #expect(replay.run == second.run)
      #expect(replay.verdict == .identical)
    }
  }

  @Test("a published value that was tampered with is found and named")
  func tampered() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await SmallRetailer.seeded(session)
      let summary = try await SmallRetailer.publish(warehouse.clock, in: session)
      try await session.run { db in
        _ = try db.execute(
          """
          UPDATE forecast SET means[3] = means[3] + 1000
          WHERE run_id = \(summary.run) AND node_id = (
            SELECT node_id FROM node
            WHERE level = 'item-location' AND item = 'soap' AND location = 'york')
          """)
      }
      let replay = try await RunReplay.run(clock: warehouse.clock, in: session)
      #expect(replay.verdict == .different)
      #expect(replay.comparison.differing == 1)
      #expect(replay.comparison.farApart == 1)
      #expect(replay.comparison.first?.day == day("2024-07-03"))
      #expect(
        replay.text.contains(
          "first difference: the mean of item-location soap at york on 2024-07-03: published"))
      #expect(ReplayMismatch(replay) != nil)
    }
  }

  @Test("what cannot be made again says why")
  func refusals() async throws {
    try await withDatabase(.migrated) { session, _ in
      let clock = SmallRetailer.clock("2024-06-30")
      await #expect(throws: RunReplayRefusal.notTrainedYet) {
        try await RunReplay.run(clock: clock, in: session)
      }
      let warehouse = try await SmallRetailer.seeded(session)
      let summary = try await SmallRetailer.publish(warehouse.clock, in: session)
      await #expect(throws: RunReplayRefusal.unknownRun(99)) {
        try await RunReplay.run(99, clock: clock, in: session)
      }
      try await session.run { db in
        _ = try db.execute(
          "UPDATE run SET content_digest = sha256('other') WHERE run_id = \(summary.run)")
      }
      await #expect(
        throws: RunReplayRefusal.dataDiffers(run: summary.run, version: summary.datasetVersion)
      ) { try await RunReplay.run(clock: clock, in: session) }
    }
  }

  @Test("an explanation names the batches, the run and the steps, which come to the published mean")
  func explanation() async throws {
    try await withDatabase(.migrated) { session, _ in
      var warehouse = try await SmallRetailer.seeded(session)
      let summary = try await SmallRetailer.publish(warehouse.clock, in: session)
      try await RunReplayTests.correct(&warehouse)
      let explained = try await PublishedExplanation.read(
        item: code("oats"), location: code("leeds"), day: day("2024-07-06"),
        clock: warehouse.clock, in: session)
      #expect(explained.madeIn.run == summary.run)
      #expect(explained.mean == explained.remade)
      let sum = explained.steps.reduce(0) { $0 + $1.units }
      #expect(abs(sum - Double(explained.mean) / 1000) <= 0.0006)
      // The correction came after the run, so its batch delivered nothing of it.
      #expect(explained.deliveries.count == 1)
      #expect(explained.deliveries.first?.days == 122)
      let text = PublishedExplanationFormat.table.text(of: explained)
      #expect(text.contains("oats at leeds (food, north) on 2024-07-06"))
      #expect(text.contains("dataset version \(summary.datasetVersion)"))
      #expect(text.contains("Made again, the steps come to the published mean."))
      await #expect(throws: ExplanationRefusal.self) {
        try await PublishedExplanation.read(
          item: code("oats"), location: code("leeds"), day: day("2025-07-06"),
          clock: warehouse.clock, in: session)
      }
    }
  }

  @Test("a number that a region carried over is explained by the run that made it")
  func carriedExplanation() async throws {
    try await withDatabase(.migrated) { session, _ in
      var warehouse = try await SmallRetailer.seeded(session)
      let first = try await SmallRetailer.publish(warehouse.clock, in: session)
      warehouse.clock = SmallRetailer.clock("2024-07-03")
      try await SmallRetailer.send(
        to: warehouse, from: day("2024-07-01"), through: day("2024-07-03"), regions: ["north"])
      let second = try await SmallRetailer.publish(warehouse.clock, in: session)
      let explained = try await PublishedExplanation.read(
        item: code("soap"), location: code("bath"), day: day("2024-07-10"),
        clock: warehouse.clock, in: session)
      #expect(explained.run == second.run)
      #expect(explained.madeIn.run == first.run)
      #expect(explained.mean == explained.remade)
      let text = PublishedExplanationFormat.table.text(of: explained)
      #expect(text.contains("carried over into run \(second.run)"))
    }
  }

  /// Corrects a month of the north, takes a launch back and brings the first days of July.
  private static func correct(_ warehouse: inout Warehouse) async throws {
    warehouse.clock = SmallRetailer.clock("2024-07-05")
    try await SmallRetailer.send(
      to: warehouse, from: day("2024-06-01"), through: day("2024-06-30"), scale: 1.7,
      regions: ["north"])
    try await SmallRetailer.send(
      to: warehouse, from: day("2024-07-01"), through: day("2024-07-05"))
    try await warehouse.sync(.items, "item,category\noats,home\n")
    try await warehouse.sync(
      .calendar, "day,name,kind\n2024-06-12,Strike,closed\n2024-07-04,Fair,event\n")
  }
}
