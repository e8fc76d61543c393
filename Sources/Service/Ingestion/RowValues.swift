internal import Glibc
internal import Inventory

/// The longest name, unit or supplier.
enum FieldText {
  static let limitBytes = 1024

  static func isText(_ text: String) -> Bool {
    text.utf8.count <= limitBytes
      && text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
  }
}

/// Bounds of a number that is not a quantity.
enum NumberRange: Hashable, Sendable, CustomStringConvertible {
  /// Days of a lead time or review period.
  case days
  /// Units per pack: at least one.
  case pack
  /// A minimum order.
  case notNegative
  /// A multiple in which is ordered.
  case positive
  /// A service level, which safety stock is made for: above one half.
  case serviceLevel
  case cost

  func contains(_ value: Double) -> Bool {
    switch self {
    case .days: value >= 0 && value <= 3650
    case .pack: value >= 1 && value <= Quantity.limit
    case .notNegative, .cost: value >= 0 && value <= Quantity.limit
    case .positive: value > 0 && value <= Quantity.limit
    case .serviceLevel: value > 0.5 && value < 1
    }
  }

  var description: String {
    switch self {
    case .days: "from 0 to 3650 days"
    case .pack: "from 1 to 1000000000"
    case .notNegative, .cost: "from 0 to 1000000000"
    case .positive: "above 0 and at most 1000000000"
    case .serviceLevel: "above 0.5 and below 1"
    }
  }
}

/// The fields of one row as values, or the reason why they are none. Valid until the reader moves.
struct RowValues {
  private let fields: [UnsafeRawBufferPointer]
  private let columns: [Column]
  private let form: ValueForm

  init(_ rows: borrowing RowReader, _ columns: [Column]) {
    self.columns = columns
    form = rows.values
    var fields: [UnsafeRawBufferPointer] = []
    for position in columns.indices { fields.append(rows.field(position)) }
    self.fields = fields
  }

  /// What the row holds in a column; empty when it is missing.
  func bytes(_ column: Column?) -> UnsafeRawBufferPointer {
    guard let position = columns.firstIndex(where: { $0 == column }) else {
      return UnsafeRawBufferPointer(start: nil, count: 0)
    }
    return fields[position]
  }

  func code<Thing>(_ column: Column) throws(RejectionReason) -> Code<Thing>? {
    let field = bytes(column)
    guard !field.isEmpty else { return nil }
    guard field.count <= Code<Thing>.maximumBytes,
      let code = Code<Thing>(String(decoding: field, as: UTF8.self))
    else { throw .invalidCode(column) }
    return code
  }

  func requiredCode<Thing>(_ column: Column) throws(RejectionReason) -> Code<Thing> {
    guard let code: Code<Thing> = try code(column) else { throw .missingValue(column) }
    return code
  }

  func text(_ column: Column) throws(RejectionReason) -> String? {
    let field = bytes(column)
    guard !field.isEmpty else { return nil }
    let text = String(decoding: field, as: UTF8.self)
    guard FieldText.isText(text) else { throw .invalidText(column) }
    return text
  }

  func day(_ column: Column) throws(RejectionReason) -> Day? {
    let field = bytes(column)
    guard !field.isEmpty else { return nil }
    guard let day = form.day(field) else {
      throw form.days.map { .unlikePattern(column, $0, isTime: false) } ?? .invalidDay(column)
    }
    return day
  }

  /// A time, or the day at whose end something was.
  func asOf(_ column: Column) throws(RejectionReason) -> WrittenTime? {
    let field = bytes(column)
    guard !field.isEmpty else { return nil }
    guard let moment = form.asOf(field) else {
      throw form.days.map { .unlikePattern(column, $0, isTime: true) } ?? .invalidTime(column)
    }
    return moment
  }

  func requiredDay(_ column: Column) throws(RejectionReason) -> Day {
    guard let day = try day(column) else { throw .missingValue(column) }
    return day
  }

  func number(_ column: Column, _ range: NumberRange) throws(RejectionReason) -> Double? {
    let field = bytes(column)
    guard !field.isEmpty else { return nil }
    guard let number = form.numbers.read(field) else { throw notANumber(column) }
    guard range.contains(number) else { throw .outOfRange(column, range) }
    return number
  }

  /// Money keeps its digits: the text of a number without an exponent.
  func money(_ column: Column) throws(RejectionReason) -> String? {
    guard try number(column, .cost) != nil else { return nil }
    let field = bytes(column)
    guard field.count <= 32, !field.contains(where: { $0 | 32 == UInt8(ascii: "e") }),
      let text = form.numbers.plainText(field)
    else { throw .invalidNumber(column) }
    return text
  }

  private func notANumber(_ column: Column) -> RejectionReason {
    form.numbers == .plain ? .invalidNumber(column) : .unlikeNumberForm(column, form.numbers)
  }

  /// true, false, 1 or 0.
  func flag(_ column: Column) throws(RejectionReason) -> Bool? {
    let field = bytes(column)
    guard !field.isEmpty else { return nil }
    switch String(decoding: field, as: UTF8.self) {
    case "true", "1": return true
    case "false", "0": return false
    default: throw .invalidFlag(column)
    }
  }

  func quantity(
    _ column: Column, mayBeNegative: Bool
  ) throws(RejectionReason) -> Double? {
    let field = bytes(column)
    guard !field.isEmpty else { return nil }
    guard let value = form.numbers.read(field) else {
      throw .invalidQuantity(
        column, form.numbers == .plain ? .notANumber : .notWrittenAs(form.numbers))
    }
    guard mayBeNegative || value >= 0 else { throw .invalidQuantity(column, .negative) }
    guard Quantity.isStock(value) else { throw .invalidQuantity(column, .beyondLimit) }
    return value
  }

  func requiredQuantity(
    _ column: Column, mayBeNegative: Bool
  ) throws(RejectionReason) -> Double {
    guard let value = try quantity(column, mayBeNegative: mayBeNegative) else {
      throw .missingValue(column)
    }
    return value
  }

  func revision() throws(RejectionReason) -> Revision? {
    let field = bytes(.revision)
    guard !field.isEmpty else { return nil }
    guard let revision = Revision(String(decoding: field, as: UTF8.self)) else {
      throw .invalidRevision
    }
    return revision
  }
}

/// Reads revisions, remembering the last one: rows of a batch mostly share it.
struct RevisionReader {
  private var text: [UInt8] = []
  private var value: Revision?

  mutating func read(_ field: UnsafeRawBufferPointer) -> Revision? {
    if field.count == text.count, field.elementsEqual(text) { return value }
    text = Array(field)
    value = Revision(String(decoding: field, as: UTF8.self))
    return value
  }
}

extension Rejection {
  /// Sets the reader's row aside with what of it can be read.
  init(
    _ rows: borrowing RowReader, _ columns: [Column], _ reason: RejectionReason,
    _ found: UnsafeRawBufferPointer
  ) {
    self.init(line: rows.line, reason: reason, found: found, raw: Array(rows.raw))
    // Of a row whose form is wrong nobody knows which field is which.
    if case .malformed = reason { return }
    let values = RowValues(rows, columns)
    func readable<Value>(_ read: () throws(RejectionReason) -> Value?) -> Value? {
      do throws(RejectionReason) { return try read() } catch { return nil }
    }
    item = readable { () throws(RejectionReason) in try values.code(.item) }
    location = readable { () throws(RejectionReason) in try values.code(.location) }
    day = readable { () throws(RejectionReason) in try values.day(.day) }
    if columns.contains(.at) { movement = RejectedMovement(values) }
  }
}
