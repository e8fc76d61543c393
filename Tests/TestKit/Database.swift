public import Postgres

/// What a test's database holds at its start: prepared once a run, copied for every test.
public struct DatabaseTemplate: Sendable {
  public static let empty = DatabaseTemplate("empty") { _ in }

  let name: String
  let prepare: @Sendable (ConnectionTarget) async throws -> Void

  /// The closure must close its sessions: PostgreSQL does not copy a database in use.
  public init(
    _ name: String, prepare: @escaping @Sendable (ConnectionTarget) async throws -> Void
  ) {
    self.name = name
    self.prepare = prepare
  }
}

/// Runs a test on a database of its own, which is dropped afterwards with whoever is connected.
@discardableResult
public func withDatabase<R>(
  _ template: DatabaseTemplate = .empty,
  _ body: (Session, ConnectionTarget) async throws -> R
) async throws -> R {
  let server = ThrowawayServer.shared
  let name = try await server.createDatabase(from: template)
  let target = try await server.connectionTarget().with(database: name)
  do {
    let session = try await Session.connect(target)
    let result = try await body(session, target)
    await session.close()
    try await server.dropDatabase(name)
    return result
  } catch {
    try await server.dropDatabase(name)
    throw error
  }
}
