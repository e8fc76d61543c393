import Inventory
import Planning
import Postgres
import Storage
import TestKit
import Testing

@testable import Service

@Suite("Slots wait for data, and runs are given up")
struct WaitingTests {
  private static let hourly = "0 * * * *"

  /// A schedule with a slot that came due a moment ago.
  private func due(
    grace: Int, deadline: Int? = nil, in session: Session
  ) async throws -> Scheduler {
    try await Schedules.set(
      code("daily"), ScheduleExpression(WaitingTests.hourly), timeZone: nil, graceMinutes: grace,
      deadlineMinutes: deadline, actor: "ann", in: session)
    _ = try await session.run { db in
      try db.execute(
        "UPDATE schedule SET considered_through = clock_timestamp() - interval '1 hour'")
    }
    return Scheduler(clock: SmallRetailer.clock("2024-06-30"))
  }

  private func worker(_ target: ConnectionTarget) -> Worker {
    Worker(name: "a", target: target) { _ in SmallRetailer.clock("2024-06-30") }
  }

  private func latest(in session: Session) async throws -> RunRequest {
    try #require(try await session.run { db in try RunRequestStore.latest(1, in: db) }.first)
  }

  /// Ninety days of one item in each region, of which the south's last is late.
  private func seed(_ session: Session) async throws -> Warehouse {
    let warehouse = try await Warehouse.stocked(session)
    for (source, location, last) in [("a", "leeds", "2024-06-30"), ("b", "bath", "2024-06-28")] {
      let rows = (0..<88).map { "oats,\(location),\(day("2024-04-02") + $0),\(3 + $0 % 7)\n" }
      try await warehouse.sync(
        .demand, "item,location,day,quantity\n" + rows.joined(), source: source, through: last)
    }
    return warehouse
  }

  @Test("a slot waits while a region is behind, and begins as soon as none is")
  func freshness() async throws {
    try await withDatabase(.migrated) { session, target in
      let warehouse = try await seed(session)
      let scheduler = try await due(grace: 24 * 60, in: session)
      #expect(try await scheduler.look(in: session).count == 1)
      let waiting = try await latest(in: session)
      #expect(waiting.state == .waiting && waiting.waitsUntil != nil)
      #expect(try await worker(target).workOnce(in: session) == nil)
      let status = try await Status.read(clock: warehouse.clock, in: session)
      #expect(status.requests.count == 1)
      #expect(status.text.contains("waits until"))
      #expect(status.text.contains("for south: bath is complete through 2024-06-28"))
      _ = try await scheduler.look(in: session)
      #expect(try await worker(target).workOnce(in: session) == nil)
      try await warehouse.sync(
        .demand, "item,location,day,quantity\noats,bath,2024-06-29,4\n", source: "b",
        through: "2024-06-30")
      _ = try await scheduler.look(in: session)
      guard case .published(let summary, _)? = try await worker(target).workOnce(in: session)
      else {
        Issue.record("nothing was published")
        return
      }
      #expect(summary.regions.allSatisfy { $0.state == .trained })
    }
  }

  @Test("when its grace ends a slot begins without the regions that are behind")
  func grace() async throws {
    try await withDatabase(.migrated) { session, target in
      _ = try await seed(session)
      let scheduler = try await due(grace: 90, in: session)
      _ = try await scheduler.look(in: session)
      _ = try await session.run { db in
        try db.execute("UPDATE run_request SET waits_until = clock_timestamp()")
      }
      guard case .published(let summary, _)? = try await worker(target).workOnce(in: session)
      else {
        Issue.record("nothing was published")
        return
      }
      #expect(summary.regions.map(\.state) == [.trained, .absent])
    }
  }

  @Test("a schedule without a grace does not wait")
  func noGrace() async throws {
    try await withDatabase(.migrated) { session, target in
      _ = try await seed(session)
      _ = try await due(grace: 0, in: session).look(in: session)
      #expect(try await latest(in: session).waitsUntil == nil)
      let outcome = try await worker(target).workOnce(in: session)
      guard case .published? = outcome else {
        Issue.record("nothing was published")
        return
      }
    }
  }

  @Test("a run that passes its deadline publishes nothing and says why")
  func deadline() async throws {
    try await withDatabase(.migrated) { session, target in
      _ = try await seed(session)
      _ = try await due(grace: 0, deadline: 60, in: session).look(in: session)
      let claim = try #require(
        try await session.run { db in
          try db.transaction { db in
            try RunRequestStore.claim(holder: "slow", leaseSeconds: 3600, in: db)
          }
        })
      #expect(try await latest(in: session).deadlineAt != nil)
      _ = try await session.run { db in
        try db.execute("UPDATE run_request SET deadline_at = clock_timestamp()")
      }
      await #expect(throws: RunRequestError.deadlinePassed(request: claim.request)) {
        try await Training.train(
          clock: SmallRetailer.clock("2024-06-30"), progress: .silent, shared: nil, in: session
        ) { run, db in try RunRequestStore.complete(claim, run: run, in: db) }
      }
      let isExtended = try await session.run { db in
        try RunRequestStore.extend(claim, leaseSeconds: 60, in: db)
      }
      #expect(!isExtended)
      #expect(try await worker(target).workOnce(in: session) == nil)
      let ended = try await latest(in: session)
      #expect(ended.state == .failed)
      #expect(ended.failure?.hasPrefix("given up: it passed its deadline at 20") == true)
      let published = try await session.run { db in try RunStore.published(in: db) }
      #expect(published == nil)
    }
  }

  @Test("unchanged input is not fitted again, and the request says which run it is")
  func unchanged() async throws {
    try await withDatabase(.migrated) { session, target in
      let warehouse = try await seed(session)
      let first = try await SmallRetailer.publish(warehouse.clock, in: session)
      _ = try await due(grace: 0, in: session).look(in: session)
      guard case .unchanged(let finding, _)? = try await worker(target).workOnce(in: session)
      else {
        Issue.record("it was fitted again")
        return
      }
      #expect(finding.run == first.run)
      let request = try await latest(in: session)
      #expect(request.state == .done && request.run == first.run)
      #expect(request.finding == finding.finding)
      #expect(try await warehouse.count("run") == 1)
      // A batch that changes nothing of what a run sees leaves it so; one value does not.
      try await warehouse.sync(.stock, "item,location,as_of,on_hand\noats,york,2024-06-30,4\n")
      _ = try await Schedules.runNow(code("daily"), asOf: nil, actor: "ann", in: session)
      guard case .unchanged? = try await worker(target).workOnce(in: session) else {
        Issue.record("it was fitted again")
        return
      }
      try await warehouse.sync(
        .demand, "item,location,day,quantity\noats,leeds,2024-06-20,99\n", source: "a")
      _ = try await Schedules.runNow(code("daily"), asOf: nil, actor: "ann", in: session)
      guard case .published(let second, _)? = try await worker(target).workOnce(in: session)
      else {
        Issue.record("nothing was published")
        return
      }
      #expect(second.run > first.run)
      let cost = try #require(
        try await session.run { db in try RunCostStore.cost(ofRun: second.run, in: db) })
      #expect(cost.wallSeconds > 0 && cost.peakMemoryBytes > 0)
      #expect(cost.rowsRead >= Int64(second.observations))
    }
  }
}
