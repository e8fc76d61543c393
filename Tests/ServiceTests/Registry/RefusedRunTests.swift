import Inventory
import Planning
import Postgres
import Storage
import TestKit
import Testing

@testable import Service

/// What becomes of a run that the gate refuses, on the way that every run takes.
@Suite("Refused runs")
struct RefusedRunTests {
  /// The program's own forecasts, altered.
  private func maker(
    _ alter: @escaping @Sendable (ForecastTable) -> ForecastTable
  ) -> ForecastMaker {
    ForecastMaker { alter(try ForecastMaker.standard.make($0, $1, $2)) }
  }

  private func text(_ sql: SQL, in session: Session) async throws -> [String] {
    try await session.run { db in try db.rows(sql).map { try $0[0] } }
  }

  @Test("a refused run is stored whole, readers keep the champion, and a flag and mails say why")
  func refused() async throws {
    try await withDatabase(.trained) { session, _ in
      let clock = Warehouse(session: session).clock
      _ = try await Planners.add(
        "ann@example.com", region: code("north"), actor: "test", in: session)
      let summary = try await Training.run(
        by: maker { $0.altered { _, means in means.map { $0 * 3 } } }, clock: clock, in: session)
      let refusal = try #require(summary.refusal)
      #expect(refusal.champion == 1 && refusal.run == 2)
      #expect(refusal.sentence.hasSuffix("the forecast of run 1 stays in use"))
      let details = try await RunDetails.read(2, in: session)
      #expect(details.run.state == .refused && !details.run.isPublished)
      #expect(details.run.comparedWith == 1 && details.publications.isEmpty)
      let failed = details.checks.filter { !$0.hasPassed }.map(\.name)
      #expect(failed.contains(.wape) && failed.contains(.total) && failed.contains(.churn))
      let flags = try await FlagListing.read(in: session).flags.filter {
        $0.flag.rule == .refusedRun
      }
      #expect(flags.map(\.run) == [1, 1, 1])
      #expect(flags.map(\.flag.region?.text) == [nil, "north", "south"])
      let mails = try await text("SELECT text_body FROM mail_message", in: session)
      #expect(mails.count == 1 && mails[0].contains(flags[0].flag.message))
      #expect(mails[0].contains(flags[1].flag.message) && !mails[0].contains("in south"))
      #expect(mails[0].contains("quartermaster runs show 2"))
      let stored = try await text(
        "SELECT count(*)::text FROM forecast GROUP BY run_id ORDER BY run_id", in: session)
      #expect(stored.count == 2 && stored[0] == stored[1])
    }
  }

  @Test("what would be refused again is not fitted again, unless it is forced or readers changed")
  func again() async throws {
    try await withDatabase(.trained) { session, target in
      let warehouse = Warehouse(session: session)
      let worker = Worker(name: "a", target: target) { _ in warehouse.clock }
      try await warehouse.sync(
        .demand, "item,location,day,quantity\noats,leeds,2024-06-20,9\n", source: "north-erp")
      let refused = try await Training.run(
        by: maker { $0.altered { _, means in means.map { $0 * 3 } } }, clock: warehouse.clock,
        in: session)
      #expect(refused.refusal != nil)
      _ = try await Schedules.runNow(code("daily"), asOf: nil, actor: "ann", in: session)
      guard case .unchanged(let finding, _)? = try await worker.workOnce(in: session) else {
        Issue.record("it was fitted again")
        return
      }
      #expect(finding.run == refused.run && finding.fate == .refused)
      #expect(finding.finding.hasPrefix("unchanged, refused before"))
      _ = try await Schedules.runNow(
        code("daily"), asOf: nil, isForced: true, actor: "ann", in: session)
      guard case .published? = try await worker.workOnce(in: session) else {
        Issue.record("it was not made although it was forced")
        return
      }
      #expect(try await warehouse.count("run") == refused.run + 1)
    }
  }

  @Test("a refusal is nobody's answer once readers were given another run, or time may mend it")
  func standing() async throws {
    try await withDatabase(.trained) { session, _ in
      let warehouse = Warehouse(session: session)
      let bad = maker { $0.altered { _, means in means.map { $0 * 3 } } }
      let refused = try await Training.run(by: bad, clock: warehouse.clock, in: session).run
      let standing = { () async throws -> Int? in
        try await session.run { db in
          try RegistryStore.standingRefusal(against: try RunStore.published(in: db), in: db)
        }
      }
      #expect(try await standing() == refused)
      _ = try await Promotions.promote(
        refused, isForced: true, reason: "x", by: "ann", in: session)
      #expect(try await standing() == nil)
      _ = try await Promotions.rollBack(to: 1, reason: "y", by: "ann", in: session)
      #expect(try await standing() == nil)
      let later = try await Training.run(by: bad, clock: warehouse.clock, in: session).run
      #expect(try await standing() == later)
      _ = try await session.run { db in
        try db.execute("UPDATE run_check SET passed = false WHERE name = 'fresh'")
      }
      #expect(try await standing() == nil)
    }
  }

