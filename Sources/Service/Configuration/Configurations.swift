internal import Digests
internal import Planning
public import Postgres
public import Storage

/// The versioned document that runs are made by.
public enum Configurations {
  public struct Change: Hashable, Sendable {
    public let record: ConfigurationRecord
    /// False where it was in force already.
    public let isNew: Bool
  }

  /// The version in force; before any was set, that of the defaults, which are then a version too.
  public static func inForce(in session: Session) async throws -> ConfigurationRecord {
    try await session.run { db in
      if let record = try ConfigurationStore.newest(in: db) { return record }
      return try db.transaction { db in
        try ConfigurationStore.hold(in: db)
        return try ConfigurationStore.newest(in: db)
          ?? append(
            RunConfiguration(), by: RunStore.program, reason: "the defaults", in: db)
      }
    }
  }

  /// What a run was made by, with the reconciliation that it chose where it was to choose; the
  /// defaults where it is older than configurations.
  static func configuration(
    ofRun run: Int, in db: isolated Session
  ) throws -> RunConfiguration {
    let found = try RunStore.run(run, in: db)
    let record = try found?.configuration.flatMap { version in
      try ConfigurationStore.version(version, in: db)
    }
    let configuration = try record?.configuration() ?? RunConfiguration()
    return found.map { configuration.reconciled($0.reconciliation) } ?? configuration
  }

  /// Puts a document into force and returns its version. One that says what is in force already
  /// changes nothing.
  ///
  /// - Throws: a `Failure` that names the member that is wrong.
  public static func set(
    _ document: String, by person: String, reason: String, in session: Session
  ) async throws -> Change {
    let configuration = try ConfigurationDocument.read(document)
    let inForce = try await inForce(in: session)
    if inForce.document == ConfigurationDocument.text(configuration) {
      return Change(record: inForce, isNew: false)
    }
    let record = try await session.run { db in
      try db.transaction { db in
        try ConfigurationStore.hold(in: db)
        let record = try append(configuration, by: person, reason: reason, in: db)
        try AuditStore.append(
          actor: person, action: "configuration-set",
          subject: "version \(record.version): \(reason)",
          in: db)
        return record
      }
    }
    return Change(record: record, isNew: true)
  }

  /// Versions, the newest first.
  public static func history(
    limit: Int = 100, in session: Session
  ) async throws -> [ConfigurationRecord] {
    _ = try await inForce(in: session)
    return try await session.run { db in try ConfigurationStore.history(limit: limit, in: db) }
  }

  private static func append(
    _ configuration: RunConfiguration, by person: String, reason: String,
    in db: isolated Session
  ) throws -> ConfigurationRecord {
    let document = ConfigurationDocument.text(configuration)
    let sha = try SHA256()
    try sha.update(Array(document.utf8))
    return try ConfigurationStore.append(
      document, digest: sha.digest().bytes, by: person, reason: reason, in: db)
  }
}

extension ConfigurationRecord {
  /// What the document says.
  func configuration() throws -> RunConfiguration { try ConfigurationDocument.read(document) }
}

extension ConfigurationFault: Failure {
  var code: String { "bad-configuration" }
  var exitCode: ExitCode { .data }

  var sentence: String {
    switch self {
    case .notJSON: "the configuration is no JSON; nothing was changed"
    case .unknownMember(let name, let nearest):
      "the configuration may have no '\(name)'" + (nearest.map { "; did you mean '\($0)'?" } ?? "")
        + "; nothing was changed"
    case .invalid(let member, let found, let expected):
      "\(member) is \(found); it should be \(expected); nothing was changed"
    }
  }
}
