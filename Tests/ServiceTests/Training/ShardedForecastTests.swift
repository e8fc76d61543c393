import Inventory
import Planning
import Postgres
import Storage
import TestKit
import Testing

@testable import Service

@Suite("The fits of a run, shared among workers")
struct ShardedForecastTests {
  private static let clock = ZoneClock(asOf: day("2024-06-30"), deploymentZone: "UTC")
  private static let settings = ForecastSettings(horizon: 42)

  /// Enough series for several shards: forty items at eight locations in two regions.
  private func seed(_ session: Session) async throws {
    let warehouse = Warehouse(session: session)
    let places = (0..<8).map { "l\($0),\($0 < 4 ? "north" : "south")\n" }
    try await warehouse.sync(.locations, "location,region\n" + places.joined())
    let items = (0..<40).map { "i\($0),c\($0 % 3)\n" }
    try await warehouse.sync(.items, "item,category\n" + items.joined())
    var rows = "item,location,day,quantity\n"
    for item in 0..<40 {
      for location in 0..<8 {
        for offset in 0..<60 {
          rows += "i\(item),l\(location),\(day("2024-05-02") + offset),"
          rows += "\(5 + item % 7 + location + (offset + item) % 7)\n"
        }
      }
    }
    try await warehouse.sync(.demand, rows, through: "2024-06-30")
  }

  private func view(_ session: Session) async throws -> TrainingView {
    try await session.run { db in
      try db.transaction(isolation: .repeatableRead, readOnly: true) { db in
        try TrainingView.read(clock: ShardedForecastTests.clock, in: db)
      }
    }
  }

