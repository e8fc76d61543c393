import Foundation
import Inventory
import Postgres
import Storage
import Synchronization
import TestKit
import Testing

@testable import Service

extension DatabaseTemplate {
  /// A database with this program's schema.
  static let served = DatabaseTemplate("served") { target in
    let session = try await Session.connect(target)
    try await Migrator(Migration.all).migrate(session)
    await session.close()
  }
}

/// A database that a served program uses, and keys for it.
struct ServedDatabase {
  let session: Session
  /// As the program takes it.
  let url: String
  let syncKey: String
  let adminKey: String
  let readKey: String

  static func run(_ body: (ServedDatabase) async throws -> Void) async throws {
    try await withDatabase(.served) { session, _ in
      let url: String = try await session.run { db in
        try db.rows(
          """
          SELECT 'postgresql:///' || current_database() || '?host='
            || current_setting('unix_socket_directories') || '&user=' || current_user
          """)[0][0]
      }
      func key(_ request: Keys.Request) async throws -> String {
        try await Keys.create(request, actor: "test", in: session).text.secret
      }
      let database = ServedDatabase(
        session: session, url: url, syncKey: try await key(.sync(SourceCode("erp")!)),
        adminKey: try await key(.admin(name: nil)),
        readKey: try await key(.read(RegionCode("north")!, name: nil)))
      try await database.push(.locations, "location,region\nleeds,north\nbath,south\n")
      try await database.push(.items, "item,category\noats,food\nrye,food\nsoap,home\n")
      try await body(database)
    }
  }

  /// Straight into the database.
  func push(
    _ kind: SyncKind, _ rows: String, source: String = "erp", through: Day? = nil
  ) async throws {
    let push = Push(
      kind: kind, path: "test", source: SourceCode(source)!, completeThrough: through)
    let clock = ZoneClock(asOf: nil, deploymentZone: "UTC")
    _ = try await Synchronisation.apply(
      push, from: .chunks([Array(rows.utf8)]), clock: clock, progress: .silent, to: session)
  }

  /// Ninety days through yesterday by the database's clock.
  func pushHistory(
    source: String = "erp", items: [String] = ["oats", "rye", "soap"],
    locations: [String] = ["leeds", "bath"]
  ) async throws {
    let yesterday: Day = try await session.run { db in
      try db.rows("SELECT (now() AT TIME ZONE 'UTC')::date - 1")[0][0]
    }
    var rows = "item,location,day,quantity\n"
    for (rank, item) in items.enumerated() {
      for location in locations {
        for number in 0..<90 {
          rows += "\(item),\(location),\(yesterday - 89 + number),\((number + rank) % 7 + 2)\n"
        }
      }
    }
    try await push(.demand, rows, source: source, through: yesterday)
  }

  func number(_ query: SQL) async throws -> Int {
    try await session.run { db in try db.rows(query)[0][0] }
  }

  /// Asks until the answer is as wanted; the database itself waits between two questions.
  func wait(until query: SQL, is wanted: Int) async throws {
    for _ in 0..<3_000 {
      if try await number(query) == wanted { return }
      try await session.execute("SELECT pg_sleep(0.01)")
    }
    throw Never.came(wanted, found: try await number(query))
  }

  enum Never: Error { case came(Int, found: Int) }
}

@Suite("The served program as a process")
struct ServeTests {
  @Test("it is ready when it says so, and SIGTERM ends it with 0")
  func startAndEnd() async throws {
    try await ServedDatabase.run { database in
      let program = try await ServedProgram.start(database.url)
      #expect(try await program.ask("GET", "/healthz").status == 200)
      #expect(try await program.ask("GET", "/readyz").status == 200)
      #expect(try await program.ask("GET", "/v1/regions").status == 401)
      let regions = try await program.ask("GET", "/v1/regions", key: database.readKey)
      #expect(regions.status == 200 && regions.text.contains("items"))
      program.signal(SIGTERM)
      #expect(await program.exitStatus() == 0)
      let log = try program.logText()
      #expect(log.contains(#""event":"stopped""#))
      #expect(!log.contains(database.readKey))
    }
  }

  @Test("a request that is being answered when SIGTERM comes is answered")
  func drain() async throws {
    try await ServedDatabase.run { database in
      let program = try await ServedProgram.start(database.url)
      // Batches of one source follow each other by this lock: the push must wait for the test.
      let source = try await database.number("SELECT source_id FROM source WHERE code = 'erp'")
      let holdUp = 0x514D_0001
      try await database.session.execute(
        "SELECT pg_advisory_lock(\(holdUp)::integer, \(source)::integer)")
      async let reply = program.push(
        "item,location,day,quantity\noats,leeds,2024-06-01,3\n", idempotencyKey: "k",
        key: database.syncKey)
      try await database.wait(
        until: """
          SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
          """, is: 1)
      program.signal(SIGTERM)
      for _ in 0..<3_000 where !(try program.logText()).contains(#""event":"stopping""#) {
        try await database.session.execute("SELECT pg_sleep(0.01)")
      }
      try await database.session.execute(
        "SELECT pg_advisory_unlock(\(holdUp)::integer, \(source)::integer)")
      #expect(try await reply.status == 200)
      #expect(await program.exitStatus() == 0)
      #expect(try await database.number("SELECT count(*) FROM batch WHERE key = 'k'") == 1)
    }
  }

