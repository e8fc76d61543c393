public import Inventory

/// One push as a warehouse system would make it.
public struct SyncBatch: Sendable {
  public let kind: SyncKind
  public let source: SourceCode
  /// The idempotency key.
  public let key: String
  public let format: RowFormat
  /// How the source names the columns.
  public let mapping: ColumnMapping
  public let generatedAt: Instant?
  public let completeThrough: Day?
  public let bytes: [UInt8]
}
