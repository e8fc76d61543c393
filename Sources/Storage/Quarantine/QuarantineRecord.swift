public import Inventory

/// How the rows of a batch were read, so that one of them can be read again on its own.
public struct RowReading: Hashable, Sendable {
  /// `csv` or `ndjson`.
  public let format: String
  /// The bytes of the line that names the columns; nil for NDJSON.
  public let header: [UInt8]?
  /// `ours=theirs`, column by column.
  public let mappedColumns: [String]
  public let ignoredColumns: [String]
  /// The version of its source's mapping; nil for a batch that brought its own, or had none.
  public let mappingVersion: Int?

  public init(
    format: String, header: [UInt8]?, mappedColumns: [String], ignoredColumns: [String],
    mappingVersion: Int? = nil
  ) {
    self.format = format
    self.header = header
    self.mappedColumns = mappedColumns
    self.ignoredColumns = ignoredColumns
    self.mappingVersion = mappingVersion
  }
}

/// How a row left quarantine.
public enum Settlement: String, CaseIterable, Hashable, Sendable {
  /// It was read again as it stands, and is accounted for.
  case replayed
  /// A corrected row took its place.
  case fixed
  /// A person said that it is no fact.
  case discarded
}

/// A row that was set aside, with what is known of it and what became of it.
public struct QuarantineRecord: Hashable, Sendable {
  /// What became of the row.
  public struct End: Hashable, Sendable {
    public let settlement: Settlement
    public let at: Instant
    /// The batch by which it was settled.
    public let batch: Int
    /// A key, a command line, or `arrival` for what was replayed by itself.
    public let by: String
    public let because: String?
    public let correction: [UInt8]?
  }

  /// Ascending: the cursor of a listing.
  public let id: Int64
  public let row: QuarantinedRow
  public let batch: Int
  public let source: SourceCode
  /// `demand`, `items`, ...
  public let kind: String
  /// The batch's idempotency key.
  public let key: String
  public let receivedAt: Instant
  /// Nil for batches that were received before rows could be replayed.
  public let reading: RowReading?
  /// Why all rows of the batch wait.
  public let heldBecause: String?
  /// How often the row was replayed and set aside again.
  public let attempts: Int
  /// Nil while the row waits.
  public let end: End?
}

/// Which rows are meant; what is nil does not narrow.
public struct QuarantineQuery: Hashable, Sendable {
  public var ids: [Int64]?
  public var source: SourceCode?
  public var code: String?
  public var item: ItemCode?
  public var location: LocationCode?
  public var batch: Int?
  /// Rows that were settled, too.
  public var includesSettled = false
  /// Rows behind this id only.
  public var after: Int64 = 0
  public var limit: Int

  public init(limit: Int) { self.limit = limit }

  /// Just these rows.
  public static func ids(_ ids: [Int64]) -> QuarantineQuery {
    var query = QuarantineQuery(limit: ids.count)
    query.ids = ids
    return query
  }
}
