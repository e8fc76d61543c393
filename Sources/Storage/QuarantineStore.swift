public import Inventory
public import Postgres

/// A row set aside with its reason.
public struct QuarantinedRow: Hashable, Sendable {
  /// Where the row began in its file; 1 is the first line.
  public let line: Int
  /// `unknown_item`, `invalid_day`, ...
  public let code: String
  public let field: String?
  /// The value at fault, shortened.
  public let found: String?
  /// The row's bytes as they came.
  public let raw: [UInt8]
  // What the row is about, as far as it can be read: that fact is missing while the row waits.
  public let item: String?
  public let location: String?
  public let day: Day?

  public init(
    line: Int, code: String, field: String?, found: String?, raw: [UInt8], item: String? = nil,
    location: String? = nil, day: Day? = nil
  ) {
    self.line = line
    self.code = code
    self.field = field
    self.found = found
    self.raw = raw
    self.item = item
    self.location = location
    self.day = day
  }
}

/// Rows set aside. Nothing of them is lost.
public enum QuarantineStore {
  public static func add(
    _ rows: [QuarantinedRow], of batch: OpenBatch, in db: isolated Session
  ) throws {
    guard !rows.isEmpty else { return }
    try db.copyIn(
      """
      COPY quarantine (batch_id, line, code, field, found, raw, item, location, day)
      FROM STDIN (FORMAT binary)
      """
    ) { copy in
      for row in rows {
        try copy.row(columns: 9)
        copy.putInt32(batch.id)
        copy.putInt64(Int64(row.line))
        copy.putText(row.code)
        copy.put(row.field)
        copy.put(row.found)
        copy.put(row.raw)
        copy.put(row.item)
        copy.put(row.location)
        copy.put(row.day)
      }
    }
  }

  /// The first rows of a batch that were set aside, in the order of the file.
  public static func rows(
    ofBatch batch: Int, limit: Int, in db: isolated Session
  ) throws -> [QuarantinedRow] {
    try db.rows(
      """
      SELECT line, code, field, found, raw, item, location, day FROM quarantine
      WHERE batch_id = \(batch) ORDER BY line, quarantine_id LIMIT \(limit)
      """
    ).map { row in
      QuarantinedRow(
        line: try row[0], code: try row[1], field: try row[2], found: try row[3], raw: try row[4],
        item: try row[5], location: try row[6], day: try row[7])
    }
  }
}
