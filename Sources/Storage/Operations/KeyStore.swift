public import Digests
public import Inventory
public import Postgres

/// What a key opens.
public enum KeyScope: Hashable, Sendable {
  /// Pushing, as a source.
  case sync(SourceCode)
  /// Reading, of one region.
  case read(RegionCode)
  /// Everything.
  case admin

  public var word: String {
    switch self {
    case .sync: "sync"
    case .read: "read"
    case .admin: "admin"
    }
  }

  public var region: RegionCode? {
    if case .read(let region) = self { region } else { nil }
  }
}

/// A key as it is kept: never the key itself.
public struct KeyRecord: Hashable, Sendable {
  public let id: Int
  public let scope: KeyScope
  /// The source of a sync key, otherwise a name.
  public let client: ClientCode
  public let createdAt: Instant
  public let revokedAt: Instant?

  public init(
    id: Int, scope: KeyScope, client: ClientCode, createdAt: Instant, revokedAt: Instant?
  ) {
    self.id = id
    self.scope = scope
    self.client = client
    self.createdAt = createdAt
    self.revokedAt = revokedAt
  }
}

public enum KeyError: Error, Hashable, Sendable {
  /// Two live keys are enough to change from one to the other.
  case enoughKeys(client: ClientCode, live: [Int])
  case unknownKey(Int)
}

/// Keys of the API, known by the SHA-256 of their text.
public enum KeyStore {
  /// The old key and the new one, while clients change over.
  public static let liveKeysPerClient = 2

  /// Stores a key, inside the caller's transaction.
  ///
  /// - Throws: `KeyError.enoughKeys` when the client has two live ones in this scope and region.
  public static func create(
    _ digest: SHA256Digest, scope: KeyScope, client: ClientCode, in db: isolated Session
  ) throws -> Int {
    // Two creations at once would each see one key and leave three.
    try db.execute("LOCK TABLE api_key IN SHARE ROW EXCLUSIVE MODE")
    let live: [Int] = try db.rows(
      """
      SELECT key_id FROM api_key
      WHERE scope = \(scope.word) AND client = \(client)
        AND region IS NOT DISTINCT FROM \(scope.region) AND revoked_at IS NULL
      ORDER BY key_id
      """
    ).map { try $0[0] }
    guard live.count < liveKeysPerClient else {
      throw KeyError.enoughKeys(client: client, live: live)
    }
    return try db.rows(
      """
      INSERT INTO api_key (digest, scope, client, region)
      VALUES (\(digest.bytes), \(scope.word), \(client), \(scope.region))
      RETURNING key_id
      """)[0][0]
  }

  /// Takes a key away and returns what it was. One that is revoked already stays as it is.
  public static func revoke(_ id: Int, in db: isolated Session) throws -> KeyRecord {
    try db.execute(
      """
      UPDATE api_key SET revoked_at = clock_timestamp() WHERE key_id = \(id) AND revoked_at IS NULL
      """)
    let found = try db.rows(
      """
      SELECT key_id, scope, client::text, region::text, created_at, revoked_at FROM api_key
      WHERE key_id = \(id)
      """)
    guard let row = found.first else { throw KeyError.unknownKey(id) }
    return try record(row)
  }

  /// Every key, live ones first, then by number.
  public static func list(in db: isolated Session) throws -> [KeyRecord] {
    try db.rows(
      """
      SELECT key_id, scope, client::text, region::text, created_at, revoked_at FROM api_key
      ORDER BY revoked_at IS NOT NULL, key_id
      """
    ).map(record)
  }

  /// The live key with this digest, or nil. The digest is compared a second time, in constant time.
  public static func authenticate(
    _ digest: SHA256Digest, in db: isolated Session
  ) throws -> KeyRecord? {
    let found = try db.rows(
      """
      SELECT key_id, scope, client::text, region::text, created_at, revoked_at, digest
      FROM api_key WHERE digest = \(digest.bytes) AND revoked_at IS NULL
      """)
    guard let row = found.first else { return nil }
    let stored: [UInt8] = try row[6]
    guard digest.matches(stored) else { return nil }
    return try record(row)
  }

  private static func record(_ row: Row) throws -> KeyRecord {
    let word: String = try row[1]
    let client: ClientCode = try row[2]
    let region: RegionCode? = try row[3]
    let scope: KeyScope
    switch (word, region, SourceCode(client.text)) {
    case ("sync", _, let source?): scope = .sync(source)
    case ("read", let region?, _): scope = .read(region)
    case ("admin", _, _): scope = .admin
    default: throw StorageError.unknownWord(table: "api_key")
    }
    return KeyRecord(
      id: try row[0], scope: scope, client: client, createdAt: try row[4], revokedAt: try row[5])
  }
}
