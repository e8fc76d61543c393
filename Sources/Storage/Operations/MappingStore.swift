public import Inventory
public import Postgres

/// How a source writes its rows, as words; what they mean is the reader's affair.
public struct MappingText: Hashable, Sendable {
  /// Theirs by ours.
  public var columns: [String: String] = [:]
  public var ignored: [String] = []
  /// The file's columns in order, where its first line does not name them.
  public var header: [String]?
  public var delimiter = ","
  public var encoding = "utf-8"
  public var decimal = "."
  public var thousands: String?
  public var dateFormat: String?
  /// `pack` or a number by unit.
  public var units: [String: String] = [:]

  public init() {}
}

/// A mapping as it is kept.
public struct MappingRecord: Hashable, Sendable {
  public let source: SourceCode
  /// `demand`, `items`, ...
  public let kind: String
  public let version: Int
  public let text: MappingText
  public let madeAt: Instant
  public let madeBy: String
}

/// A source, with what is known of it.
public struct SourceRecord: Hashable, Sendable {
  public let code: SourceCode
  public let batches: Int
  public let lastReceivedAt: Instant?
  /// How many locations' demand it writes.
  public let locations: Int
}

/// How sources write their rows. Every method runs inside the caller's transaction.
public enum MappingStore {
  /// Stores a mapping as the newest of its source and kind, and returns its version; the version in
  /// force when that says the same. A source that has pushed nothing yet is made.
  public static func store(
    _ text: MappingText, source: SourceCode, kind: String, by actor: String,
    in db: isolated Session
  ) throws -> (version: Int, isNew: Bool) {
    try db.execute("INSERT INTO source (code) VALUES (\(source)) ON CONFLICT (code) DO NOTHING")
    let id: Int32 = try db.rows(
      "SELECT source_id FROM source WHERE code = \(source) FOR UPDATE")[0][0]
    let newest = try newest(source: source, kind: kind, in: db)
    if let newest, newest.text == text { return (newest.version, false) }
    let version = (newest?.version ?? 0) + 1
    let columns = text.columns.sorted { $0.key < $1.key }
    let units = text.units.sorted { $0.key < $1.key }
    try db.execute(
      """
      INSERT INTO mapping (source_id, kind, version, ours, theirs, ignored, header, delimiter,
        encoding, decimal_sign, thousands_sign, date_format, units, factors, made_by)
      VALUES (\(id), \(kind), \(version), \(columns.map(\.key)), \(columns.map(\.value)),
        \(text.ignored), \(text.header), \(text.delimiter), \(text.encoding), \(text.decimal),
        \(text.thousands), \(text.dateFormat), \(units.map(\.key)), \(units.map(\.value)),
        \(actor))
      """)
    return (version, true)
  }

  /// The mapping in force; nil when there never was one.
  public static func newest(
    source: SourceCode, kind: String, in db: isolated Session
  ) throws -> MappingRecord? {
    try versions(source: source, kind: kind, limit: 1, in: db).first
  }

  /// Versions of a mapping, the newest first.
  public static func versions(
    source: SourceCode, kind: String, limit: Int, in db: isolated Session
  ) throws -> [MappingRecord] {
    try db.rows(
      """
      SELECT s.code::text, m.kind, m.version, m.ours, m.theirs, m.ignored, m.header, m.delimiter,
        m.encoding, m.decimal_sign, m.thousands_sign, m.date_format, m.units, m.factors,
        m.made_at, m.made_by
      FROM mapping m JOIN source s USING (source_id)
      WHERE s.code = \(source) AND m.kind = \(kind)
      ORDER BY m.version DESC LIMIT \(limit)
      """
    ).map(record)
  }

  /// One version of a mapping.
  public static func version(
    _ version: Int, source: SourceCode, kind: String, in db: isolated Session
  ) throws -> MappingRecord? {
    try versions(source: source, kind: kind, limit: .max, in: db).first { $0.version == version }
  }

  /// The newest mapping of each kind of a source, or of all, by source and kind.
  public static func inForce(
    source: SourceCode?, in db: isolated Session
  ) throws -> [MappingRecord] {
    try db.rows(
      """
      SELECT DISTINCT ON (s.code, m.kind) s.code::text, m.kind, m.version, m.ours, m.theirs,
        m.ignored, m.header, m.delimiter, m.encoding, m.decimal_sign, m.thousands_sign,
        m.date_format, m.units, m.factors, m.made_at, m.made_by
      FROM mapping m JOIN source s USING (source_id)
      WHERE \(source?.text)::text IS NULL OR s.code = \(source?.text)
      ORDER BY s.code, m.kind, m.version DESC
      """
    ).map(record)
  }

  /// The mapping that a push is read with: the newest one, but for a push that is repeated the one
  /// of the first time, so that a retry after a change of the mapping is still the same push.
  public static func mapping(
    forPushOf kind: String, source: SourceCode, key: String?, in db: isolated Session
  ) throws -> MappingRecord? {
    try db.rows(
      """
      SELECT s.code::text, m.kind, m.version, m.ours, m.theirs, m.ignored, m.header, m.delimiter,
        m.encoding, m.decimal_sign, m.thousands_sign, m.date_format, m.units, m.factors,
        m.made_at, m.made_by
      FROM source s
      JOIN mapping m USING (source_id)
      LEFT JOIN batch b
        ON b.source_id = s.source_id AND b.key = \(key) AND b.key_released_at IS NULL
      WHERE s.code = \(source) AND m.kind = \(kind)
        AND (b.batch_id IS NULL OR m.version = b.mapping_version)
      ORDER BY m.version DESC LIMIT 1
      """
    ).first.map(record)
  }

  /// Every source by code.
  public static func sources(in db: isolated Session) throws -> [SourceRecord] {
    try db.rows(
      """
      SELECT s.code::text, count(b.batch_id), max(b.received_at),
        (SELECT count(*) FROM location l WHERE l.demand_source_id = s.source_id)
      FROM source s LEFT JOIN batch b USING (source_id)
      GROUP BY s.source_id, s.code ORDER BY s.code
      """
    ).map { row in
      try SourceRecord(
        code: row[0], batches: row[1], lastReceivedAt: row[2], locations: row[3])
    }
  }

  private static func record(_ row: Row) throws -> MappingRecord {
    var text = MappingText()
    text.columns = Dictionary(
      zip(try row[3] as [String], try row[4] as [String]), uniquingKeysWith: { first, _ in first })
    text.ignored = try row[5]
    text.header = try row[6]
    text.delimiter = try row[7]
    text.encoding = try row[8]
    text.decimal = try row[9]
    text.thousands = try row[10]
    text.dateFormat = try row[11]
    text.units = Dictionary(
      zip(try row[12] as [String], try row[13] as [String]),
      uniquingKeysWith: { first, _ in first })
    return MappingRecord(
      source: try row[0], kind: try row[1], version: try row[2], text: text, madeAt: try row[14],
      madeBy: try row[15])
  }
}