  /// What became of pushes, told by the pushers.
  private final class Journal: Sendable {
    private let acknowledged = Mutex<Set<Int>>([])
    var all: Set<Int> { acknowledged.withLock { $0 } }
    func note(_ number: Int) -> Int {
      acknowledged.withLock {
        $0.insert(number)
        return $0.count
      }
    }
  }

  private func rows(_ number: Int) -> String {
    let day = Day("2020-01-01")! + number
    return "item,location,day,quantity\noats,leeds,\(day),\(number + 1)\nrye,bath,\(day),1\n"
  }

  @Test("kill -9 loses nothing that was acknowledged, and sending again completes the rest")
  func killed() async throws {
    try await ServedDatabase.run { database in
      let (journal, rounds, perPusher) = (Journal(), 3, 12)
      for round in 0..<rounds {
        let program = try await ServedProgram.start(database.url, roles: "web")
        let goal = journal.all.count + 7 + 5 * round
        await withTaskGroup(of: Void.self) { group in
          for pusher in 0..<4 {
            group.addTask {
              for turn in 0..<perPusher {
                let number = (round * 4 + pusher) * perPusher + turn
                let reply = try? await program.push(
                  rows(number), idempotencyKey: "push-\(number)", key: database.syncKey)
                guard reply?.status == 200 else { return }
                if journal.note(number) == goal { program.signal(SIGKILL) }
              }
            }
          }
        }
        program.signal(SIGKILL)
        #expect(await program.exitStatus() == -SIGKILL)
        let stored: [String] = try await database.session.run { db in
          try db.rows("SELECT key FROM batch WHERE key LIKE 'push-%'").map { try $0[0] }
        }
        let kept = Set(stored.compactMap { Int($0.dropFirst(5)) })
        #expect(journal.all.isSubset(of: kept))
      }
      let all = rounds * 4 * perPusher
      #expect(!journal.all.isEmpty && journal.all.count < all)
      try await ServedProgram.run(database.url) { program in
        for number in 0..<all {
          let reply = try await program.push(
            rows(number), idempotencyKey: "push-\(number)", key: database.syncKey)
          #expect(reply.status == 200 && reply.text.contains(#""applied":2"#), "\(reply.text)")
        }
      }
      #expect(
        try await database.number("SELECT sum(quantity)::bigint FROM demand")
          == all * (all + 1) / 2 + all)
    }
  }

  @Test("two instances and one slot make one run")
  func twoInstances() async throws {
    try await ServedDatabase.run { database in
      try await database.pushHistory()
      try await database.session.execute(
        "UPDATE schedule SET considered_through = now() - interval '1 day' WHERE name = 'daily'")
      let programs = [
        try await ServedProgram.start(database.url), try await ServedProgram.start(database.url),
      ]
      try await database.wait(
        until: "SELECT count(*) FROM run_request WHERE state IN ('done', 'failed')", is: 1)
      for program in programs { program.signal(SIGTERM) }
      for program in programs { #expect(await program.exitStatus() == 0) }
      #expect(try await database.number("SELECT count(*) FROM run_request") == 1)
      #expect(
        try await database.number("SELECT count(*) FROM run_request WHERE state = 'done'") == 1)
      #expect(try await database.number("SELECT count(*) FROM run") == 1)
    }
  }

  @Test("a database that restarts under it needs no restart of the program")
  func lostDatabase() async throws {
    try await ServedDatabase.run { database in
      try await ServedProgram.run(database.url) { program in
        for _ in 0..<3 {
          #expect(
            try await program.ask("GET", "/v1/regions", key: database.readKey).status == 200)
          try await database.session.execute(
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()
            """)
        }
        let reply = try await program.push(
          rows(1), idempotencyKey: "after", key: database.syncKey)
        #expect(reply.status == 200)
        try await database.session.execute(
          "UPDATE schedule SET considered_through = now() - interval '1 day'")
        // Scheduler and worker come back by themselves, and say what is wrong with the data.
        try await database.wait(
          until: "SELECT count(*) FROM run_request WHERE state IN ('done', 'failed')", is: 1)
      }
    }
  }
}
