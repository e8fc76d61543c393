import CPostgres

/// The binary form of one column in one row.
public struct Field {
  public let type: PostgresType
  /// Nil for NULL; valid as long as `answer` lives.
  let bytes: UnsafeRawBufferPointer?
  private let answer: Answer
  private let position: Int32

  init(type: PostgresType, bytes: UnsafeRawBufferPointer?, answer: Answer, position: Int32) {
    self.type = type
    self.bytes = bytes
    self.answer = answer
    self.position = position
  }

  public var isNull: Bool { bytes == nil }

  /// The column's name in the answer.
  public var column: String { String(cString: PQfname(answer.pointer, position)) }

  public var outOfRange: PostgresError { .columnOutOfRange(column: column) }
  public var malformed: PostgresError { .columnMalformed(column: column) }

  public func mismatch(expected: String) -> PostgresError {
    .columnType(column: column, expected: expected, found: type)
  }

  /// The bytes, when there is a value and its type is one of those.
  func value(
    of types: PostgresType..., as expected: String
  ) throws(PostgresError) -> UnsafeRawBufferPointer {
    guard types.contains(type) else { throw mismatch(expected: expected) }
    guard let bytes else { throw .unexpectedNull(column: column) }
    return bytes
  }

  /// A big-endian integer that is the whole value.
  func integer<T: FixedWidthInteger>(
    _ bytes: UnsafeRawBufferPointer, as width: T.Type
  ) throws(PostgresError) -> T {
    guard bytes.count == MemoryLayout<T>.size else { throw malformed }
    return T(bigEndian: bytes.loadUnaligned(as: T.self))
  }

  /// An `int2`, `int4` or `int8` as whichever integer holds it.
  func wideInteger<T: FixedWidthInteger>(as target: T.Type) throws(PostgresError) -> T {
    let bytes = try value(of: .int8, .int4, .int2, as: "\(T.self)")
    let wide =
      switch type {
      case .int8: try integer(bytes, as: Int64.self)
      case .int4: Int64(try integer(bytes, as: Int32.self))
      default: Int64(try integer(bytes, as: Int16.self))
      }
    guard let narrow = T(exactly: wide) else { throw outOfRange }
    return narrow
  }

  /// The elements of a one-dimensional array, each as a field of this column.
  func elements<Element: ColumnValue>(
    as element: Element.Type
  ) throws(PostgresError) -> [Element] {
    guard let bytes else { throw .unexpectedNull(column: column) }
    var cursor = ByteCursor(bytes)
    guard let dimensions = cursor.take(Int32.self), cursor.take(Int32.self) != nil,
      let elementOID = cursor.take(UInt32.self)
    else { throw malformed }
    let elementType = PostgresType(oid: elementOID)
    guard type == elementType.array else { throw mismatch(expected: "[\(Element.self)]") }
    if dimensions == 0 { return [] }
    guard dimensions == 1, let count = cursor.take(Int32.self), cursor.take(Int32.self) != nil,
      count >= 0, Int(count) * 4 <= cursor.remaining
    else { throw malformed }
    var list: [Element] = []
    list.reserveCapacity(Int(count))
    for _ in 0..<count {
      guard let length = cursor.take(Int32.self) else { throw malformed }
      let slice = length < 0 ? nil : cursor.take(count: Int(length))
      guard length < 0 || slice != nil else { throw malformed }
      let field = Field(type: elementType, bytes: slice, answer: answer, position: position)
      list.append(try Element.decode(field))
    }
    return list
  }
}

/// Walks over bytes without ever stepping past their end.
struct ByteCursor {
  private var bytes: UnsafeRawBufferPointer

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  var remaining: Int { bytes.count }

  mutating func take<T: FixedWidthInteger>(_ type: T.Type) -> T? {
    guard let slice = take(count: MemoryLayout<T>.size) else { return nil }
    return T(bigEndian: slice.loadUnaligned(as: T.self))
  }

  mutating func take(count: Int) -> UnsafeRawBufferPointer? {
    guard count >= 0, count <= bytes.count else { return nil }
    defer { bytes = UnsafeRawBufferPointer(rebasing: bytes[count...]) }
    return UnsafeRawBufferPointer(rebasing: bytes[..<count])
  }
}
