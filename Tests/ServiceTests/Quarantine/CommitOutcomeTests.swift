import HTTP
import Inventory
import Postgres
import Storage
import TestKit
import Testing

@testable import Service

@Suite("A connection that is lost at COMMIT")
struct CommitOutcomeTests {
  /// The server ends the connection in the midst of COMMIT, so often.
  private static func cut(_ times: Int, in session: Session) async throws {
    try await session.run { db in
      try db.script(
        """
        CREATE SEQUENCE cuts;
        CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF nextval('cuts') <= \(times) THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF;
          RETURN NULL;
        END $$;
        CREATE CONSTRAINT TRIGGER cut AFTER INSERT ON batch DEFERRABLE INITIALLY DEFERRED
          FOR EACH ROW EXECUTE FUNCTION cut();
        """)
    }
  }

  private static let text = Warehouse.demandHeader + "oats,leeds,2024-06-01,3\n"

  @Test("what was not committed is stored on a new connection, once")
  func storedOnceMore() async throws {
    try await withDatabase(.migrated) { session, target in
      let warehouse = try await Warehouse.stocked(session)
      try await Self.cut(1, in: session)
      let receipt = try await warehouse.sync(.demand, Self.text)
      #expect(receipt.figures == [1, 0, 0, 0] && !receipt.receipt.isRepeated)
      let other = try await Session.connect(target)
      let after = Warehouse(session: other, clock: warehouse.clock)
      #expect(try await after.demand() == ["oats leeds 2024-06-01 3.0"])
      #expect(try await after.sync(.demand, Self.text).receipt.isRepeated)
      await other.close()
    }
  }

  @Test("a push without a key whose answer was lost gets its first answer, and not duplicates")
  func firstAnswer() async throws {
    try await withDatabase(.migrated) { session, target in
      let warehouse = try await Warehouse.stocked(session)
      let first = try await warehouse.sync(.demand, Self.text)
      // As the new connection finds it that looks the key up.
      let push = Push(kind: .demand, path: "test", source: code("erp"))
      let (content, header) = try await session.run { _ in
        let content = try ReceivedContent(.chunks([Array(Self.text.utf8)]))
        return (content, try Synchronisation.header(of: push, content))
      }
      _ = content
      let found = try await session.run { db in
        try db.transaction { db in
          guard case .repeated(let receipt) = try BatchStore.open(header, waits: true, in: db)
          else { return Receipt?.none }
          return receipt
        }
      }
      #expect(found?.givenFirst == first.receipt)
      _ = target
    }
  }

  @Test("while the outcome cannot be found out it answers 503, and the same push again tells")
  func unknown() async throws {
    try await LiveAPI.run { api in
      try await Self.cut(1 + CommitOutcome.pauses.count, in: api.session)
      let rows = Warehouse.demandHeader + "oats,leeds,2024-07-01,3\n"
      let reply = try await api.push("demand", rows, key: "k")
      #expect(reply.status == 503 && reply["code"] == "outcome-unknown", "\(reply.text)")
      #expect(reply.headers["Retry-After"] != nil)
      #expect(try await api.push("demand", rows, key: "k").figures == [1, 0, 0, 0])
      #expect(try await api.push("demand", rows, key: "k").figures == [1, 0, 0, 0])
    }
  }

  @Test("over HTTP nobody notices a connection that was lost once")
  func unnoticed() async throws {
    try await LiveAPI.run { api in
      try await Self.cut(1, in: api.session)
      let rows = Warehouse.demandHeader + "oats,leeds,2024-07-01,3\n"
      #expect(try await api.push("demand", rows, key: "k").figures == [1, 0, 0, 0])
      #expect(try await api.push("demand", rows, key: "k").figures == [1, 0, 0, 0])
    }
  }
}
