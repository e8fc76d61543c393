import Inventory
import Planning
import Postgres
import Storage
import TestKit
import Testing

@testable import Service

@Suite("What is looked after between runs")
struct RunWatchTests {
  private func look(
    _ warehouse: Warehouse, _ settings: WatchSettings = WatchSettings(), in session: Session
  ) async throws -> RunWatch.Report {
    try #require(
      try await RunWatch(clock: warehouse.clock, settings: settings).look(in: session))
  }

  private func requests(in session: Session) async throws -> [RunRequest] {
    try await session.run { db in try RunRequestStore.latest(100, in: db) }
  }

  @Test("a large correction of history asks for one run, with its region and share")
  func correction() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await SmallRetailer.seeded(session)
      _ = try await SmallRetailer.publish(warehouse.clock, in: session)
      #expect(try await look(warehouse, in: session).requests.isEmpty)
      // One day of 56, by a tenth: less than a twentieth of the demand.
      try await SmallRetailer.send(
        to: warehouse, from: day("2024-06-30"), through: day("2024-06-30"), scale: 1.1)
      #expect(try await look(warehouse, in: session).requests.isEmpty)
      // A fortnight twice as high.
      try await SmallRetailer.send(
        to: warehouse, from: day("2024-06-10"), through: day("2024-06-23"), scale: 2,
        regions: ["north"])
      let asked = try await look(warehouse, in: session).requests
      #expect(asked.count == 1)
      let reason = try #require(asked.first?.reason)
      #expect(reason.hasPrefix("large correction of history in north (2"))
      #expect(reason.hasSuffix(" % of the last 56 days)"))
      let queue = try await requests(in: session)
      #expect(queue.count == 1)
      #expect(queue[0].cause == .correction && queue[0].regions == [code("north")])
      #expect(queue[0].reason == reason && queue[0].requestedBy == "service")
      #expect(try await look(warehouse, in: session).requests.isEmpty)
    }
  }

  @Test("the limit of a correction is a setting, and can be never")
  func limits() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await SmallRetailer.seeded(session)
      _ = try await SmallRetailer.publish(warehouse.clock, in: session)
      try await SmallRetailer.send(
        to: warehouse, from: day("2024-06-10"), through: day("2024-06-23"), scale: 2)
      for value in ["never", "90"] {
        let settings = try WatchSettings(
          environment: ["QUARTERMASTER_RETRAIN_CHANGE_PERCENT": value])
        #expect(try await look(warehouse, settings, in: session).requests.isEmpty)
      }
      let settings = try WatchSettings(
        environment: ["QUARTERMASTER_RETRAIN_CHANGE_PERCENT": "20"])
      #expect(try await look(warehouse, settings, in: session).requests.count == 1)
      #expect(throws: WatchSettingUnreadable.self) {
        try WatchSettings(environment: ["QUARTERMASTER_REPLAY_SAMPLE": "many"])
      }
    }
  }

  @Test("days that were forecast far too low are a flag and a run that is asked for once")
  func breach() async throws {
    try await withDatabase(.migrated) { session, _ in
      var warehouse = try await SmallRetailer.seeded(session)
      let run = try await SmallRetailer.publish(warehouse.clock, in: session)
      for region in ["north", "south"] {
        _ = try await Planners.add(
          "\(region)@example.com", region: code(region), actor: "ann", in: session)
      }
      warehouse.clock = SmallRetailer.clock("2024-07-08")
      try await SmallRetailer.send(
        to: warehouse, from: day("2024-07-01"), through: day("2024-07-08"), scale: 4,
        regions: ["south"])
      try await SmallRetailer.send(
        to: warehouse, from: day("2024-07-01"), through: day("2024-07-08"), regions: ["north"])
      let report = try await look(warehouse, in: session)
      #expect(report.measured.count == 2)
      #expect(report.requests.count == 1)
      #expect(
        report.requests.first?.reason.hasPrefix("accuracy breach: south: over the last 8") == true)
      let flags = try await FlagListing.read(run: run.run, in: session).flags.map(\.flag)
      let breach = flags.filter { $0.rule == .accuracyBreach }
      #expect(breach.map(\.region) == [code("south")])
      #expect(try await requests(in: session).map(\.cause) == [.accuracy])
      #expect(try await look(warehouse, in: session).requests.isEmpty)
      let mails = try await mails(in: session)
      #expect(mails.map(\.recipient) == ["south@example.com"])
      #expect(
        mails[0].subject == "Forecast of south: it is not borne out by the days that have arrived")
      #expect(mails[0].text.contains(breach[0].message))
    }
  }

  /// What waits in the outbox, but for what runs flagged.
  private func mails(in session: Session) async throws -> [ClaimedMessage] {
    try await session.run { db in
      try db.execute("DELETE FROM mail_message WHERE topic IN ('flags', 'refusal')")
      var mails: [ClaimedMessage] = []
      while let mail = try OutboxStore.claim(leaseSeconds: 600, in: db) { mails.append(mail) }
      return mails
    }
  }

  @Test("two instances do not look at once")
  func alone() async throws {
    try await withDatabase(.migrated) { session, target in
      let other = try await Session.connect(target)
      let isFirst = try await other.run { db in try WatchStore.beginWatch(in: db) }
      #expect(isFirst)
      let watch = RunWatch(clock: SmallRetailer.clock("2024-06-30"))
      #expect(try await watch.look(in: session) == nil)
      await other.close()
    }
  }

  @Test("a replay by night is written down, and what differs is flagged once")
  func nightly() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await SmallRetailer.seeded(session)
      let nightly = NightlyReplay(clock: warehouse.clock, sample: 50)
      #expect(try await nightly.replay(seed: 1, in: session) == nil)
      let run = try await SmallRetailer.publish(warehouse.clock, in: session)
      for region in ["north", "south"] {
        _ = try await Planners.add(
          "ann@example.com", region: code(region), actor: "ann", in: session)
      }
      let good = try #require(try await nightly.replay(seed: 1, in: session))
      #expect(good.verdict == "identical" && good.compared == 50)
      _ = try await session.run { db in
        try db.execute("UPDATE forecast SET means = array_fill(7::bigint, ARRAY[42])")
      }
      for seed: UInt64 in 1...2 {
        let bad = try #require(try await nightly.replay(seed: seed, in: session))
        #expect(bad.verdict == "different" && bad.differing > 0)
      }
      let flags = try await FlagListing.read(run: run.run, in: session).flags.map(\.flag)
      #expect(flags.filter { $0.rule == .replayMismatch }.count == 1)
      #expect(try await warehouse.count("run_replay") == 3)
      // Who plans two regions is told once.
      let mails = try await mails(in: session)
      #expect(
        mails.map(\.subject) == [
          "Forecast of all regions: run \(run.run) does not come out again as it was published"
        ])
      #expect(mails[0].text.contains("You are told because you are a planner.\n"))
    }
  }
}
