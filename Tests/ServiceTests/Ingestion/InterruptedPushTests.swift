import Postgres
import TestKit
import Testing

@testable import Service

@Suite("Pushes that break off")
struct InterruptedPushTests {
  @Test("a connection that is cut in the middle leaves nothing, and the same push again all of it")
  func cutConnection() async throws {
    try await withDatabase(.migrated) { session, target in
      let warehouse = try await Warehouse.stocked(session)
      let text = "item,location,day,quantity\noats,leeds,2024-06-01,3\n"
      let other = try await Session.connect(target)
      try await other.script("BEGIN; LOCK TABLE series IN ACCESS EXCLUSIVE MODE")
      let failure = await withTaskGroup(of: (any Error)?.self) { group in
        group.addTask {
          do { try await warehouse.sync(.demand, text, key: "k1") } catch { return error }
          return nil
        }
        return await cutWhoWaits(other, &group)
      }
      #expect(failure.map { FailureReport($0).exitCode } == .unavailable)
      try await other.script("ROLLBACK")
      let again = Warehouse(session: try await Session.connect(target))
      #expect(try await again.demand().isEmpty)
      #expect(try await again.sync(.demand, text, key: "k1").figures == [1, 0, 0, 0])
      await again.session.close()
      await other.close()
    }
  }

  @Test("a full disk of the database is said, and nothing of the push is stored")
  func databaseDiskFull() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      let batches = try await warehouse.count("batch")
      try await session.script(
        """
        CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$;
        CREATE TRIGGER fills BEFORE INSERT ON demand_month EXECUTE FUNCTION fill()
        """)
      let failure = await #expect(throws: PostgresError.self) {
        try await warehouse.sync(.demand, "item,location,day,quantity\noats,leeds,2024-06-01,3\n")
      }
      let report = try FailureReport(#require(failure))
      #expect(report.sentence == "the database's disk is full; nothing of this was stored")
      #expect(report.exitCode == .io)
      #expect(try await warehouse.count("batch") == batches)
      #expect(try await warehouse.count("series") == 0)
    }
  }
}

/// Ends the connection that waits for a lock of ours, and answers what became of its work.
private func cutWhoWaits(
  _ other: Session, _ group: inout TaskGroup<(any Error)?>
) async -> (any Error)? {
  var cut = 0
  while cut == 0 {
    cut =
      (try? await other.rows(
        """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'
        """
      ).count) ?? 1
  }
  return await group.next() ?? nil
}
