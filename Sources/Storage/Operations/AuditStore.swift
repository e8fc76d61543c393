public import Inventory
public import Postgres

/// One change that a person or key made to how the deployment works.
public struct AuditEntry: Hashable, Sendable {
  public let at: Instant
  /// Who: the account of a command line, or a key's client.
  public let actor: String
  /// What was done, as `key-created`.
  public let action: String
  /// What it was done to.
  public let subject: String
}

/// Who changed what, and when. Append-only; call it inside the transaction of the change.
public enum AuditStore {
  public static func append(
    actor: String, action: String, subject: String, in db: isolated Session
  ) throws {
    try db.execute(
      "INSERT INTO audit (actor, action, subject) VALUES (\(actor), \(action), \(subject))")
  }

  /// The latest entries, newest first.
  public static func latest(_ limit: Int, in db: isolated Session) throws -> [AuditEntry] {
    try db.rows(
      "SELECT at, actor, action, subject FROM audit ORDER BY audit_id DESC LIMIT \(limit)"
    ).map { row in
      try AuditEntry(at: row[0], actor: row[1], action: row[2], subject: row[3])
    }
  }
}
