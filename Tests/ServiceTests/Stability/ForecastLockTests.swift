import Inventory
import Planning
import Postgres
import Storage
import TestKit
import Testing

@testable import Service

@Suite("Forecast locks")
struct ForecastLockTests {
  /// Locks a week of the north from 1 July on, which run 1 forecast.
  private func lockedNorth(_ session: Session) async throws -> (Warehouse, ForecastLocks.Locked) {
    var warehouse = try await SmallRetailer.seeded(session)
    _ = try await SmallRetailer.publish(warehouse.clock, in: session)
    warehouse.clock = SmallRetailer.clock("2024-07-01")
    let locked = try await ForecastLocks.lock(
      .init(region: code("north")), until: .days(7), reason: "orders placed", by: "ann",
      clock: warehouse.clock, in: session)
    return (warehouse, locked)
  }

  /// Trains when the days through one are there.
  private func train(
    _ warehouse: inout Warehouse, from first: String, through last: String, scale: Double = 1
  ) async throws -> TrainingSummary {
    warehouse.clock = SmallRetailer.clock(last)
    try await SmallRetailer.send(
      to: warehouse, from: day(first), through: day(last), scale: scale)
    return try await SmallRetailer.publish(warehouse.clock, in: warehouse.session)
  }

  private func forecasts(_ run: Int, _ session: Session) async throws -> [PublishedForecast] {
    try await session.run { db in try ForecastStore.forecasts(ofRun: run, in: db) }
  }

  @Test("later runs publish locked days as they were, say so, replay, and end the lock by itself")
  func held() async throws {
    try await withDatabase(.migrated) { session, _ in
      var (warehouse, locked) = try await lockedNorth(session)
      #expect(locked.series == 4)
      let first = try await forecasts(1, session)
      let second = try await train(
        &warehouse, from: "2024-07-01", through: "2024-07-03", scale: 1.5)
      let now = try await forecasts(second.run, session)
      for mine in now where mine.node.level == .itemLocation {
        let earlier = try #require(first.first { $0.node == mine.node })
        let isNorth = mine.node.region?.text == "north"
        #expect(mine.locks.prefix(6) == (isNorth ? [1, 1, 1, 1, 0, 0] : []))
        #expect((mine.means.prefix(4) == earlier.means[3...6]) == isNorth)
        for row in mine.quantiles.indices where isNorth {
          #expect(mine.quantiles[row].prefix(4) == earlier.quantiles[row][3...6])
        }
        #expect(mine.means.suffix(30) != earlier.means.suffix(30))
      }
      let details = try await RunDetails.read(second.run, in: session)
      #expect(details.locks.map(\.cells) == [16])
      #expect(details.text.contains("lock 1: 16 days of series of region 'north', as run 1 said"))
      let replay = try await RunReplay.run(second.run, clock: warehouse.clock, in: session)
      #expect(replay.verdict == .identical)
      // Its last day is past.
      let third = try await train(&warehouse, from: "2024-07-04", through: "2024-07-08")
      #expect(try await RunDetails.read(third.run, in: session).locks.isEmpty)
      #expect(try await forecasts(third.run, session).allSatisfy { $0.locks.isEmpty })
      let live = try await ForecastLocks.list(clock: warehouse.clock, in: session)
      #expect(live.isEmpty)
      let all = try await ForecastLocks.list(ended: true, clock: warehouse.clock, in: session)
      #expect(all.text(clock: warehouse.clock).contains("ended"))
    }
  }

  @Test("an explanation names the lock and what it adds, and comes to the published mean")
  func explained() async throws {
    try await withDatabase(.migrated) { session, _ in
      var (warehouse, _) = try await lockedNorth(session)
      _ = try await train(&warehouse, from: "2024-07-01", through: "2024-07-03", scale: 1.5)
      let explained = try await PublishedExplanation.read(
        item: code("oats"), location: code("leeds"), day: day("2024-07-05"),
        clock: warehouse.clock, in: session)
      #expect(explained.lock?.reason == "orders placed")
      #expect(explained.mean == explained.remade)
      #expect(explained.steps.contains { $0.part.kind == .lock && $0.units != 0 })
      let text = PublishedExplanationFormat.table.text(of: explained)
      #expect(text.contains("locked     by lock 1 of ann, as run 1 said: orders placed"))
      let json = PublishedExplanationFormat.json.text(of: explained)
      #expect(json.contains(#""as_run":1"#))
    }
  }

