internal import HTTP
internal import Postgres
internal import Storage

/// Whether requests can be served: the database is there and has this program's schema.
struct ReadyRoute: RouteGroup {
  let api: API

  private static let operation = Operation(
    "getReadiness", "Whether requests can be served",
    details: "503 while the database is away or lacks migrations.", tag: "operations",
    access: .open,
    outcomes: [.json("They can.", .object([.required("status", .choice(["ready"]))]))])

  func add(to routes: inout RouteTable) {
    routes.on(.get, "/readyz", ReadyRoute.operation) { _ in
      let pending = try await api.pool.use { session in
        try await Migrator(Migration.all).pending(session)
      }
      guard pending.isEmpty else { throw DatabaseNotMigrated(pending: pending.count) }
      return Answer.document(["status": "ready"])
    }
  }
}
