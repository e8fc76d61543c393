import Postgres
import TestKit
import Testing

@Suite("Pool of sessions")
struct SessionPoolTests {
  @Test("many tasks share few sessions, and every one gets its turn")
  func shared() async throws {
    try await withDatabase { _, target in
      let pool = SessionPool(target, limit: 3, patience: .seconds(60))
      let answers = try await withThrowingTaskGroup(of: Int.self) { group in
        for number in 0..<60 {
          group.addTask {
            try await pool.use { session in
              try await session.run { db in
                try db.rows("SELECT \(number) FROM pg_sleep(0.005)")[0][0]
              }
            }
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(answers.sorted() == Array(0..<60))
      let figures = await pool.figures
      #expect(figures.open <= 3)
      #expect(figures.idle == figures.open)
      #expect(figures.waiting == 0)
      #expect(figures.waits > 0)
      await pool.close()
    }
  }

  @Test("sessions that the server ended are replaced, and the work is done all the same")
  func replaced() async throws {
    try await withDatabase { session, target in
      let pool = SessionPool(target, limit: 2)
      let first = try await pid(pool)
      _ = try await session.run { db in
        try db.rows("SELECT pg_terminate_backend(\(first))").first.map { try $0[0] as Bool }
      }
      let second = try await pid(pool)
      #expect(first != second)
      await pool.close()
    }
  }

  @Test("a failed statement leaves the session to the next")
  func failing() async throws {
    try await withDatabase { _, target in
      let pool = SessionPool(target, limit: 1)
      await #expect(throws: PostgresError.self) {
        try await pool.use { session in
          try await session.run { db in
            try db.transaction { db in try db.execute("SELECT 1 / 0") }
          }
        }
      }
      _ = try await pid(pool)
      #expect(await pool.figures.open == 1)
      await pool.close()
    }
  }

  @Test("who waits too long hears that the pool is exhausted, and a closed one takes nobody")
  func exhausted() async throws {
    try await withDatabase { _, target in
      let pool = SessionPool(target, limit: 1, patience: .milliseconds(50))
      _ = try await pool.use { _ in
        await #expect(throws: SessionPool.Failure.exhausted(limit: 1)) {
          try await pool.use { _ in }
        }
      }
      await pool.close()
      await #expect(throws: SessionPool.Failure.closed) { try await pool.use { _ in } }
    }
  }

  private func pid(_ pool: SessionPool) async throws -> Int32 {
    try await pool.use { session in
      try await session.run { db in try db.rows("SELECT pg_backend_pid()")[0][0] }
    }
  }
}