  @Test("a region that is carried over holds its locked days, too, and the run replays")
  func carried() async throws {
    try await withDatabase(.migrated) { session, _ in
      var warehouse = try await SmallRetailer.seeded(session)
      _ = try await SmallRetailer.publish(warehouse.clock, in: session)
      warehouse.clock = SmallRetailer.clock("2024-07-03")
      _ = try await ForecastLocks.lock(
        .init(), until: .days(5), reason: "orders placed", by: "ann", clock: warehouse.clock,
        in: session)
      try await SmallRetailer.send(
        to: warehouse, from: day("2024-07-01"), through: day("2024-07-03"), scale: 1.3,
        regions: ["north"])
      let second = try await SmallRetailer.publish(warehouse.clock, in: session)
      #expect(second.regions.contains { $0.state == .stale })
      let (before, now) = (
        try await forecasts(1, session), try await forecasts(second.run, session)
      )
      // 4 to 7 July, of all that is sold.
      for mine in now {
        let earlier = try #require(before.first { $0.node == mine.node })
        #expect(mine.means.prefix(4) == earlier.means[3...6], "\(mine.node)")
        if mine.node.level == .itemLocation { #expect(mine.locks.prefix(5) == [1, 1, 1, 1, 0]) }
      }
      let replay = try await RunReplay.run(second.run, clock: warehouse.clock, in: session)
      #expect(replay.verdict == .identical)
    }
  }

  @Test("what is unlocked is forecast anew, and the run that held it still replays")
  func unlocked() async throws {
    try await withDatabase(.migrated) { session, _ in
      var (warehouse, locked) = try await lockedNorth(session)
      let second = try await train(
        &warehouse, from: "2024-07-01", through: "2024-07-02", scale: 1.5)
      let record = try await ForecastLocks.unlock(
        locked.record.lock.id, reason: "cancelled", by: "bob", in: session)
      #expect(record.unlocked?.by == "bob")
      await #expect(throws: ForecastLockRefusal.unlockedAlready(1, by: "bob")) {
        try await ForecastLocks.unlock(1, reason: "again", by: "eve", in: session)
      }
      let third = try await SmallRetailer.publish(warehouse.clock, in: session)
      let (held, free) = (
        try await forecasts(second.run, session), try await forecasts(third.run, session)
      )
      #expect(free.allSatisfy { $0.locks.isEmpty })
      #expect(held.map(\.means) != free.map(\.means))
      for run in [second.run, third.run] {
        let replay = try await RunReplay.run(run, clock: warehouse.clock, in: session)
        #expect(replay.verdict == .identical)
      }
      let audit = try await session.run { db in try AuditStore.latest(9, in: db) }
      #expect(audit.contains { $0.action == "forecast-locked" && $0.actor == "ann" })
      #expect(audit.contains { $0.action == "forecast-unlocked" && $0.actor == "bob" })
    }
  }

  @Test("going back to a run before the lock says so, and the next run holds it again")
  func rolledBack() async throws {
    try await withDatabase(.migrated) { session, _ in
      var warehouse = try await SmallRetailer.seeded(session)
      _ = try await SmallRetailer.publish(warehouse.clock, in: session)
      let second = try await train(
        &warehouse, from: "2024-07-01", through: "2024-07-02", scale: 1.5)
      _ = try await ForecastLocks.lock(
        .init(item: code("oats")), until: .day(day("2024-07-08")), reason: "orders placed",
        by: "ann", clock: warehouse.clock, in: session)
      let change = try await Promotions.rollBack(
        to: nil, reason: "wrong", by: "ann", in: session)
      #expect(change.locksNotHeld == [1])
      #expect(change.sentence.contains("made without lock 1, which the next run holds again"))
      let said = try await forecasts(second.run, session)
      let third = try await train(&warehouse, from: "2024-07-03", through: "2024-07-03")
      for mine in try await forecasts(third.run, session) where mine.locks.contains(1) {
        let earlier = try #require(said.first { $0.node == mine.node })
        #expect(mine.means.prefix(5) == earlier.means[1...5])
      }
      let back = try await Promotions.promote(
        second.run, isForced: false, reason: "right after all", by: "ann", in: session)
      #expect(back.locksNotHeld.isEmpty)
    }
  }

