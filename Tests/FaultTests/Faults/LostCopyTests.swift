import Glibc
import Postgres
import TestKit
import Testing

extension FaultTests {
  @Suite("A COPY whose server goes away")
  struct LostCopyTests {
    /// What fits one write is noticed otherwise than what takes many.
    @Test("is a lost connection, however much was still to be written")
    func lost() async throws {
      let rounds = Rounds.of(1, long: 10)
      try await MortalServer.run { server in
        for rows in Array(repeating: [0, 1, 100_000], count: rounds).joined() {
          let session = try await Session.connect(server.target("postgres"))
          try await session.execute("CREATE TEMPORARY TABLE sink (number integer)")
          let backend: Int32 = try await session.rows("SELECT pg_backend_pid()")[0][0]
          let other = try await Session.connect(server.target("postgres"))
          let victim: Int32 = try await other.rows("SELECT pg_backend_pid()")[0][0]
          let error = await #expect(throws: PostgresError.self) {
            try await session.run { db in
              try db.copyIn("COPY sink FROM STDIN (FORMAT binary)") { copy in
                // One process that dies takes all others with it: they say so and end.
                kill(victim, SIGKILL)
                #expect(comesTrue { access("/proc/\(backend)/fd/0", F_OK) != 0 })
                for number in 0..<rows {
                  try copy.row(columns: 1)
                  copy.putInt32(Int32(number))
                }
              }
            }
          }
          #expect(error?.isConnectionLoss == true, "\(error as Any)")
          await session.close()
          await other.close()
          try await server.comeBack()
        }
      }
    }
  }
}
