public import Postgres
internal import Storage

/// The database a command works in: named by the user, or the private one.
public enum Database {
  /// Opens the database, runs the work and leaves everything as it was found: a server that this
  /// started is stopped again, unless others use it by then.
  ///
  /// The private database is brought up to this program's schema on the way; a named one is
  /// refused until `migrate` did it.
  public static func use<R: Sendable>(
    _ url: String?, environment: [String: String],
    _ work: (Session) async throws -> R
  ) async throws -> R {
    try await open(url, environment: environment) { session, isPrivate in
      try await bringUp(session, isPrivate: isPrivate)
      return try await work(session)
    }
  }

  /// Brings the private database up to this program's schema; refuses a named one that lacks some.
  static func bringUp(_ lease: Cluster.Lease) async throws {
    let session = try await Session.connect(lease.target)
    do {
      try await bringUp(session, isPrivate: lease.isPrivate)
    } catch {
      await session.close()
      throw error
    }
    await session.close()
  }

  private static func bringUp(_ session: Session, isPrivate: Bool) async throws {
    if isPrivate {
      try await Migrator(Migration.all).migrate(session)
    } else {
      let pending = try await Migrator(Migration.all).pending(session)
      guard pending.isEmpty else { throw DatabaseNotMigrated(pending: pending.count) }
    }
  }

  /// Applies what is missing and returns its names.
  public static func migrate(
    _ url: String?, environment: [String: String]
  ) async throws -> [String] {
    try await open(url, environment: environment) { session, _ in
      try await Migrator(Migration.all).migrate(session)
    }
  }

  private static func open<R: Sendable>(
    _ url: String?, environment: [String: String],
    _ work: (Session, _ isPrivate: Bool) async throws -> R
  ) async throws -> R {
    let lease = try await Cluster.open(database: url, environment: environment)
    let outcome: Result<R, any Error>
    do {
      let session = try await Session.connect(lease.target)
      do {
        outcome = .success(try await work(session, lease.isPrivate))
      } catch {
        outcome = .failure(error)
      }
      await session.close()
    } catch {
      outcome = .failure(error)
    }
    do {
      try await lease.release()
    } catch {
      // The work's own failure is what the user must hear of.
      if case .success = outcome { throw error }
    }
    return try outcome.get()
  }
}

/// A named database that lacks migrations.
struct DatabaseNotMigrated: Failure {
  let pending: Int

  var code: String { "not-migrated" }
  var exitCode: ExitCode { .configuration }
  var sentence: String {
    "the database lacks \(pending) of this program's migrations: run 'quartermaster migrate'"
  }
}
