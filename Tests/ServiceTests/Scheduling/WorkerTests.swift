import Inventory
import Planning
import Postgres
import Storage
import TestKit
import Testing

@testable import Service

@Suite("Workers carry out requests, each to one effect")
struct WorkerTests {
  private static let asOf = day("2024-06-30")

  private func worker(
    _ name: String, _ target: ConnectionTarget, leaseSeconds: Double = 60
  ) -> Worker {
    Worker(name: name, target: target, leaseSeconds: leaseSeconds) {
      ZoneClock(asOf: $0, deploymentZone: "UTC")
    }
  }

  /// Ninety days of one item at one location.
  private func seed(_ session: Session) async throws {
    let rows = (0..<90).map { "oats,leeds,\(day("2024-04-02") + $0),\(3 + $0 % 7)\n" }
    try await Warehouse.stocked(session).sync(
      .demand, "item,location,day,quantity\n" + rows.joined(), through: "2024-06-30")
  }

  private func request(in session: Session) async throws -> Int {
    try await Schedules.runNow(code("daily"), asOf: WorkerTests.asOf, actor: "ann", in: session)
  }

  private func state(of request: Int, in session: Session) async throws -> RunRequest {
    try #require(
      try await session.run { db in try RunRequestStore.request(request, in: db) })
  }

  private func publications(in session: Session) async throws -> Int {
    try await session.run { db in try db.rows("SELECT count(*) FROM publication")[0][0] }
  }

  private func claim(
    _ holder: String, leaseSeconds: Double, in session: Session
  ) async throws -> RunClaim? {
    try await session.run { db in
      try db.transaction { db in
        try RunRequestStore.claim(holder: holder, leaseSeconds: leaseSeconds, in: db)
      }
    }
  }

  @Test("a request becomes a run, is done with it, and is not carried out twice")
  func done() async throws {
    try await withDatabase(.migrated) { session, target in
      try await seed(session)
      let worker = worker("a", target)
      #expect(try await worker.workOnce(in: session) == nil)
      let request = try await request(in: session)
      guard case .published(let summary, request)? = try await worker.workOnce(in: session) else {
        Issue.record("no run was published")
        return
      }
      let ended = try await state(of: request, in: session)
      #expect(ended.state == .done && ended.run == summary.run && ended.endedAt != nil)
      #expect(try await worker.workOnce(in: session) == nil)
      #expect(try await publications(in: session) == 1)
    }
  }

  @Test("one request and several instances make one run")
  func instances() async throws {
    try await withDatabase(.migrated) { session, target in
      try await seed(session)
      _ = try await request(in: session)
      let published = try await withThrowingTaskGroup(of: Bool.self) { group in
        for name in ["a", "b", "c"] {
          group.addTask {
            let own = try await Session.connect(target)
            let outcome = try await worker(name, target).workOnce(in: own)
            await own.close()
            // Another one may have fitted a shard of it.
            if case .published = outcome { return true }
            return false
          }
        }
        return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
      }
      #expect(published == 1)
      #expect(try await publications(in: session) == 1)
    }
  }

  @Test("a live lease keeps others away; one that ran out does not")
  func leases() async throws {
    try await withDatabase(.migrated) { session, _ in
      let request = try await request(in: session)
      let first = try #require(try await claim("a", leaseSeconds: 3600, in: session))
      #expect(first.request == request && first.asOf == WorkerTests.asOf)
      #expect(try await claim("b", leaseSeconds: 3600, in: session) == nil)
      let kept = try await session.run { db in
        try RunRequestStore.extend(first, leaseSeconds: 0, in: db)
      }
      #expect(kept)
      let second = try #require(try await claim("b", leaseSeconds: 3600, in: session))
      #expect(second.token == first.token + 1)
      let keptLate = try await session.run { db in
        try RunRequestStore.extend(first, leaseSeconds: 3600, in: db)
      }
      #expect(!keptLate)
    }
  }

  @Test("runs do not overlap: neither two requests, nor a request and a run by hand")
  func overlap() async throws {
    try await withDatabase(.migrated) { session, target in
      try await seed(session)
      for _ in 1...2 { _ = try await request(in: session) }
      let other = try await Session.connect(target)
      try await other.run { db in try RunStore.beginTraining(in: db) }
      #expect(try await claim("a", leaseSeconds: 60, in: session) == nil)
      try await other.run { db in try RunStore.endTraining(in: db) }
      let first = try #require(try await claim("a", leaseSeconds: 60, in: session))
      #expect(try await claim("b", leaseSeconds: 60, in: session) == nil)
      let byHand = Task {
        try await Training.run(
          clock: ZoneClock(asOf: WorkerTests.asOf, deploymentZone: "UTC"), in: other)
      }
      #expect(try await publications(in: session) == 0)
      try await session.run { db in
        try RunRequestStore.fail(first, "not today", in: db)
      }
      _ = try await byHand.value
      #expect(try await publications(in: session) == 1)
      await other.close()
      #expect(try await claim("b", leaseSeconds: 60, in: session)?.request == first.request + 1)
    }
  }

  @Test("whoever was overtaken between claim and publication publishes nothing")
  func overtaken() async throws {
    try await withDatabase(.migrated) { session, target in
      try await seed(session)
      let request = try await request(in: session)
      let late = try #require(try await claim("late", leaseSeconds: 0, in: session))
      guard
        case .published(let summary, request)? = try await worker("quick", target)
          .workOnce(in: session)
      else {
        Issue.record("the quick one published nothing")
        return
      }
      let error = await #expect(throws: RunRequestError.self) {
        try await Training.run(
          clock: ZoneClock(asOf: WorkerTests.asOf, deploymentZone: "UTC"), in: session
        ) { run, db in try RunRequestStore.complete(late, run: run, in: db) }
      }
      #expect(error == .overtaken(request: request))
      #expect(try await publications(in: session) == 1)
      #expect(try await state(of: request, in: session).run == summary.run)
      let runs: Int = try await session.run { db in
        try db.rows("SELECT count(*) FROM run")[0][0]
      }
      #expect(runs == 1)
    }
  }

  @Test("a worker whose connection is cut before it publishes leaves the request to the next")
  func cut() async throws {
    try await withDatabase(.migrated) { session, target in
      try await seed(session)
      let request = try await request(in: session)
      let doomed = try await Session.connect(target)
      _ = try #require(try await claim("doomed", leaseSeconds: 0, in: doomed))
      let backend: Int32 = try await doomed.run { db in try db.rows("SELECT pg_backend_pid()")[0][0]
      }
      await #expect(throws: PostgresError.self) {
        try await Training.run(
          clock: ZoneClock(asOf: WorkerTests.asOf, deploymentZone: "UTC"), in: doomed
        ) { _, db in
          // The statement that this cuts short is the worker's own, at the last moment.
          _ = try db.rows("SELECT pg_terminate_backend(\(backend))")
        }
      }
      #expect(try await publications(in: session) == 0)
      guard case .published(_, request)? = try await worker("next", target).workOnce(in: session)
      else {
        Issue.record("the next one published nothing")
        return
      }
      #expect(try await publications(in: session) == 1)
    }
  }

  @Test("a worker that takes longer than its lease keeps it, and publishes")
  func heartbeat() async throws {
    try await withDatabase(.migrated) { session, target in
      try await seed(session)
      let request = try await request(in: session)
      // Holds up the publication.
      let other = try await Session.connect(target)
      try await other.run { db in
        try db.execute("BEGIN")
        try db.execute("LOCK TABLE publication IN SHARE MODE")
      }
      let working = Task {
        let own = try await Session.connect(target)
        let outcome = try await worker("slow", target, leaseSeconds: 4).workOnce(in: own)
        await own.close()
        return outcome
      }
      var first: Instant?
      var isExtended = false
      while !isExtended {
        let lease: Instant? = try await session.run { db in
          try db.rows("SELECT lease_until FROM run_request WHERE request_id = \(request)")[0][0]
        }
        guard let lease else { continue }
        first = first ?? lease
        isExtended = lease.microseconds > (first ?? lease).microseconds + 4_000_000
        let stolen = try await claim("thief", leaseSeconds: 60, in: session)
        #expect(stolen == nil)
      }
      _ = try await other.run { db in try db.execute("COMMIT") }
      guard case .published(_, request)? = try await working.value else {
        Issue.record("the slow one published nothing")
        return
      }
      await other.close()
    }
  }

  @Test("the loop goes on after its connection was cut, and carries out what it had begun")
  func loop() async throws {
    try await withDatabase(.migrated) { session, target in
      try await seed(session)
      let worker = worker("looping", target)
      let left = try await request(in: session)
      // As if the loop had claimed it before it lost its connection.
      _ = try #require(try await claim("looping", leaseSeconds: 3600, in: session))
      let (outcomes, ended) = AsyncStream.makeStream(of: Int.self)
      let (failures, failed) = AsyncStream.makeStream(of: FailureReport.self)
      let looping = Task {
        await worker.run(
          Rounds(target, pause: .milliseconds(20), longestPause: .milliseconds(20)),
          told: { outcome in
            switch outcome {
            case .published(_, let request), .unchanged(_, let request): ended.yield(request)
            default: break
            }
          }, failed: { failed.yield($0) })
      }
      var next = outcomes.makeAsyncIterator()
      let first = await next.next()
      #expect(first == left)
      try await session.run { db in
        _ = try db.rows(
          """
          SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND pid <> pg_backend_pid()
          """)
      }
      var failing = failures.makeAsyncIterator()
      let failure = await failing.next()
      #expect(failure?.code == "database-away")
      let later = try await request(in: session)
      let second = await next.next()
      #expect(second == later)
      looping.cancel()
      await looping.value
    }
  }

  @Test("a training that is refused ends its request with the sentence")
  func refused() async throws {
    try await withDatabase(.migrated) { session, target in
      let request = try await request(in: session)
      guard
        case .failed(let report, request)? = try await worker("a", target)
          .workOnce(in: session)
      else {
        Issue.record("an empty database was trained")
        return
      }
      let ended = try await state(of: request, in: session)
      #expect(ended.state == .failed && ended.failure == report.sentence)
      #expect(report.code == "no-demand")
    }
  }

  @Test("a request whose holders all went away is given up with a reason")
  func abandoned() async throws {
    try await withDatabase(.migrated) { session, target in
      let request = try await request(in: session)
      for number in 1...Worker.claimLimit {
        #expect(try await claim("h\(number)", leaseSeconds: 0, in: session)?.token == number)
      }
      #expect(try await worker("a", target).workOnce(in: session) == nil)
      let ended = try await state(of: request, in: session)
      #expect(ended.state == .failed && ended.failure?.contains("5 times") == true)
    }
  }

  @Test("what a worker holds when it stops is there at once for another")
  func released() async throws {
    try await withDatabase(.migrated) { session, target in
      _ = try await request(in: session)
      let first = try #require(try await claim("a", leaseSeconds: 3600, in: session))
      try await worker("b", target).release(in: session)
      #expect(try await claim("c", leaseSeconds: 3600, in: session) == nil)
      try await worker("a", target).release(in: session)
      #expect(try await claim("c", leaseSeconds: 3600, in: session)?.token == first.token + 1)
    }
  }
}
