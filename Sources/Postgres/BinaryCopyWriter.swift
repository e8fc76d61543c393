import CPostgres

/// Writes rows in PostgreSQL's binary COPY format through a buffer, without allocating per value.
///
/// Each row is announced with its number of columns, then each column is put with exactly the type
/// it has in the table: the format has no types of its own.
public struct BinaryCopyWriter: ~Copyable {
  /// Large enough that a send costs nothing beside its bytes, small enough for the second cache.
  @usableFromInline static var flushBytes: Int { 256 * 1024 }

  private let connection: OpaquePointer
  @usableFromInline var base: UnsafeMutableRawPointer
  @usableFromInline var capacity: Int
  @usableFromInline var count = 0
  @usableFromInline var columnsLeft = 0

  init(connection: OpaquePointer) {
    self.connection = connection
    capacity = Self.flushBytes + 64 * 1024
    base = .allocate(byteCount: capacity, alignment: 16)
    // Signature, flags, length of the header's extension.
    for byte in "PGCOPY\n".utf8 { append(byte) }
    for byte in [0xFF, 0x0D, 0x0A, 0x00] as [UInt8] { append(byte) }
    append(Int32(0))
    append(Int32(0))
  }

  deinit { base.deallocate() }

  /// Begins a row; the row before must be whole.
  @inlinable
  public mutating func row(columns: Int) throws {
    precondition(columnsLeft == 0, "a row of a COPY lacks columns")
    if count >= Self.flushBytes { try flush() }
    reserve(2)
    append(Int16(truncatingIfNeeded: columns))
    columnsLeft = columns
  }

  @inlinable
  public mutating func putNull() {
    begin(bytes: 0)
    append(Int32(-1))
  }

  @inlinable
  public mutating func putBool(_ value: Bool) {
    begin(bytes: 1)
    append(Int32(1))
    append(UInt8(value ? 1 : 0))
  }

  @inlinable
  public mutating func putInt16(_ value: Int16) { putInteger(value) }
  @inlinable
  public mutating func putInt32(_ value: Int32) { putInteger(value) }
  @inlinable
  public mutating func putInt64(_ value: Int64) { putInteger(value) }
  @inlinable
  public mutating func putFloat(_ value: Float) { putInteger(value.bitPattern) }
  @inlinable
  public mutating func putDouble(_ value: Double) { putInteger(value.bitPattern) }
  @inlinable
  public mutating func putDate(daysSince1970 days: Int32) { putInteger(days - Epoch.days) }
  @inlinable
  public mutating func putTimestamp(microsecondsSince1970 time: Int64) {
    putInteger(time - Epoch.microseconds)
  }

  /// Text as UTF-8 or `bytea`. The server refuses text with a NUL, and with it the whole COPY.
  public mutating func putBytes(_ bytes: UnsafeRawBufferPointer) {
    begin(bytes: bytes.count)
    append(Int32(bytes.count))
    append(contentsOf: bytes)
  }

  public mutating func putText(_ text: String) {
    var text = text
    text.withUTF8 { putBytes(UnsafeRawBufferPointer($0)) }
  }

  /// A `double precision[]`, counted from 1; NaN becomes NULL.
  public mutating func putDoubles(_ values: UnsafeBufferPointer<Double>) {
    let start = beginArray(of: .float8, count: values.count, elementBytes: 8)
    var holdsNull = false
    var cursor = base + count
    for value in values {
      if value.isNaN {
        holdsNull = true
        cursor.storeBytes(of: Int32(-1), as: Int32.self)
        cursor += 4
      } else {
        cursor.storeBytes(of: Int32(8).bigEndian, as: Int32.self)
        (cursor + 4).storeBytes(of: value.bitPattern.bigEndian, as: UInt64.self)
        cursor += 12
      }
    }
    count = cursor - base
    endArray(at: start, holdsNull: holdsNull)
  }

  public mutating func putDoubles(_ values: [Double]) {
    values.withUnsafeBufferPointer { putDoubles($0) }
  }

  /// A `bigint[]`, counted from 1.
  public mutating func putInt64s(_ values: UnsafeBufferPointer<Int64>) {
    let start = beginArray(of: .int8, count: values.count, elementBytes: 8)
    var cursor = base + count
    for value in values {
      cursor.storeBytes(of: Int32(8).bigEndian, as: Int32.self)
      (cursor + 4).storeBytes(of: value.bigEndian, as: Int64.self)
      cursor += 12
    }
    count = cursor - base
    endArray(at: start, holdsNull: false)
  }

