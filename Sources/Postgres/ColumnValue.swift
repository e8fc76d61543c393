/// A value that can be read out of a column, from PostgreSQL's binary form.
///
/// Integers are read from every integer type that fits; nothing else is converted. A type of
/// another module conforms by reading one that conforms already and converting it.
public protocol ColumnValue: Sendable {
  static func decode(_ field: Field) throws(PostgresError) -> Self

  /// What an array of this type is; only `UInt8` differs, whose array is a `bytea`.
  static func decodeArray(_ field: Field) throws(PostgresError) -> [Self]
}

extension ColumnValue {
  public static func decodeArray(_ field: Field) throws(PostgresError) -> [Self] {
    try field.elements(as: Self.self)
  }
}

extension Bool: ColumnValue {
  public static func decode(_ field: Field) throws(PostgresError) -> Bool {
    try field.integer(field.value(of: .bool, as: "Bool"), as: UInt8.self) != 0
  }
}

extension Int: ColumnValue {
  public static func decode(_ field: Field) throws(PostgresError) -> Int {
    try field.wideInteger(as: Int.self)
  }
}

extension Int16: ColumnValue {
  public static func decode(_ field: Field) throws(PostgresError) -> Int16 {
    try field.wideInteger(as: Int16.self)
  }
}

extension Int32: ColumnValue {
  public static func decode(_ field: Field) throws(PostgresError) -> Int32 {
    try field.wideInteger(as: Int32.self)
  }
}

extension Int64: ColumnValue {
  public static func decode(_ field: Field) throws(PostgresError) -> Int64 {
    try field.wideInteger(as: Int64.self)
  }
}

extension Float: ColumnValue {
  public static func decode(_ field: Field) throws(PostgresError) -> Float {
    let bytes = try field.value(of: .float4, as: "Float")
    return Float(bitPattern: try field.integer(bytes, as: UInt32.self))
  }
}

extension Double: ColumnValue {
  public static func decode(_ field: Field) throws(PostgresError) -> Double {
    let bytes = try field.value(of: .float8, .float4, as: "Double")
    guard field.type == .float8 else {
      return Double(Float(bitPattern: try field.integer(bytes, as: UInt32.self)))
    }
    return Double(bitPattern: try field.integer(bytes, as: UInt64.self))
  }
}

extension String: ColumnValue {
  public static func decode(_ field: Field) throws(PostgresError) -> String {
    let bytes = try field.value(
      of: .text, .varchar, .bpchar, .name, .json, .jsonb, .numeric, as: "String")
    switch field.type {
    case .numeric:
      guard let digits = numericText(bytes) else { throw field.malformed }
      return digits
    case .jsonb:
      // The first byte is the version of the binary form, which is the text since version 1.
      guard bytes.first == 1 else { throw field.malformed }
      return String(decoding: bytes.dropFirst(), as: UTF8.self)
    default:
      return String(decoding: bytes, as: UTF8.self)
    }
  }
}

/// A single byte is an integer in 0...255, an array of them a `bytea`.
extension UInt8: ColumnValue {
  public static func decode(_ field: Field) throws(PostgresError) -> UInt8 {
    try field.wideInteger(as: UInt8.self)
  }

  public static func decodeArray(_ field: Field) throws(PostgresError) -> [UInt8] {
    Array(try field.value(of: .bytea, as: "[UInt8]"))
  }
}

extension PostgresDate: ColumnValue {
  public static func decode(_ field: Field) throws(PostgresError) -> PostgresDate {
    let wire = try field.integer(field.value(of: .date, as: "date"), as: Int32.self)
    guard let date = PostgresDate(wire: wire) else { throw field.outOfRange }
    return date
  }
}

extension PostgresTimestamp: ColumnValue {
  public static func decode(_ field: Field) throws(PostgresError) -> PostgresTimestamp {
    let bytes = try field.value(of: .timestamptz, as: "timestamptz")
    let wire = try field.integer(bytes, as: Int64.self)
    guard let timestamp = PostgresTimestamp(wire: wire) else { throw field.outOfRange }
    return timestamp
  }
}

extension Optional: ColumnValue where Wrapped: ColumnValue {
  public static func decode(_ field: Field) throws(PostgresError) -> Wrapped? {
    field.isNull ? nil : try Wrapped.decode(field)
  }
}

extension Array: ColumnValue where Element: ColumnValue {
  public static func decode(_ field: Field) throws(PostgresError) -> [Element] {
    try Element.decodeArray(field)
  }
}