  @Test("a lock that is set while a run is being made is held by it")
  func meanwhile() async throws {
    try await withDatabase(.migrated) { session, target in
      var warehouse = try await SmallRetailer.seeded(session)
      _ = try await SmallRetailer.publish(warehouse.clock, in: session)
      warehouse.clock = SmallRetailer.clock("2024-07-02")
      try await SmallRetailer.send(
        to: warehouse, from: day("2024-07-01"), through: day("2024-07-02"), scale: 1.2)
      let other = try await Session.connect(target)
      let clock = warehouse.clock
      let summary = try await Training.run(
        by: .standard, clock: clock, in: session,
        viewed: {
          _ = try await ForecastLocks.lock(
            .init(), until: .days(4), reason: "meanwhile", by: "ann", clock: clock, in: other)
        })
      await other.close()
      let made = try await forecasts(summary.run, session)
      #expect(made.contains { $0.locks.contains(1) })
    }
  }

  @Test("forecasts that a lock holds outlive their age, and so do those a kept run took days from")
  func kept() async throws {
    try await withDatabase(.migrated) { session, _ in
      var (warehouse, _) = try await lockedNorth(session)
      for last in ["2024-07-02", "2024-07-03", "2024-07-04"] {
        _ = try await train(&warehouse, from: last, through: last)
        // As if it were long ago.
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
      }
      let runs = try await RunDetails.list(limit: 9, in: session)
      #expect(runs.map(\.isDropped) == [false, false, true, false])
      _ = try await ForecastLocks.unlock(1, reason: "over", by: "ann", in: session)
      try await session.run { db in
        while try PruneStore.dropForecasts(olderThanDays: 30, in: db) != nil {}
      }
      // The run in use held it, so it can be made again only from there.
      #expect(try await !RunDetails.read(1, in: session).run.isDropped)
      #expect(
        try await RunReplay.run(clock: warehouse.clock, in: session).verdict == .identical)
    }
  }

  @Test("what cannot be locked is refused with its reason, and nothing changes")
  func refusals() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await SmallRetailer.seeded(session)
      let clock = SmallRetailer.clock("2024-07-01")
      func code(
        of scope: ForecastLocks.Scope, _ until: ForecastLocks.Until = .days(3)
      ) async -> String? {
        do {
          _ = try await ForecastLocks.lock(
            scope, until: until, reason: "x", by: "ann", clock: clock, in: session)
          return nil
        } catch { return FailureReport(error).code }
      }
      #expect(await code(of: .init()) == "not-trained")
      _ = try await SmallRetailer.publish(warehouse.clock, in: session)
      #expect(await code(of: .init(), .day(day("2024-06-30"))) == "day-in-the-past")
      #expect(await code(of: .init(), .day(day("2024-07-29"))) == "beyond-the-horizon")
      #expect(await code(of: .init(region: Code("nrth"))) == "unknown-region")
      #expect(await code(of: .init(location: Code("leds"))) == "unknown-location")
      #expect(await code(of: .init(item: Code("oat"))) == "unknown-item")
      #expect(
        await code(of: .init(region: Code("south"), location: Code("leeds")))
          == "location-elsewhere")
      try await warehouse.sync(.locations, "location,region\nhull,east\n")
      #expect(await code(of: .init(region: Code("east"))) == "nothing-forecast")
      #expect(try await ForecastLocks.list(ended: true, clock: clock, in: session).isEmpty)
      await #expect(throws: ForecastLockRefusal.unknownLock(7)) {
        try await ForecastLocks.unlock(7, reason: "x", by: "ann", in: session)
      }
    }
  }
}
