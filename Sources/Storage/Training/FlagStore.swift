public import Inventory
public import Planning
public import Postgres

/// A flag as it stands, of one run.
public struct StoredFlag: Hashable, Sendable {
  /// Ascending: the cursor of a listing.
  public let id: Int64
  public let run: Int
  public let raisedAt: Instant
  public let flag: Flag
}

/// Which flags are asked for.
public struct FlagQuery: Hashable, Sendable {
  /// Nil is the run in use.
  public var run: Int?
  /// Nil is every region, and what spans regions.
  public var region: RegionCode?
  public var severity: Severity?
  /// Flags behind this id only.
  public var after: Int64?
  public var limit: Int

  public init(
    run: Int? = nil, region: RegionCode? = nil, severity: Severity? = nil, after: Int64? = nil,
    limit: Int = 1000
  ) {
    self.run = run
    self.region = region
    self.severity = severity
    self.after = after
    self.limit = limit
  }
}

/// Flags of runs, in the order in which detection put them: critical first.
public enum FlagStore {
  /// Stores a run's flags, inside the caller's transaction.
  static func insert(
    _ flags: [Flag], run: Int32, nodes: [Node: Int32], in db: isolated Session
  ) throws {
    guard !flags.isEmpty else { return }
    try db.execute(
      """
      INSERT INTO flag (run_id, rule, severity, region, node_id, expected, found, message)
      SELECT \(run), rule, severity, region, node, expected, found, message
      FROM unnest(\(flags.map(\.rule.rawValue)), \(flags.map(\.severity.rawValue)),
        \(flags.map(\.region)), \(flags.map { $0.node.flatMap { nodes[$0] } }),
        \(flags.map(\.expected)), \(flags.map(\.found)), \(flags.map(\.message)))
        WITH ORDINALITY AS given (rule, severity, region, node, expected, found, message, place)
      ORDER BY place
      """)
  }

  /// Adds flags of no node to a run that is there already.
  public static func raise(_ flags: [Flag], run: Int, in db: isolated Session) throws {
    try insert(flags, run: Int32(run), nodes: [:], in: db)
  }

  public static func flags(_ query: FlagQuery, in db: isolated Session) throws -> [StoredFlag] {
    try db.rows(
      """
      SELECT f.flag_id, f.run_id, f.raised_at, f.rule, f.severity, f.region::text, f.expected,
        f.found, f.message, n.level, n.item::text, n.location::text, n.region::text,
        n.category::text
      FROM flag f LEFT JOIN node n USING (node_id)
      WHERE f.run_id = coalesce(\(query.run),
          (SELECT run_id FROM publication ORDER BY publication_id DESC LIMIT 1))
        AND (\(query.region)::text IS NULL OR f.region = \(query.region))
        AND (\(query.severity?.rawValue)::text IS NULL
          OR f.severity = \(query.severity?.rawValue))
        AND f.flag_id > \(query.after ?? 0)
      ORDER BY f.flag_id LIMIT \(query.limit)
      """
    ).map(stored)
  }

  /// How many flags a run has of each severity.
  public static func counts(
    ofRun run: Int, in db: isolated Session
  ) throws -> [Severity: Int] {
    let rows = try db.rows(
      "SELECT severity, count(*) FROM flag WHERE run_id = \(run) GROUP BY severity")
    return try rows.reduce(into: [:]) { counts, row in
      let severity: String = try row[0]
      if let severity = Severity(rawValue: severity) { counts[severity] = try row[1] }
    }
  }

  private static func stored(_ row: Row) throws -> StoredFlag {
    let rule: String = try row[3]
    let severity: String = try row[4]
    guard let rule = FlagRule(rawValue: rule), let severity = Severity(rawValue: severity) else {
      throw StorageError.unknownWord(table: "flag")
    }
    let level: String? = try row[9]
    let node = try level.flatMap(Level.init(rawValue:)).map { level in
      Node(
        level,
        of: Series(
          item: try row[10], location: try row[11], region: try row[12], category: try row[13]))
    }
    let flag = Flag(
      rule: rule, severity: severity, region: try row[5], node: node, expected: try row[6],
      found: try row[7], message: try row[8])
    return StoredFlag(id: try row[0], run: try row[1], raisedAt: try row[2], flag: flag)
  }
}