  private func claim(_ holder: String, in session: Session) async throws -> RunClaim {
    try #require(
      try await session.run { db in
        try db.transaction { db in
          try RunRequestStore.claim(holder: holder, leaseSeconds: 0, in: db)
        }
      })
  }

  private func hands(
    _ name: String, _ target: ConnectionTarget, leaseSeconds: Double = 60
  ) -> ShardHands {
    ShardHands(name: name, target: target, leaseSeconds: leaseSeconds)
  }

  private func help(_ hands: ShardHands) -> ShardHelp {
    ShardHelp(hands)
  }

  private func open(
    _ view: TrainingView, for claim: RunClaim, in session: Session
  ) async throws -> ForecastWork {
    let work = try view.work(ShardedForecastTests.settings)
    let record = view.record(ofWork: ShardedForecastTests.settings)
    try await session.run { db in
      try db.transaction { db in
        try ShardStore.open(record, nodes: work.shards, for: claim, in: db)
        for shard in work.shards.indices {
          try ShardStore.hand(
            work.task(shard: shard).bytes, shard: shard, of: record, for: claim, in: db)
        }
      }
    }
    return work
  }

  private func progress(of claim: RunClaim, in session: Session) async throws -> ShardProgress? {
    try await session.run { db in try ShardStore.progress(of: claim.request, in: db) }
  }

  private func request(in session: Session) async throws -> Int {
    try await Schedules.runNow(code("daily"), asOf: day("2024-06-30"), actor: "ann", in: session)
  }

  /// Everything that the published runs say of each node.
  private func forecasts(in session: Session) async throws -> [[String]] {
    try await session.run { db in
      try db.rows("SELECT run_id FROM run ORDER BY run_id").map { row in
        let run: Int = try row[0]
        return try db.rows(
          """
          SELECT concat_ws(' ', node_id, tier, reason, means, quantiles, spread_parameters)
          FROM forecast WHERE run_id = \(run) ORDER BY node_id
          """
        ).map { try $0[0] }
      }
    }
  }

  @Test("what others fitted is published, bit for bit what one alone would have found")
  func shared() async throws {
    try await withDatabase(.migrated) { session, target in
      try await seed(session)
      _ = try await Training.run(clock: ShardedForecastTests.clock, in: session)
      // As if it had seen other data: what is unchanged is not fitted again.
      _ = try await session.run { db in
        try db.execute("UPDATE run SET content_digest = sha256('other')")
      }
      let number = try await request(in: session)
      // The first holder opens the shards and goes away.
      let first = try await claim("first", in: session)
      let work = try await open(try await view(session), for: first, in: session)
      #expect(work.shards.count > 1)
      let helper = help(hands("helper", target))
      for _ in work.shards {
        guard case .fitted(let shard)? = try await helper.once(in: session) else {
          Issue.record("a shard was not fitted")
          return
        }
        #expect(shard.request == number)
      }
      #expect(try await helper.once(in: session) == nil)
      #expect(try await progress(of: first, in: session)?.shardsDone == work.shards.count)
      // The next one finds all of them done.
      let next = Worker(name: "next", target: target) {
        ZoneClock(asOf: $0, deploymentZone: "UTC")
      }
      guard case .published(_, number)? = try await next.workOnce(in: session) else {
        Issue.record("no run was published")
        return
      }
      let claims: Int64 = try await session.run { db in
        try db.rows("SELECT last_value FROM shard_token")[0][0]
      }
      #expect(claims == Int64(work.shards.count), "the next one fitted nothing again")
      #expect(try await progress(of: first, in: session) == nil, "the shards are gone")
      let found = try await forecasts(in: session)
      #expect(found.count == 2 && found[0].count > 320 && found[0] == found[1])
    }
  }

  @Test("a shard whose worker went away is fitted by another, and the late answer is refused")
  func late() async throws {
    try await withDatabase(.migrated) { session, target in
      try await seed(session)
      _ = try await request(in: session)
      let work = try await open(
        try await view(session), for: try await claim("first", in: session), in: session)
      let slow = try #require(
        try await hands("slow", target, leaseSeconds: 0).claim(of: nil, in: session))
      let answer = try work.answer(shard: slow.number).bytes
      let helper = help(hands("helper", target))
      guard case .fitted(let shard)? = try await helper.once(in: session) else {
        Issue.record("the shard was not fitted by another")
        return
      }
      #expect(shard.number == slow.number && shard.token != slow.token && shard.claims == 2)
      let isTaken = try await session.run { db in try ShardStore.answer(slow, answer, in: db) }
      #expect(!isTaken)
    }
  }

  @Test("when the data changed meanwhile, shards are cut anew and no earlier answer is taken")
  func anew() async throws {
    try await withDatabase(.migrated) { session, target in
      try await seed(session)
      _ = try await request(in: session)
      let first = try await claim("first", in: session)
      let work = try await open(try await view(session), for: first, in: session)
      let slow = try #require(try await hands("slow", target).claim(of: nil, in: session))
      let answer = try work.answer(shard: slow.number).bytes
      try await Warehouse(session: session).sync(
        .demand, "item,location,day,quantity\ni0,l0,2024-06-30,900\n", generatedAt: nil)
      let second = try await claim("second", in: session)
      #expect(second.token == first.token + 1)
      await #expect(throws: RunRequestError.overtaken(request: first.request)) {
        try await open(try await view(session), for: first, in: session)
      }
      _ = try await open(try await view(session), for: second, in: session)
      #expect(try await progress(of: second, in: session)?.workers == 0)
      let isTaken = try await session.run { db in try ShardStore.answer(slow, answer, in: db) }
      #expect(!isTaken)
      let isKept = try await session.run { db in
        try ShardStore.extend(slow, leaseSeconds: 60, in: db)
      }
      #expect(!isKept)
    }
  }

  @Test("shards of another program's run are left to its like")
  func otherProgram() async throws {
    try await withDatabase(.migrated) { session, target in
      try await seed(session)
      _ = try await request(in: session)
      _ = try await open(
        try await view(session), for: try await claim("first", in: session), in: session)
      for column in ["code_version", "processor_core"] {
        _ = try await session.run { db in
          try db.execute("UPDATE run_work SET \(unescaped: column) = 'other'")
        }
        #expect(try await help(hands("helper", target)).once(in: session) == nil)
      }
    }
  }

  @Test("numbers that nobody can read are left to the request's holder, once, with the reason")
  func unreadable() async throws {
    try await withDatabase(.migrated) { session, target in
      try await seed(session)
      let number = try await request(in: session)
      let claim = try await claim("first", in: session)
      _ = try await open(try await view(session), for: claim, in: session)
      _ = try await session.run { db in
        try db.execute("UPDATE shard_task SET task = substr(task, 2)")
      }
      let helper = help(hands("helper", target))
      guard case .passed(let report, number)? = try await helper.once(in: session) else {
        Issue.record("the request was not passed")
        return
      }
      #expect(report.code == "unreadable-shard")
      #expect(try await helper.once(in: session) == nil)
      #expect(try await progress(of: claim, in: session)?.workers == 0, "its shard was given back")
    }
  }

  @Test("whoever helps takes what was handed out and reads nothing else")
  func handed() async throws {
    try await withDatabase(.migrated) { session, target in
      try await seed(session)
      _ = try await request(in: session)
      let claim = try await claim("first", in: session)
      let work = try await open(try await view(session), for: claim, in: session)
      let helper = help(hands("helper", target))
      _ = try await session.run { db in
        try db.execute("DELETE FROM shard_task WHERE number = 0")
        return try db.execute("ALTER TABLE demand_month RENAME TO hidden")
      }
      for _ in work.shards.dropFirst() {
        guard case .fitted(let shard)? = try await helper.once(in: session) else {
          Issue.record("a shard was not fitted")
          return
        }
        #expect(shard.number != 0)
      }
      #expect(try await helper.once(in: session) == nil, "the last one is the holder's")
      let answers = try await session.run { db in
        try ShardStore.answers(of: claim.request, in: db)
      }
      for shard in work.shards.indices.dropFirst() {
        #expect(try answers[shard] == work.answer(shard: shard).bytes)
      }
    }
  }

  @Test("a shard that nobody brings to its end fails the request with the reason")
  func abandoned() async throws {
    try await withDatabase(.migrated) { session, target in
      try await seed(session)
      let number = try await request(in: session)
      _ = try await open(
        try await view(session), for: try await claim("first", in: session), in: session)
      _ = try await session.run { db in
        try db.execute("UPDATE shard SET claims = \(ShardedForecast.claimLimit)")
      }
      let worker = Worker(name: "next", target: target) {
        ZoneClock(asOf: $0, deploymentZone: "UTC")
      }
      guard case .failed(let report, number)? = try await worker.workOnce(in: session) else {
        Issue.record("the request did not fail")
        return
      }
      #expect(report.code == "shard-abandoned" && report.sentence.contains("5 times"))
      #expect(try await help(hands("helper", target)).once(in: session) == nil)
    }
  }
}
