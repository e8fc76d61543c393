public import Inventory
public import Postgres

/// A row set aside with its reason.
public struct QuarantinedRow: Hashable, Sendable {
  /// Where the row began in its file; 1 is the first line.
  public let line: Int
  /// `unknown_item`, `invalid_day`, ...
  public let code: String
  public let field: String?
  /// What is wrong, in a sentence.
  public let message: String
  /// The row's bytes as they came.
  public let raw: [UInt8]
  /// What `raw` is where it is not the row as it came.
  public var substitute: Substitute?
  // What the row is about, as far as it can be read: that fact is missing while the row waits.
  public let item: ItemCode?
  public let location: LocationCode?
  public let day: Day?

  public init(
    line: Int, code: String, field: String?, message: String, raw: [UInt8],
    substitute: Substitute? = nil, item: ItemCode? = nil, location: LocationCode? = nil,
    day: Day? = nil
  ) {
    self.line = line
    self.code = code
    self.field = field
    self.message = message
    self.raw = raw
    self.substitute = substitute
    self.item = item
    self.location = location
    self.day = day
  }
}

/// What stands for the bytes of a fact that an earlier batch brought and that had to give way: by
/// then they are gone.
public enum Substitute: Hashable, Sendable {
  /// A CSV row in the formats' own columns, under this header.
  case row(header: String)
  /// Words for a person.
  case description
}

/// Rows set aside. Nothing of them is lost.
public enum QuarantineStore {
  public static func add(
    _ rows: [QuarantinedRow], of batch: OpenBatch, in db: isolated Session
  ) throws {
    guard !rows.isEmpty else { return }
    try db.copyIn(
      """
      COPY quarantine (batch_id, line, code, field, message, raw, item, location, day, own_header,
        is_description)
      FROM STDIN (FORMAT binary)
      """
    ) { copy in
      for row in rows {
        try copy.row(columns: 11)
        copy.putInt32(batch.id)
        copy.putInt64(Int64(row.line))
        copy.putText(row.code)
        copy.put(row.field)
        copy.putText(row.message)
        copy.put(row.raw)
        copy.put(row.item)
        copy.put(row.location)
        copy.put(row.day)
        copy.put(row.substitute?.header)
        copy.put(row.substitute == .description)
      }
    }
  }

  /// Rows that wait.
  public static func count(in db: isolated Session) throws -> Int {
    try db.rows("SELECT count(*) FROM quarantine WHERE settled_at IS NULL")[0][0]
  }

  /// The first rows of a batch that were set aside, in the order of the file, whatever became of
  /// them.
  public static func rows(
    ofBatch batch: Int, limit: Int, in db: isolated Session
  ) throws -> [QuarantinedRow] {
    try db.rows(
      """
      SELECT line, code, field, message, raw, item::text, location::text, day FROM quarantine
      WHERE batch_id = \(batch) ORDER BY line, quarantine_id LIMIT \(limit)
      """
    ).map { row in
      QuarantinedRow(
        line: try row[0], code: try row[1], field: try row[2], message: try row[3], raw: try row[4],
        item: try row[5], location: try row[6], day: try row[7])
    }
  }
}

extension Substitute {
  fileprivate var header: String? {
    if case .row(let header) = self { header } else { nil }
  }
}
