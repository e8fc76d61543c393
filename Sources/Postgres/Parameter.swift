/// A value that can stand in a statement: it travels beside the text, in PostgreSQL's binary form.
///
/// A type of another module conforms by encoding itself as one that conforms already:
/// `PostgresDate(daysSince1970: ordinal).encode(into: &value)`.
public protocol Parameter: Sendable {
  static var postgresType: PostgresType { get }
  /// Puts the value's binary form, or `putNull`.
  func encode(into value: inout ParameterValue)

  /// What an array of this type is; only `UInt8` differs, whose array is a `bytea`.
  static var postgresArrayType: PostgresType { get }
  static func encode(array: [Self], into value: inout ParameterValue)
}

/// The bytes of one parameter as it is encoded.
public struct ParameterValue: Sendable {
  var bytes: [UInt8] = []
  var isNull = false
  /// Text form instead of binary, for the types whose binary form is PostgreSQL's own affair.
  var isText = false

  public mutating func putNull() { isNull = true }

  mutating func put(_ integer: some FixedWidthInteger) {
    withUnsafeBytes(of: integer.bigEndian) { bytes.append(contentsOf: $0) }
  }
}

extension Parameter {
  public static var postgresArrayType: PostgresType { postgresType.array }

  /// One dimension, counted from 1: flags, element type, length, first index, then each element
  /// behind its length, -1 for NULL (`array_recv` in arrayfuncs.c).
  public static func encode(array: [Self], into value: inout ParameterValue) {
    let header = value.bytes.count
    value.put(Int32(array.isEmpty ? 0 : 1))
    value.put(Int32(0))
    value.put(postgresType.oid)
    guard !array.isEmpty else { return }
    value.put(Int32(array.count))
    value.put(Int32(1))
    var holdsNull = false
    for element in array {
      let start = value.bytes.count
      value.put(Int32(-1))
      element.encode(into: &value)
      if value.isNull {
        value.isNull = false
        holdsNull = true
      } else {
        value.patch(Int32(value.bytes.count - start - 4), at: start)
      }
    }
    if holdsNull { value.patch(Int32(1), at: header + 4) }
  }
}

extension ParameterValue {
  fileprivate mutating func patch(_ integer: Int32, at offset: Int) {
    withUnsafeBytes(of: integer.bigEndian) { bytes.replaceSubrange(offset..<offset + 4, with: $0) }
  }
}

extension Bool: Parameter {
  public static var postgresType: PostgresType { .bool }
  public func encode(into value: inout ParameterValue) { value.put(UInt8(self ? 1 : 0)) }
}

extension Int16: Parameter {
  public static var postgresType: PostgresType { .int2 }
  public func encode(into value: inout ParameterValue) { value.put(self) }
}

extension Int32: Parameter {
  public static var postgresType: PostgresType { .int4 }
  public func encode(into value: inout ParameterValue) { value.put(self) }
}

extension Int64: Parameter {
  public static var postgresType: PostgresType { .int8 }
  public func encode(into value: inout ParameterValue) { value.put(self) }
}

extension Int: Parameter {
  public static var postgresType: PostgresType { .int8 }
  public func encode(into value: inout ParameterValue) { value.put(Int64(self)) }
}

extension Float: Parameter {
  public static var postgresType: PostgresType { .float4 }
  public func encode(into value: inout ParameterValue) { value.put(bitPattern) }
}

extension Double: Parameter {
  public static var postgresType: PostgresType { .float8 }
  public func encode(into value: inout ParameterValue) { value.put(bitPattern) }
}

extension String: Parameter {
  public static var postgresType: PostgresType { .text }
  public func encode(into value: inout ParameterValue) { value.bytes.append(contentsOf: utf8) }
}

/// A single byte is an `int2`, an array of them a `bytea`.
extension UInt8: Parameter {
  public static var postgresType: PostgresType { .int2 }
  public func encode(into value: inout ParameterValue) { value.put(Int16(self)) }

  public static var postgresArrayType: PostgresType { .bytea }
  public static func encode(array: [UInt8], into value: inout ParameterValue) {
    value.bytes.append(contentsOf: array)
  }
}

extension PostgresDate: Parameter {
  public static var postgresType: PostgresType { .date }
  public func encode(into value: inout ParameterValue) { value.put(wire) }
}

extension PostgresTimestamp: Parameter {
  public static var postgresType: PostgresType { .timestamptz }
  public func encode(into value: inout ParameterValue) { value.put(wire) }
}

extension Optional: Parameter where Wrapped: Parameter {
  public static var postgresType: PostgresType { Wrapped.postgresType }
  public func encode(into value: inout ParameterValue) {
    switch self {
    case .none: value.putNull()
    case .some(let wrapped): wrapped.encode(into: &value)
    }
  }
}

extension Array: Parameter where Element: Parameter {
  public static var postgresType: PostgresType { Element.postgresArrayType }
  public func encode(into value: inout ParameterValue) {
    Element.encode(array: self, into: &value)
  }
}