  @Test("what failed in one region is flagged there, and the others are told whose fault it is")
  func oneRegion() async throws {
    try await withDatabase(.trained) { session, _ in
      for (planner, region) in [("ann", "north"), ("bob", "south")] {
        _ = try await Planners.add(
          "\(planner)@example.com", region: code(region), actor: "test", in: session)
      }
      _ = try await Configurations.set(
        #"{"gate": {"wape_ratio": 9, "region_wape_ratio": 9, "naive_ratio": 9,"#
          + #" "least_wape_ratio": 0, "total_deviation": 9}}"#, by: "ann", reason: "a test",
        in: session)
      let summary = try await Training.run(
        by: maker { table in
          table.altered { node, means in
            node.region?.text == "south" ? means.map { $0 * 2 } : means
          }
        }, clock: Warehouse(session: session).clock, in: session)
      let refusal = try #require(summary.refusal)
      #expect(refusal.failed.map(\.name) == [.churn])
      let flags = try await FlagListing.read(in: session).flags.map(\.flag).filter {
        $0.rule == .refusedRun
      }
      #expect(flags.map(\.region?.text) == ["south"])
      #expect(flags[0].message.hasPrefix("Run 2 was not published: in south it overthrows 100"))
      let mails = try await text(
        "SELECT subject || ': ' || text_body FROM mail_message ORDER BY region", in: session)
      #expect(mails.count == 2 && mails[1].contains(flags[0].message))
      #expect(mails[0].hasPrefix("Forecast of north: run 2 was not published: "))
      #expect(mails[0].contains("Run 2 was not published: checks failed in south; the forecast"))
    }
  }

  @Test("forecasts that are no numbers are not stored, and no force puts them into use")
  func noNumbers() async throws {
    try await withDatabase(.trained) { session, _ in
      let clock = Warehouse(session: session).clock
      let summary = try await Training.run(
        by: maker { $0.withoutNumber(at: 3) }, clock: clock, in: session)
      #expect(summary.refusal?.reason.contains("no numbers") == true)
      let error = await #expect(throws: PromotionError.self) {
        try await Promotions.promote(2, isForced: true, reason: "x", by: "ann", in: session)
      }
      #expect(error == .withoutForecasts(2))
    }
  }

  @Test("a forecast that looks at later days is refused, whoever gains by it")
  func leaking() async throws {
    try await withDatabase(.trained) { session, _ in
      let leaking = ForecastMaker { dataset, origin, settings in
        var sums: [Node: Double] = [:]
        for history in dataset.histories {
          sums[Node(.itemLocation, of: history.series)] = history.values.reduce(0, +)
        }
        return try ForecastMaker.standard.make(dataset, origin, settings)
          .altered { node, means in
            means.map { $0 * (1 + 1e-4 * (sums[node] ?? 0)) }
          }
      }
      let summary = try await Training.run(
        by: leaking, clock: Warehouse(session: session).clock, in: session)
      let checks = try await RunDetails.read(summary.run, in: session).checks
      #expect(checks.first { $0.name == .leak }?.hasPassed == false)
    }
  }

  @Test("who rolls back while a run is trained is not overruled by it")
  func overtaken() async throws {
    try await withDatabase(.trained) { session, target in
      let clock = Warehouse(session: session).clock
      let second = try await Training.run(clock: clock, in: session)
      #expect(second.refusal == nil)
      let person = try await Session.connect(target)
      let third = try await Training.run(
        by: ForecastMaker { dataset, origin, settings in
          try ForecastMaker.standard.make(dataset, origin, settings)
        }, clock: clock, in: session,
        viewed: {
          _ = try await Promotions.rollBack(
            to: nil, reason: "it looks wrong", by: "ann", in: person)
        })
      await person.close()
      #expect(third.refusal?.champion == 1)
      #expect(third.refusal?.reason.contains("run 1 was put into use") == true)
    }
  }

  @Test("without a champion only what is wrong by itself is refused")
  func first() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      let rows = (0..<90).map { "oats,leeds,\(day("2024-04-02") + $0),\(3 + $0 % 7)\n" }
      try await warehouse.sync(
        .demand, "item,location,day,quantity\n" + rows.joined(), through: "2024-06-30")
      let bad = try await Training.run(
        by: maker { $0.altered { _, means in means.map { _ in 0 } } }, clock: warehouse.clock,
        in: session)
      #expect(bad.refusal?.champion == nil)
      #expect(bad.refusal?.sentence.hasSuffix("there is no forecast yet") == true)
      #expect(try await warehouse.count("publication") == 0)
      let good = try await Training.run(clock: warehouse.clock, in: session)
      #expect(good.refusal == nil)
      let names = try await RunDetails.read(good.run, in: session).checks.map(\.name)
      #expect(!names.contains(.wape) && names.contains(.naive))
    }
  }
}
