public import Inventory
public import Postgres
public import Storage

/// Making and taking away keys, each with its line in the audit.
public enum Keys {
  public struct Created: Sendable {
    public let id: Int
    /// Not kept anywhere: whoever made it must write it down.
    public let text: KeyText
  }

  /// For whom a key is wanted. Without a name, a region's readers or the administrators share one.
  public enum Request: Hashable, Sendable {
    case sync(SourceCode)
    case read(RegionCode, name: ClientCode?)
    case admin(name: ClientCode?)
  }

  /// - Parameter actor: who asked for it, for the audit.
  public static func create(
    _ request: Request, actor: String, in session: Session
  ) async throws -> Created {
    let scope = request.scope
    let text = try KeyText.make(for: scope)
    let digest = try text.digest()
    guard let client = request.client else { throw StorageError.unknownWord(table: "api_key") }
    let id = try await session.run { db in
      try db.transaction { db in
        let id = try KeyStore.create(digest, scope: scope, client: client, in: db)
        try AuditStore.append(
          actor: actor, action: "key-created", subject: scope.subject(id, client), in: db)
        return id
      }
    }
    return Created(id: id, text: text)
  }

  /// Takes a key away; holds everywhere within the time that a `KeyRing` remembers.
  @discardableResult
  public static func revoke(
    _ id: Int, actor: String, in session: Session
  ) async throws -> KeyRecord {
    try await session.run { db in
      try db.transaction { db in
        let key = try KeyStore.revoke(id, in: db)
        try AuditStore.append(
          actor: actor, action: "key-revoked", subject: key.scope.subject(id, key.client), in: db)
        return key
      }
    }
  }

  public static func list(in session: Session) async throws -> [KeyRecord] {
    try await session.run { db in try KeyStore.list(in: db) }
  }
}

extension Keys.Request {
  fileprivate var scope: KeyScope {
    switch self {
    case .sync(let source): .sync(source)
    case .read(let region, _): .read(region)
    case .admin: .admin
    }
  }

  /// A code of one kind is one of any kind.
  fileprivate var client: ClientCode? {
    switch self {
    case .sync(let source): ClientCode(source.text)
    case .read(let region, let name): name ?? ClientCode(region.text)
    case .admin(let name): name ?? ClientCode("admin")
    }
  }
}

extension KeyScope {
  fileprivate func subject(_ id: Int, _ client: ClientCode) -> String {
    "key \(id): \(word) of \(client)" + (region.map { ", region \($0)" } ?? "")
  }
}

extension KeyError: Failure {
  public var code: String {
    switch self {
    case .enoughKeys: "enough-keys"
    case .unknownKey: "unknown-key"
    }
  }

  public var exitCode: ExitCode { .data }

  public var sentence: String {
    switch self {
    case .enoughKeys(let client, let live):
      "'\(client)' has \(live.count) live keys, \(live.map(String.init).listed), which is enough to"
        + " change from one to the other; revoke one first"
    case .unknownKey(let id):
      "there is no key \(id); 'quartermaster keys list' shows those there are"
    }
  }
}
