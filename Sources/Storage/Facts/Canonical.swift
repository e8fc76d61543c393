internal import Inventory

/// What a field of a fact holds. Two values are the same when their canonical bytes are: texts are
/// compared byte by byte, so that which of two is kept never depends on which came first.
protocol FieldValue: Sendable {
  func isSame(as other: Self) -> Bool
  func put(into fields: inout CanonicalFields)
  /// The same for equal values, on every machine.
  var canonicalBytes: [UInt8] { get }
}

extension FieldValue {
  var canonicalBytes: [UInt8] {
    var fields = CanonicalFields()
    put(into: &fields)
    return fields.bytes
  }
}

extension FieldValue where Self: Equatable {
  func isSame(as other: Self) -> Bool { self == other }
}

/// Canonical bytes in the making: values in a fixed order, each told apart from its neighbours and
/// from a missing one.
struct CanonicalFields {
  private(set) var bytes: [UInt8] = []

  mutating func put(_ text: String?) {
    guard let text else { return putMissing() }
    bytes.append(1)
    bytes += text.utf8.count.bigEndianBytes
    bytes += text.utf8
  }

  mutating func put<Thing>(_ code: Code<Thing>?) { put(code?.text) }
  mutating func put(_ day: Day?) { put(day?.description) }

  mutating func put(_ number: Double?) {
    guard let number else { return putMissing() }
    bytes.append(1)
    bytes += number.bitPattern.bigEndianBytes
  }

  mutating func putMissing() { bytes.append(0) }
}

extension FixedWidthInteger {
  var bigEndianBytes: [UInt8] { withUnsafeBytes(of: bigEndian) { Array($0) } }
}

extension Double: FieldValue {
  func put(into fields: inout CanonicalFields) { fields.put(self) }
  var canonicalBytes: [UInt8] { bitPattern.bigEndianBytes }
}

extension Bool: FieldValue {
  func put(into fields: inout CanonicalFields) { fields.put(self ? 1 : 0) }
}

extension String: FieldValue {
  func isSame(as other: String) -> Bool { utf8.elementsEqual(other.utf8) }
  func put(into fields: inout CanonicalFields) { fields.put(self) }
}

extension Code: FieldValue {
  func put(into fields: inout CanonicalFields) { fields.put(self) }
}

extension Day: FieldValue {
  func put(into fields: inout CanonicalFields) { fields.put(self) }
}

extension Freshness: FieldValue {
  func put(into fields: inout CanonicalFields) { fields.put(description) }
}

extension Weekdays: FieldValue {
  func put(into fields: inout CanonicalFields) { fields.put(description) }
}

extension CalendarEvent.Kind: FieldValue {
  func put(into fields: inout CanonicalFields) { fields.put(rawValue) }
  var canonicalBytes: [UInt8] { Array(rawValue.utf8) }
}

extension StockSnapshot: FieldValue {
  func put(into fields: inout CanonicalFields) {
    fields.put(onHand)
    fields.put(onOrder)
    fields.put(reserved)
  }
}

extension Optional: FieldValue where Wrapped: FieldValue {
  func isSame(as other: Wrapped?) -> Bool {
    switch (self, other) {
    case (nil, nil): true
    case (let left?, let right?): left.isSame(as: right)
    default: false
    }
  }

  func put(into fields: inout CanonicalFields) {
    guard let self else { return fields.putMissing() }
    self.put(into: &fields)
  }
}

/// The text of a decimal number; "1.50" and "1.5" say the same.
struct DecimalText: FieldValue {
  let text: String

  func isSame(as other: DecimalText) -> Bool { digits == other.digits }
  func put(into fields: inout CanonicalFields) { fields.put(digits) }

  /// Without the zeros that say nothing: `-0.50` is `-0.5`, `07.` is `7`, `-0` is `0`.
  var digits: String {
    let isNegative = text.hasPrefix("-")
    let parts = text.drop { $0 == "-" }.split(
      separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let whole = (parts.first ?? "").drop { $0 == "0" }
    var fraction = parts.count > 1 ? parts[1] : ""
    while fraction.last == "0" { fraction.removeLast() }
    let number = (whole.isEmpty ? "0" : whole) + (fraction.isEmpty ? "" : "." + fraction)
    return isNegative && number != "0" ? "-" + number : String(number)
  }
}