  public mutating func putInt64s(_ values: [Int64]) {
    values.withUnsafeBufferPointer { putInt64s($0) }
  }

  /// An `integer[]`, counted from 1.
  public mutating func putInt32s(_ values: UnsafeBufferPointer<Int32>) {
    let start = beginArray(of: .int4, count: values.count, elementBytes: 4)
    var cursor = base + count
    for value in values {
      cursor.storeBytes(of: Int32(4).bigEndian, as: Int32.self)
      (cursor + 4).storeBytes(of: value.bigEndian, as: Int32.self)
      cursor += 8
    }
    count = cursor - base
    endArray(at: start, holdsNull: false)
  }

  public mutating func putInt32s(_ values: [Int32]) {
    values.withUnsafeBufferPointer { putInt32s($0) }
  }

  /// Any parameter that has a binary form, at the price of an allocation.
  public mutating func put(_ value: some Parameter) {
    var encoded = ParameterValue()
    value.encode(into: &encoded)
    precondition(!encoded.isText, "a parameter without a binary form in a binary COPY")
    guard !encoded.isNull else { return putNull() }
    encoded.bytes.withUnsafeBytes { putBytes($0) }
  }

  /// The trailer and whatever is still in the buffer.
  mutating func finish() throws {
    precondition(columnsLeft == 0, "a row of a COPY lacks columns")
    reserve(2)
    append(Int16(-1))
    try flush()
  }

  @usableFromInline
  mutating func flush() throws {
    let sent = PQputCopyData(
      connection, UnsafePointer(base.assumingMemoryBound(to: CChar.self)), Int32(count))
    guard sent == 1 else { throw CopyInterrupted() }
    count = 0
  }
}

extension BinaryCopyWriter {
  @inlinable
  mutating func putInteger<T: FixedWidthInteger>(_ value: T) {
    begin(bytes: MemoryLayout<T>.size)
    append(Int32(MemoryLayout<T>.size))
    append(value)
  }

  /// Makes room for a column of so many bytes and counts it.
  @inlinable
  mutating func begin(bytes: Int) {
    precondition(columnsLeft > 0, "a row of a COPY has too many columns")
    columnsLeft -= 1
    reserve(4 + bytes)
  }

  @inlinable
  mutating func reserve(_ bytes: Int) {
    if count + bytes > capacity { grow(by: bytes) }
  }

  @inlinable
  mutating func append<T: FixedWidthInteger>(_ value: T) {
    (base + count).storeBytes(of: value.bigEndian, as: T.self)
    count += MemoryLayout<T>.size
  }

  /// Only for a row beyond 64 KiB.
  @usableFromInline
  mutating func grow(by bytes: Int) {
    let larger = UnsafeMutableRawPointer.allocate(
      byteCount: max(capacity * 2, count + bytes), alignment: 16)
    larger.copyMemory(from: base, byteCount: count)
    base.deallocate()
    capacity = max(capacity * 2, count + bytes)
    base = larger
  }

  private mutating func append(contentsOf bytes: UnsafeRawBufferPointer) {
    if let source = bytes.baseAddress {
      (base + count).copyMemory(from: source, byteCount: bytes.count)
    }
    count += bytes.count
  }

  /// Writes an array's header and returns where its length stands.
  private mutating func beginArray(
    of type: PostgresType, count elements: Int, elementBytes: Int
  ) -> Int {
    begin(bytes: 20 + elements * (4 + elementBytes))
    let start = count
    append(Int32(0))
    append(Int32(elements == 0 ? 0 : 1))
    append(Int32(0))
    append(type.oid)
    if elements > 0 {
      append(Int32(elements))
      append(Int32(1))
    }
    return start
  }

  private mutating func endArray(at start: Int, holdsNull: Bool) {
    let bytes = Int32(count - start - 4)
    (base + start).storeBytes(of: bytes.bigEndian, as: Int32.self)
    if holdsNull { (base + start + 8).storeBytes(of: Int32(1).bigEndian, as: Int32.self) }
  }
}
