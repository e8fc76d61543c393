public import Inventory

/// Why a row that is valid by itself cannot stand: what only the database knows.
public enum RefusalReason: Hashable, Sendable {
  case unknownItem
  case unknownLocation
  /// The column says a moment that has not come yet at the location.
  case futureDay(column: String, today: Day)
  /// The column says a day before the first one that is kept.
  case beforeRetention(column: String, earliest: Day)
  case unknownUnit(UnitTable.Problem)
  /// In the item's own unit the quantity is beyond the limit.
  case beyondLimit(column: String)
  /// Another fact of the same revision says something else, and stands.
  case conflictingDuplicate
  /// Other rows of the same revision say something else of these fields, and stand.
  case conflictingFields([String])

  /// Whether a fact is missing because of it: of a conflict the other fact stands.
  public var leavesGap: Bool {
    switch self {
    case .conflictingDuplicate, .conflictingFields: false
    default: true
    }
  }
}

/// A row that the database refuses, for the caller to word and set aside.
public struct RefusedRow: Hashable, Sendable {
  public let line: Int
  public let reason: RefusalReason
  /// The value at fault.
  public let found: String
  /// The row's bytes as they came.
  public let raw: [UInt8]
  /// What `raw` is where it is not the row as it came.
  public let substitute: Substitute?
  public let item: ItemCode?
  public let location: LocationCode?
  public let day: Day?

  init(
    line: Int, reason: RefusalReason, found: String, raw: [UInt8],
    substitute: Substitute? = nil, item: ItemCode? = nil, location: LocationCode? = nil,
    day: Day? = nil
  ) {
    self.line = line
    self.reason = reason
    self.found = found
    self.raw = raw
    self.substitute = substitute
    self.item = item
    self.location = location
    self.day = day
  }
}

/// What became of rows: how many of each kind, and those refused.
public struct RowOutcome: Sendable {
  public let counts: RowCounts
  public let refused: [RefusedRow]
}
