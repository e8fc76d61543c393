internal import Inventory
internal import Storage

/// Why a row is set aside. The raw values are part of the formats.
public enum RejectionCode: String, CaseIterable, Hashable, Sendable {
  case malformedRow = "malformed_row"
  case invalidEncoding = "invalid_encoding"
  case missingValue = "missing_value"
  case invalidCode = "invalid_code"
  case invalidText = "invalid_text"
  case invalidDay = "invalid_day"
  case invalidTime = "invalid_time"
  case futureDay = "future_day"
  case beforeRetention = "before_retention"
  case invalidQuantity = "invalid_quantity"
  case invalidNumber = "invalid_number"
  case invalidRevision = "invalid_revision"
  case invalidKind = "invalid_kind"
  case invalidFlag = "invalid_flag"
  case invalidDuration = "invalid_duration"
  case invalidTimeZone = "invalid_time_zone"
  case invalidWeekdays = "invalid_weekdays"
  case unknownItem = "unknown_item"
  case unknownLocation = "unknown_location"
  case unknownUnit = "unknown_unit"
  case conflictingDuplicate = "conflicting_duplicate"
  case suspectedUnitChange = "suspected_unit_change"
  case foreignLocation = "foreign_location"
}

/// A code with what a sentence needs to say it.
enum RejectionReason: Error, Hashable, Sendable {
  enum QuantityProblem: Hashable, Sendable {
    case notANumber, negative, beyondLimit
    /// A source's numbers are written otherwise.
    case notWrittenAs(NumberForm)
    /// Once it is counted in the item's unit.
    case beyondLimitInUnits
  }

  case malformed(MalformedRow)
  case missingValue(Column)
  case invalidCode(Column)
  case invalidText(Column)
  case invalidDay(Column)
  /// An item that ends before it is launched.
  case endsBeforeLaunch(launched: Day)
  case invalidTime(Column)
  case futureDay(Column, today: Day)
  case beforeRetention(Column, earliest: Day)
  case invalidQuantity(Column, QuantityProblem)
  case invalidNumber(Column)
  /// A day or time that is not written as its source's are.
  case unlikePattern(Column, DayPattern, isTime: Bool)
  /// A number that is not written as its source's are.
  case unlikeNumberForm(Column, NumberForm)
  case outOfRange(Column, NumberRange)
  case invalidRevision
  /// A source's revisions are integers or times, never both.
  case otherRevisionKind(expected: Revision.Kind)
  case invalidKind
  /// None of the kinds of a movement.
  case invalidMovementKind
  /// A quantity below zero, where the kind says which way units go.
  case negativeMovement(Movement.Kind)
  /// Neither true nor false.
  case invalidFlag(Column)
  case invalidDuration
  case invalidTimeZone
  case invalidWeekdays
  /// An opening of single items, though a location opens as a whole.
  case openForItems
  case unknownItem
  case unknownLocation
  case unknownUnit(UnitTable.Problem)
  /// Another row says something else of the same fact with the same revision.
  case conflictingDuplicate
  /// Other rows say something else of these fields with the same revision.
  case conflictingFields([Column])
  /// The quantities of many items jumped at once by about their pack size.
  case suspectedUnitChange
  /// A row that waited for a location which another source came to write meanwhile.
  case foreignLocation(owner: SourceCode)

  var code: RejectionCode {
    switch self {
    case .malformed(.encoding): .invalidEncoding
    case .malformed: .malformedRow
    case .missingValue: .missingValue
    case .invalidCode: .invalidCode
    case .invalidText: .invalidText
    case .invalidDay, .endsBeforeLaunch, .unlikePattern(_, _, isTime: false): .invalidDay
    case .invalidTime, .unlikePattern: .invalidTime
    case .futureDay: .futureDay
    case .beforeRetention: .beforeRetention
    case .invalidQuantity: .invalidQuantity
    case .invalidNumber, .outOfRange, .unlikeNumberForm: .invalidNumber
    case .invalidRevision, .otherRevisionKind: .invalidRevision
    case .invalidKind, .invalidMovementKind, .openForItems: .invalidKind
    case .negativeMovement: .invalidQuantity
    case .invalidFlag: .invalidFlag
    case .invalidDuration: .invalidDuration
    case .invalidTimeZone: .invalidTimeZone
    case .invalidWeekdays: .invalidWeekdays
    case .unknownItem: .unknownItem
    case .unknownLocation: .unknownLocation
    case .unknownUnit: .unknownUnit
    case .conflictingDuplicate, .conflictingFields: .conflictingDuplicate
    case .suspectedUnitChange: .suspectedUnitChange
    case .foreignLocation: .foreignLocation
    }
  }

  /// The column at fault; nil where it is the whole row.
  var field: Column? {
    switch self {
    case .malformed, .conflictingDuplicate: nil
    case .suspectedUnitChange: .quantity
    case .foreignLocation: .location
    case .missingValue(let column), .invalidCode(let column), .invalidText(let column),
      .invalidDay(let column), .invalidTime(let column), .futureDay(let column, _),
      .beforeRetention(let column, _), .invalidQuantity(let column, _), .invalidNumber(let column),
      .outOfRange(let column, _), .invalidFlag(let column), .unlikePattern(let column, _, _),
      .unlikeNumberForm(let column, _):
      column
    case .endsBeforeLaunch: .ended
    case .conflictingFields(let columns): columns.first
    case .invalidRevision, .otherRevisionKind: .revision
    case .invalidKind, .invalidMovementKind, .openForItems: .kind
    case .negativeMovement: .quantity
    case .invalidDuration: .freshness
    case .invalidTimeZone: .timeZone
    case .invalidWeekdays: .closedWeekdays
    case .unknownItem: .item
    case .unknownLocation: .location
    case .unknownUnit: .unit
    }
  }
}

/// A row set aside, whole, with what of it could be read.
struct Rejection: Hashable, Sendable {
  var line: Int
  let reason: RejectionReason
  /// The value at fault, shortened to what fits a sentence.
  let found: String
  /// The row as it stood in the file, without its line end; of a row longer than the limit the
  /// first megabyte.
  let raw: [UInt8]
  /// What `raw` is where it is not the row as it came.
  var substitute: Substitute?
  /// Which fact is missing until the row is mended, as far as that can be read.
  var item: ItemCode?
  var location: LocationCode?
  var day: Day?
  /// Of a movement, what tells its day once its location's time zone is known.
  var movement: RejectedMovement?

  var code: RejectionCode { reason.code }
  var field: Column? { reason.field }

  init(
    line: Int, reason: RejectionReason, found: some Collection<UInt8>, raw: [UInt8],
    substitute: Substitute? = nil, item: ItemCode? = nil, location: LocationCode? = nil,
    day: Day? = nil
  ) {
    self.line = line
    self.reason = reason
    self.found = shortened(found)
    self.raw = raw
    self.substitute = substitute
    self.item = item
    self.location = location
    self.day = day
  }
}

extension String {
  /// The text, fit for a sentence.
  var shownShort: String { shortened(utf8) }
}

/// At most 60 characters that a terminal, a mail and a page show alike.
private func shortened(_ bytes: some Collection<UInt8>) -> String {
  let text = String(decoding: bytes.prefix(240), as: UTF8.self)
  let shown = text.unicodeScalars.prefix(60).map { scalar in
    scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) ? "\u{FFFD}" : String(scalar)
  }
  return shown.joined() + (shown.joined().utf8.count < bytes.count ? "…" : "")
}
