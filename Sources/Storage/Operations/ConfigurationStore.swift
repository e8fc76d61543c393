public import Inventory
public import Postgres

/// A version of what runs are made by.
public struct ConfigurationRecord: Hashable, Sendable {
  public let version: Int
  /// JSON, byte for byte as it is shown and digested.
  public let document: String
  /// The SHA-256 of the document.
  public let digest: [UInt8]
  public let madeAt: Instant
  public let madeBy: String
  public let reason: String
}

/// Versions of the configuration. Append-only: the newest is in force.
public enum ConfigurationStore {
  private static let configurationLock: Int32 = 0x514D_0009

  /// The version in force; nil before the first.
  public static func newest(in db: isolated Session) throws -> ConfigurationRecord? {
    try history(limit: 1, in: db).first
  }

  public static func version(
    _ version: Int, in db: isolated Session
  ) throws -> ConfigurationRecord? {
    try db.rows(
      """
      SELECT version, document, digest, made_at, made_by, reason FROM configuration
      WHERE version = \(version)
      """
    ).first.map(record)
  }

  /// Versions, the newest first.
  public static func history(
    limit: Int, in db: isolated Session
  ) throws -> [ConfigurationRecord] {
    try db.rows(
      """
      SELECT version, document, digest, made_at, made_by, reason FROM configuration
      ORDER BY version DESC LIMIT \(limit)
      """
    ).map(record)
  }

  /// Keeps others from changing the configuration until the transaction ends.
  public static func hold(in db: isolated Session) throws {
    try db.execute("SELECT pg_advisory_xact_lock(\(configurationLock), 0)")
  }

  /// Puts a version into force. Call it inside a transaction that holds the configuration.
  public static func append(
    _ document: String, digest: [UInt8], by person: String, reason: String,
    in db: isolated Session
  ) throws -> ConfigurationRecord {
    try record(
      db.rows(
        """
        INSERT INTO configuration (version, document, digest, made_by, reason)
        SELECT coalesce(max(version), 0) + 1, \(document), \(digest), \(person), \(reason)
        FROM configuration
        RETURNING version, document, digest, made_at, made_by, reason
        """)[0])
  }

  private static func record(_ row: Row) throws -> ConfigurationRecord {
    try ConfigurationRecord(
      version: row[0], document: row[1], digest: row[2], madeAt: row[3], madeBy: row[4],
      reason: row[5])
  }
}
