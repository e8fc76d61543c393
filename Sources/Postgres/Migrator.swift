/// A numbered script that changes the schema, applied once and never edited afterwards.
public struct Migration: Hashable, Sendable {
  /// Sorts bytewise in the order of application: `m0001_schema`.
  public let name: String
  public let script: String

  public init(name: String, script: String) {
    self.name = name
    self.script = script
  }
}

/// Why a database was left as it is.
public enum MigrationError: Error, Hashable, Sendable {
  /// An applied script differs from this program's of the same name.
  case changed(name: String)
  /// The database holds a migration that this program does not know.
  case databaseIsNewer(name: String)
  /// A script of this program would come before one that was applied already.
  case outOfOrder(name: String)
  /// A script ended the transaction it runs in: what it did before stays, without protection.
  case endedTransaction(name: String)
  /// No migration was ever applied, and there are tables of something else.
  case databaseOfAnother(table: String)
}

/// Brings a database's schema up to this program's, forward only.
///
/// Each script runs in a transaction of its own together with its entry in `schema_migration`,
/// under a lock, so that any number of programs may start at once.
public struct Migrator: Sendable {
  /// Any number that nothing else in the database locks: "quarterm" in ASCII.
  private static let lock: Int64 = 0x7175_6172_7465_726D

  private let migrations: [Migration]

  public init(_ migrations: [Migration]) {
    self.migrations = migrations.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  /// Applies what is missing and returns the names applied, in order.
  ///
  /// - Throws: `MigrationError` when the scripts do not continue what was applied, before anything
  ///   is changed; `PostgresError` when a script fails: the scripts before it stay applied.
  @discardableResult
  public func migrate(_ session: Session) async throws -> [String] {
    try await session.run { db in
      var applied: [String] = []
      try db.transaction { db in try createTable(db) }
      while let name = try db.transaction({ db in try applyNext(db) }) { applied.append(name) }
      return applied
    }
  }

  /// The names that `migrate` would apply; changes nothing.
  public func pending(_ session: Session) async throws -> [String] {
    try await session.run { db in
      let table: String? = try db.rows("SELECT to_regclass('schema_migration')::text").first?[0]
      guard table != nil else { return migrations.map(\.name) }
      return try remaining(db).map(\.name)
    }
  }

  private func createTable(_ db: isolated Session) throws {
    try takeLock(db)
    if let table = try foreignTable(db) { throw MigrationError.databaseOfAnother(table: table) }
    try db.script(
      """
      CREATE TABLE IF NOT EXISTS schema_migration (
        name text COLLATE "C" NOT NULL,
        checksum text NOT NULL,
        applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        CONSTRAINT a_migration_is_applied_once PRIMARY KEY (name)
      )
      """)
  }

  /// A table or view in a schema that no migration was applied to; those of extensions, which
  /// providers install everywhere, do not count.
  private func foreignTable(_ db: isolated Session) throws -> String? {
    try db.rows(
      """
      SELECT c.relname::text FROM pg_class AS c
      WHERE to_regclass('schema_migration') IS NULL
        AND c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
        AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
        AND NOT EXISTS (
          SELECT FROM pg_depend AS d
          WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
      ORDER BY c.relname LIMIT 1
      """
    ).first?[0]
  }

  /// Registers and runs the first script that is missing, inside the caller's transaction.
  private func applyNext(_ db: isolated Session) throws -> String? {
    try takeLock(db)
    guard let next = try remaining(db).first else { return nil }
    try db.execute(
      """
      INSERT INTO schema_migration (name, checksum)
      VALUES (\(next.name), encode(sha256(convert_to(\(next.script), 'UTF8')), 'hex'))
      """)
    try db.script(next.script)
    guard db.isInTransaction else { throw MigrationError.endedTransaction(name: next.name) }
    return next.name
  }

  /// What is missing, once what is there was found to be this program's own beginning.
  private func remaining(_ db: isolated Session) throws -> [Migration] {
    let rows = try db.rows(
      """
      SELECT applied.name, own.script IS NOT NULL,
        applied.checksum = encode(sha256(convert_to(own.script, 'UTF8')), 'hex')
      FROM schema_migration AS applied
      LEFT JOIN unnest(\(migrations.map(\.name)), \(migrations.map(\.script)))
        AS own (name, script) ON own.name = applied.name
      ORDER BY applied.name
      """)
    var applied: Set<String> = []
    for row in rows {
      let (name, isKnown, isSame) = try row.decode(String.self, Bool.self, Bool?.self)
      guard isKnown else { throw MigrationError.databaseIsNewer(name: name) }
      guard isSame == true else { throw MigrationError.changed(name: name) }
      applied.insert(name)
    }
    let missing = migrations.drop { applied.contains($0.name) }
    guard !missing.contains(where: { applied.contains($0.name) }) else {
      throw MigrationError.outOfOrder(name: missing.first?.name ?? "")
    }
    return Array(missing)
  }

  private func takeLock(_ db: isolated Session) throws {
    try db.execute("SELECT pg_advisory_xact_lock(\(Self.lock))")
  }
}
