import Postgres
import TestKit
import Testing

@Suite("Migrator")
struct MigratorTests {
  private let first = Migration(
    name: "m0001_schema", script: "CREATE TABLE item (code text); CREATE TABLE stock (n int);")
  private let second = Migration(
    name: "m0002_more", script: "INSERT INTO item VALUES ('a;b'); INSERT INTO stock VALUES (1)")

  @Test("scripts are applied once, in order of their names")
  func once() async throws {
    try await withDatabase { session, _ in
      let migrator = Migrator([second, first])
      let pending = try await migrator.pending(session)
      #expect(pending == ["m0001_schema", "m0002_more"])
      #expect(try await migrator.migrate(session) == ["m0001_schema", "m0002_more"])
      #expect(try await migrator.migrate(session) == [])
      #expect(try await migrator.pending(session) == [])
      #expect(try await count(session, "item") == 1)
    }
  }

  @Test("eight programs that start at once apply each script once")
  func race() async throws {
    let migrations = [first, second]
    try await withDatabase { session, target in
      let applied = try await withThrowingTaskGroup(of: [String].self) { group in
        for _ in 0..<8 {
          group.addTask {
            let own = try await Session.connect(target)
            return try await Migrator(migrations).migrate(own)
          }
        }
        return try await group.reduce(into: []) { $0 += $1 }
      }
      #expect(applied.sorted() == ["m0001_schema", "m0002_more"])
      #expect(try await count(session, "stock") == 1)
    }
  }

  @Test("an applied script that was edited is refused by name")
  func changed() async throws {
    try await withDatabase { session, _ in
      try await Migrator([first]).migrate(session)
      let edited = Migration(name: first.name, script: first.script + " ")
      await #expect(throws: MigrationError.changed(name: "m0001_schema")) {
        try await Migrator([edited, second]).migrate(session)
      }
      #expect(try await count(session, "item") == 0)
    }
  }

  @Test("a database of a newer program is refused, and so is a script that comes too late")
  func newer() async throws {
    try await withDatabase { session, _ in
      try await Migrator([first, second]).migrate(session)
      await #expect(throws: MigrationError.databaseIsNewer(name: "m0002_more")) {
        try await Migrator([first]).migrate(session)
      }
      let late = Migration(name: "m0001_tail", script: "SELECT 1")
      await #expect(throws: MigrationError.outOfOrder(name: "m0001_tail")) {
        try await Migrator([first, late, second]).migrate(session)
      }
    }
  }

  @Test("a database that holds tables of something else is left as it is")
  func foreign() async throws {
    try await withDatabase { session, _ in
      try await session.script("CREATE TABLE ledger (amount numeric)")
      await #expect(throws: MigrationError.databaseOfAnother(table: "ledger")) {
        try await Migrator([first]).migrate(session)
      }
      let tables = try await session.run { db -> Int in
        try db.rows("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")[0][0]
      }
      #expect(tables == 1)
    }
  }

  @Test("a script that fails leaves the scripts before it and nothing of itself")
  func fails() async throws {
    let broken = Migration(
      name: "m0002_more", script: "INSERT INTO item VALUES ('x'); SELECT 1 / 0")
    try await withDatabase { session, _ in
      let error = await #expect(throws: PostgresError.self) {
        try await Migrator([first, broken]).migrate(session)
      }
      #expect(error?.sqlState == "22012")
      #expect(try await count(session, "item") == 0)
      let applied = try await Migrator([first, second]).migrate(session)
      #expect(applied == ["m0002_more"])
    }
  }

  @Test("a script that ends its own transaction is refused")
  func endsTransaction() async throws {
    let rogue = Migration(name: "m0001_schema", script: "SELECT 1; COMMIT")
    try await withDatabase { session, _ in
      await #expect(throws: MigrationError.endedTransaction(name: "m0001_schema")) {
        try await Migrator([rogue]).migrate(session)
      }
      try await session.script("SELECT 1")
    }
  }
}
