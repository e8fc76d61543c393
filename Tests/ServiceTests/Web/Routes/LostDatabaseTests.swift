import HTTP
import Postgres
import TestKit
import Testing

@testable import Service

@Suite("The database going away under the API")
struct LostDatabaseTests {
  @Test("connections that were cut are opened again, and nobody notices")
  func cut() async throws {
    try await LiveAPI.run { api in
      for _ in 0..<3 {
        #expect(try await api.get("/v1/regions").status == 200)
        try await api.session.execute(
          """
          SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND pid <> pg_backend_pid()
          """)
        #expect(try await api.get("/v1/runs").status == 200)
      }
    }
  }

  @Test("while nobody can connect it answers 503 with Retry-After, and then goes on")
  func refused() async throws {
    try await LiveAPI.run { api in
      #expect(try await api.get("/v1/regions").status == 200)
      let name: String = try await api.session.run { db in
        try db.rows("SELECT current_database()::text")[0][0]
      }
      // Nobody may lock himself out, so another one does it.
      let outside = try await Session.connect(api.target.with(database: "postgres"))
      try await outside.execute("ALTER DATABASE \(identifier: name) ALLOW_CONNECTIONS false")
      try await api.session.execute(
        """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()
        """)
      for path in ["/v1/regions", "/readyz", "/v1/runs/1"] {
        let reply = try await api.get(path)
        #expect(reply.status == 503 && reply["code"] == "database-away", "\(reply.text)")
        #expect(reply.headers["Retry-After"] != nil)
        // Where the database stands is not for those who may not know it.
        #expect(!reply.text.contains(name) && !reply.text.contains("socket"), "\(reply.text)")
      }
      #expect(try await api.get("/healthz").status == 200)
      let push = try await api.push("items", "item\nnew\n", key: "k")
      #expect(push.status == 503)
      try await outside.execute("ALTER DATABASE \(identifier: name) ALLOW_CONNECTIONS true")
      await outside.close()
      #expect(try await api.push("items", "item\nnew\n", key: "k").figures == [1, 0, 0, 0])
      #expect(try await api.get("/readyz").status == 200)
    }
  }

  @Test("when every connection is taken it answers 503 with Retry-After")
  func exhausted() async throws {
    try await LiveAPI.run { api in
      let pool = SessionPool(api.target, limit: 1, patience: .milliseconds(50))
      let responder = WebServer.responder(
        WebServer.Settings(), groups: [RegionRoutes(api: API(pool: pool, deploymentZone: nil))],
        gatekeeper: KeyGate(pool: api.pool, ring: KeyRing()), metrics: Metrics())
      let request = try Request(
        .get, "/v1/regions", headers: ["Authorization": "Bearer \(api.secret(.admin))"], body: [],
        id: "r1")
      let status = try await pool.use { _ in await responder.respond(to: request) }
      #expect(status.status == 503 && status.headers["Retry-After"] != nil, "\(status)")
      #expect(await responder.respond(to: request).status == 200)
      await pool.close()
    }
  }
}
