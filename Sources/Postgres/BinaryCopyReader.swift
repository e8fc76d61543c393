/// Reads the columns of one row of a binary COPY, from left to right, each as the type it has.
///
/// The format has no types: a column read as another type of the same width gives a wrong number,
/// of another width an error that says which column.
public struct BinaryCopyReader: ~Copyable {
  private var bytes = UnsafeRawBufferPointer(start: nil, count: 0)
  private var offset = 0
  private var column = 0
  private var columns = 0
  private var readHeader = false
  private var ended = false

  init() {}

  /// Takes a message of the server, whose rows are whole; the bytes must outlive the reading.
  mutating func receive(_ message: UnsafeRawBufferPointer) {
    bytes = message
    offset = 0
    columns = 0
    column = 0
  }

  /// Steps over columns left unread to the next row of the message; false when there is none.
  mutating func nextRow() throws(PostgresError) -> Bool {
    while column < columns { try skip() }
    if !readHeader { try skipHeader() }
    guard offset < bytes.count, !ended else { return false }
    let count = try take(Int16.self)
    ended = count == -1
    guard count >= 0 else { return false }
    columns = Int(count)
    column = 0
    return true
  }

  /// Whether the next column is NULL, which is then passed.
  public mutating func readNull() throws(PostgresError) -> Bool {
    guard column < columns else { throw .noSuchColumn(name: String(column)) }
    guard offset + 4 <= bytes.count else { throw .copyMalformed }
    guard bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self) == -1 else { return false }
    offset += 4
    column += 1
    return true
  }

  public mutating func skip() throws(PostgresError) {
    if try readNull() { return }
    _ = try value()
  }

  public mutating func readBool() throws(PostgresError) -> Bool { try integer(UInt8.self) != 0 }
  public mutating func readInt16() throws(PostgresError) -> Int16 { try integer(Int16.self) }
  public mutating func readInt32() throws(PostgresError) -> Int32 { try integer(Int32.self) }
  public mutating func readInt64() throws(PostgresError) -> Int64 { try integer(Int64.self) }

  public mutating func readFloat() throws(PostgresError) -> Float {
    Float(bitPattern: try integer(UInt32.self))
  }

  public mutating func readDouble() throws(PostgresError) -> Double {
    Double(bitPattern: try integer(UInt64.self))
  }

  /// Days since 1970-01-01.
  public mutating func readDate() throws(PostgresError) -> Int32 {
    guard let date = PostgresDate(wire: try integer(Int32.self)) else {
      throw .columnOutOfRange(column: String(column - 1))
    }
    return date.daysSince1970
  }

  /// Microseconds since 1970-01-01T00:00:00Z.
  public mutating func readTimestamp() throws(PostgresError) -> Int64 {
    guard let timestamp = PostgresTimestamp(wire: try integer(Int64.self)) else {
      throw .columnOutOfRange(column: String(column - 1))
    }
    return timestamp.microsecondsSince1970
  }

  public mutating func readText() throws(PostgresError) -> String {
    String(decoding: try value(), as: UTF8.self)
  }

  /// The raw bytes of text or `bytea`, valid only inside the body.
  public mutating func readBytes<R>(
    _ body: (UnsafeRawBufferPointer) throws -> R
  ) throws -> R {
    try body(try value())
  }

  /// A `double precision[]` at the front of a caller's buffer, NaN for NULL; returns its length.
  ///
  /// Throws `columnOutOfRange` when the buffer is too short.
  public mutating func readDoubles(
    into buffer: UnsafeMutableBufferPointer<Double>
  ) throws(PostgresError) -> Int {
    var array = try arrayBytes(of: .float8)
    guard array.count <= buffer.count else { throw .columnOutOfRange(column: String(column - 1)) }
    try decode(&array, into: buffer)
    return array.count
  }

  /// A `double precision[]` behind a caller's values, NaN for NULL; returns how many were added.
  @discardableResult
  public mutating func readDoubles(
    appendingTo values: inout [Double]
  ) throws(PostgresError) -> Int {
    var array = try arrayBytes(of: .float8)
    let first = values.count
    values.append(contentsOf: repeatElement(.nan, count: array.count))
    var failure: PostgresError?
    values.withUnsafeMutableBufferPointer { all in
      do throws(PostgresError) {
        try decode(&array, into: UnsafeMutableBufferPointer(rebasing: all[first...]))
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return array.count
  }

  /// A `bigint[]` without NULLs at the front of a caller's buffer; returns its length.
  public mutating func readInt64s(
    into buffer: UnsafeMutableBufferPointer<Int64>
  ) throws(PostgresError) -> Int {
    let array = try arrayBytes(of: .int8)
    guard array.count <= buffer.count else { throw .columnOutOfRange(column: String(column - 1)) }
    guard array.elements.count == array.count * 12 else {
      throw .columnMalformed(column: String(column - 1))
    }
    for index in 0..<array.count {
      let wire = array.elements.loadUnaligned(fromByteOffset: index * 12 + 4, as: Int64.self)
      buffer[index] = Int64(bigEndian: wire)
    }
    return array.count
  }
}

extension BinaryCopyReader {
  private struct ArrayBytes {
    let count: Int
    let elements: UnsafeRawBufferPointer
  }

  private mutating func skipHeader() throws(PostgresError) {
    readHeader = true
    guard bytes.count >= 19, bytes.starts(with: "PGCOPY\n".utf8) else { throw .copyMalformed }
    offset = 15
    let extensionBytes = Int(try take(Int32.self))
    guard extensionBytes >= 0, offset + extensionBytes <= bytes.count else {
      throw .copyMalformed
    }
    offset += extensionBytes
  }

  private mutating func take<T: FixedWidthInteger>(_ type: T.Type) throws(PostgresError) -> T {
    guard offset + MemoryLayout<T>.size <= bytes.count else { throw .copyMalformed }
    defer { offset += MemoryLayout<T>.size }
    return T(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: T.self))
  }

  private mutating func value() throws(PostgresError) -> UnsafeRawBufferPointer {
    guard column < columns else { throw .noSuchColumn(name: String(column)) }
    let length = Int(try take(Int32.self))
    guard length >= 0 else {
      offset -= 4
      throw .unexpectedNull(column: String(column))
    }
    guard offset + length <= bytes.count else { throw .copyMalformed }
    defer {
      offset += length
      column += 1
    }
    return UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + length])
  }

  private mutating func integer<T: FixedWidthInteger>(_ type: T.Type) throws(PostgresError) -> T {
    let field = try value()
    guard field.count == MemoryLayout<T>.size else {
      throw .columnMalformed(column: String(column - 1))
    }
    return T(bigEndian: field.loadUnaligned(as: T.self))
  }

  private mutating func arrayBytes(of type: PostgresType) throws(PostgresError) -> ArrayBytes {
    var cursor = ByteCursor(try value())
    let malformed = PostgresError.columnMalformed(column: String(column - 1))
    guard let dimensions = cursor.take(Int32.self), cursor.take(Int32.self) != nil,
      cursor.take(UInt32.self) == type.oid
    else { throw malformed }
    if dimensions == 0 {
      return ArrayBytes(count: 0, elements: UnsafeRawBufferPointer(start: nil, count: 0))
    }
    guard dimensions == 1, let count = cursor.take(Int32.self), cursor.take(Int32.self) != nil,
      count >= 0, Int(count) * 4 <= cursor.remaining,
      let elements = cursor.take(count: cursor.remaining)
    else { throw malformed }
    return ArrayBytes(count: Int(count), elements: elements)
  }

  private func decode(
    _ array: inout ArrayBytes, into buffer: UnsafeMutableBufferPointer<Double>
  ) throws(PostgresError) {
    let elements = array.elements
    var place = 0
    for index in 0..<array.count {
      guard place + 4 <= elements.count else {
        throw .columnMalformed(column: String(column - 1))
      }
      if elements.loadUnaligned(fromByteOffset: place, as: Int32.self) == -1 {
        buffer[index] = .nan
        place += 4
        continue
      }
      guard place + 12 <= elements.count else {
        throw .columnMalformed(column: String(column - 1))
      }
      let wire = elements.loadUnaligned(fromByteOffset: place + 4, as: UInt64.self)
      buffer[index] = Double(bitPattern: UInt64(bigEndian: wire))
      place += 12
    }
  }
}
