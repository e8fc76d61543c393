public import Inventory
public import Postgres
public import Storage

/// How each source writes its rows: said once, kept in versions, each with its line in the audit.
public enum Mappings {
  /// What became of a mapping that was said.
  public struct Outcome: Sendable {
    public let record: MappingRecord
    /// Whether it is another than the one before.
    public let isNew: Bool

    /// What the command line prints of it.
    public var report: String {
      isNew
        ? record.description
        : "\(record.kind) of '\(record.source)' is so already:\n\(record.description)"
    }
  }

  /// Puts a mapping in force for what a source pushes from now on.
  public static func set(
    _ mapping: ColumnMapping, source: SourceCode, kind: SyncKind, actor: String,
    in session: Session
  ) async throws -> Outcome {
    let text = mapping.text
    return try await session.run { db in
      try db.transaction { db in
        let stored = try MappingStore.store(
          text, source: source, kind: kind.rawValue, by: actor, in: db)
        if stored.isNew {
          try AuditStore.append(
            actor: actor, action: mapping.isPlain ? "mapping-ended" : "mapping-set",
            subject: "\(kind.rawValue) of \(source), version \(stored.version)", in: db)
        }
        guard
          let record = try MappingStore.newest(source: source, kind: kind.rawValue, in: db)
        else { throw StorageError.unknownWord(table: "mapping") }
        return Outcome(record: record, isNew: stored.isNew)
      }
    }
  }

  /// Ends a mapping: a version that maps nothing.
  ///
  /// - Throws: `UnknownMapping` when nothing is mapped.
  public static func end(
    source: SourceCode, kind: SyncKind, actor: String, in session: Session
  ) async throws -> Outcome {
    guard
      let newest = try await inForce(source: source, kind: kind, in: session),
      newest.text != MappingText()
    else { throw UnknownMapping(source: source, kind: kind) }
    return try await set(ColumnMapping(), source: source, kind: kind, actor: actor, in: session)
  }

  /// The mapping in force; nil when there never was one.
  public static func inForce(
    source: SourceCode, kind: SyncKind, in session: Session
  ) async throws -> MappingRecord? {
    try await session.run { db in
      try MappingStore.newest(source: source, kind: kind.rawValue, in: db)
    }
  }

  /// What the command line prints of all sources.
  public static func listing(in session: Session) async throws -> String {
    let (sources, mappings) = try await session.run { db in
      (try MappingStore.sources(in: db), try MappingStore.inForce(source: nil, in: db))
    }
    return sources.text(mappings)
  }

  /// What the command line prints of a source's mappings, or of one with all its versions.
  ///
  /// - Throws: `UnknownSource`, `UnknownMapping`.
  public static func description(
    of source: SourceCode, kind: SyncKind?, in session: Session
  ) async throws -> String {
    let (known, records) = try await session.run { db in
      let known = try MappingStore.sources(in: db).map(\.code)
      guard let kind else {
        return (known, try MappingStore.inForce(source: source, in: db))
      }
      return (
        known,
        try MappingStore.versions(source: source, kind: kind.rawValue, limit: 1_000, in: db)
      )
    }
    guard known.contains(source) else { throw UnknownSource(source: source, known: known) }
    if let kind, records.isEmpty { throw UnknownMapping(source: source, kind: kind) }
    guard !records.isEmpty else { return "nothing of '\(source)' is mapped\n" }
    return records.map(\.description).joined(separator: "\n")
  }
}

/// A source that nobody has heard of.
struct UnknownSource: Failure {
  let source: SourceCode
  let known: [SourceCode]

  var code: String { "unknown-source" }
  var exitCode: ExitCode { .data }
  var sentence: String {
    known.isEmpty
      ? "there is no source yet: the first push makes one"
      : "there is no source '\(source)'; known are \(known.map(\.text).listed)"
  }
}

/// Rows that are read as the formats have them.
struct UnknownMapping: Failure {
  let source: SourceCode
  let kind: SyncKind

  var code: String { "unknown-mapping" }
  var exitCode: ExitCode { .data }
  var sentence: String { "\(kind.rawValue) of '\(source)' is not mapped" }
}
