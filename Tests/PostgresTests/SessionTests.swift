import Postgres
import TestKit
import Testing

@Suite("Sessions and transactions")
struct SessionTests {
  struct Refused: Error {}

  @Test("a refused statement says its code, constraint and table, and hides the values")
  func serverError() async throws {
    try await withDatabase { session, _ in
      try await session.run { db in
        try db.script(
          "CREATE TABLE item (code text CONSTRAINT a_code_is_unique PRIMARY KEY, pack int)")
        try db.execute("INSERT INTO item VALUES (\("secret"), 1)")
        let error = #expect(throws: PostgresError.self) {
          try db.execute("INSERT INTO item VALUES (\("secret"), 2)")
        }
        let report = try #require(error?.report)
        #expect(report.sqlState == "23505" && report.severity == "ERROR")
        #expect(report.constraint == "a_code_is_unique" && report.table == "item")
        #expect(error?.isTransient == false && error?.isConnectionLoss == false)
        #expect(error?.description.contains("secret") == false)
        #expect(report.statement == "INSERT INTO item VALUES ($1, 2)")
      }
    }
  }

  @Test("a transaction that throws leaves nothing and throws its own error")
  func rollback() async throws {
    try await withDatabase { session, _ in
      try await session.execute("CREATE TABLE item (code text)")
      await #expect(throws: Refused.self) {
        try await session.run { db in
          try db.transaction { db in
            try db.execute("INSERT INTO item VALUES ('a')")
            throw Refused()
          }
        }
      }
      #expect(try await count(session, "item") == 0)
    }
  }

  @Test("a savepoint that throws undoes only itself")
  func savepoint() async throws {
    try await withDatabase { session, _ in
      try await session.run { db in
        try db.execute("CREATE TABLE item (code text PRIMARY KEY)")
        try db.transaction { db in
          try db.execute("INSERT INTO item VALUES ('a')")
          #expect(throws: PostgresError.self) {
            try db.savepoint { db in try db.execute("INSERT INTO item VALUES ('b'), ('a')") }
          }
          try db.execute("INSERT INTO item VALUES ('c')")
        }
      }
      #expect(try await count(session, "item") == 2)
    }
  }

  @Test("a transaction whose work swallowed an error is not mistaken for committed")
  func swallowed() async throws {
    try await withDatabase { session, _ in
      try await session.run { db in
        #expect(throws: PostgresError.transactionRolledBack) {
          try db.transaction { db in
            #expect(throws: PostgresError.self) { try db.execute("SELECT 1 / 0") }
          }
        }
        let rows = try db.execute("SELECT 1")
        #expect(rows == 1)
      }
    }
  }

  @Test("a constraint that is checked at COMMIT is a refusal, not an unknown outcome")
  func deferred() async throws {
    try await withDatabase { session, _ in
      try await session.run { db in
        try db.script(
          "CREATE TABLE item (code text CONSTRAINT one_code UNIQUE DEFERRABLE INITIALLY DEFERRED)")
        let error = #expect(throws: PostgresError.self) {
          try db.transaction { db in try db.execute("INSERT INTO item VALUES ('a'), ('a')") }
        }
        #expect(error?.sqlState == "23505" && error?.constraint == "one_code")
      }
    }
  }

  @Test("a connection killed in a statement is lost, and stays lost")
  func killed() async throws {
    try await withDatabase { session, target in
      let process: Int = try await session.run { db in
        try #require(try db.rows("SELECT pg_backend_pid()").first)[0]
      }
      let killer = try await Session.connect(target)
      let sleeper = Task { try await session.execute("SELECT pg_sleep(600)") }
      try await untilActive(killer, process: process)
      try await killer.execute("SELECT pg_terminate_backend(\(Int32(process)))")
      let error = await #expect(throws: PostgresError.self) { try await sleeper.value }
      #expect(error?.isConnectionLoss == true && error?.isTransient == true)
      let again = await #expect(throws: PostgresError.self) {
        try await session.execute("SELECT 1")
      }
      #expect(again?.isConnectionLoss == true)
      await killer.close()
    }
  }

  @Test("a connection that ends while COMMIT is under way leaves the outcome unknown")
  func unknownOutcome() async throws {
    try await withDatabase { session, _ in
      // A trigger that fires at COMMIT ends the session there, as a crash would.
      try await session.script(
        """
        CREATE TABLE item (code text);
        CREATE FUNCTION fall() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
        CREATE CONSTRAINT TRIGGER fall AFTER INSERT ON item DEFERRABLE INITIALLY DEFERRED
          FOR EACH ROW EXECUTE FUNCTION fall();
        """)
      let error = await #expect(throws: PostgresError.self) {
        try await session.run { db in
          try db.transaction { db in _ = try db.execute("INSERT INTO item VALUES ('a')") }
        }
      }
      guard case .commitOutcomeUnknown = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(error?.isConnectionLoss == true && error?.isTransient == false)
    }
  }

  @Test("a server that is not there, a database that is not there and nonsense are refused")
  func unreachable() async throws {
    try await withDatabase { _, target in
      let targets = [
        ConnectionTarget("postgresql:///x?host=/nonexistent"), target.with(database: "nowhere"),
        ConnectionTarget("nonsense=1 ="), ConnectionTarget("dbname=a\u{0}b"),
      ]
      for target in targets {
        let error = await #expect(throws: PostgresError.self) {
          try await Session.connect(target)
        }
        guard case .connectionFailed(let message) = error else {
          Issue.record("\(String(describing: error))")
          continue
        }
        #expect(!message.isEmpty)
      }
    }
  }

  @Test("a closed session says so")
  func closed() async throws {
    try await withDatabase { session, _ in
      await session.close()
      await #expect(throws: PostgresError.closed) { try await session.execute("SELECT 1") }
    }
  }

  @Test("a serialization failure is transient")
  func serialization() async throws {
    try await withDatabase { session, target in
      try await session.script("CREATE TABLE n (x int); INSERT INTO n VALUES (1)")
      let other = try await Session.connect(target)
      try await other.script("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT * FROM n")
      try await session.execute("UPDATE n SET x = 2")
      let error = await #expect(throws: PostgresError.self) {
        try await other.execute("UPDATE n SET x = 3")
      }
      #expect(error?.sqlState == "40001" && error?.isTransient == true)
      await other.close()
    }
  }

  @Test("repeatable read sees one state throughout, and a read-only transaction cannot write")
  func isolation() async throws {
    try await withDatabase { session, target in
      try await session.script("CREATE TABLE n (x int); INSERT INTO n VALUES (1)")
      let mode = try await session.run { db in
        try db.transaction(isolation: .repeatableRead, readOnly: true) { db -> [String] in
          #expect(throws: PostgresError.self) {
            try db.savepoint { db in try db.execute("UPDATE n SET x = 2") }
          }
          return try ["transaction_isolation", "transaction_read_only", "timezone"].map {
            try #require(try db.rows("SELECT current_setting(\($0))").first)[0]
          }
        }
      }
      #expect(mode == ["repeatable read", "on", "UTC"])
    }
  }
}

func count(_ session: Session, _ table: String) async throws -> Int {
  try #require(try await session.rows("SELECT count(*) FROM \(identifier: table)").first)[0]
}

/// Returns once the server shows the process at work on a statement.
private func untilActive(_ session: Session, process: Int) async throws {
  let statement: SQL = "SELECT 1 FROM pg_stat_activity WHERE pid = \(process) AND state = 'active'"
  while try await session.rows(statement).isEmpty { await Task.yield() }
}
