internal import Glibc

private let quote = UInt8(ascii: "\"")
private let backslash = UInt8(ascii: "\\")

/// Finds the line at the start of the bytes and reads its object; `problem` is set if it is
/// malformed.
@inline(__always)
func scanNDJSON(
  _ bytes: ScanBytes, _ keys: inout KeyTable, into table: inout FieldTable,
  _ problem: inout MalformedRow
) -> RowScan {
  let available = bytes.end - bytes.start
  let found = memchr(bytes.base + bytes.start, Int32(lineFeed), available)
  if found == nil, !bytes.isLast || available == 0 { return RowScan(status: .needsMore) }
  let length =
    found.map { (bytes.base + bytes.start).distance(to: $0.assumingMemoryBound(to: UInt8.self)) }
    ?? available
  var scan = RowScan(status: .complete)
  scan.next = bytes.start + length + (found == nil ? 0 : 1)
  scan.lineEnds = 1
  scan.length = length
  if length > 0, bytes.base[bytes.start + length - 1] == carriageReturn { scan.length -= 1 }
  // Longer ones are rejected unread: what undoing escapes leaves must fit the scratch buffer.
  guard scan.length <= RowReader.rowLimitBytes else { return scan }
  var object = ObjectScan(bytes: bytes, end: bytes.start + scan.length)
  object.skipSpace()
  if object.position == object.end {
    scan.status = .blank
    return scan
  }
  do throws(MalformedRow) { try object.read(&keys, into: &table) } catch {
    scan.status = .malformed
    problem = error
  }
  return scan
}

/// A cursor over one line that holds one flat object (RFC 8259).
private struct ObjectScan {
  let bytes: ScanBytes
  let end: Int
  var position: Int

  init(bytes: ScanBytes, end: Int) {
    self.bytes = bytes
    self.end = end
    position = bytes.start
  }

  var broken: MalformedRow { .json(byte: position - bytes.start + 1) }

  @inline(__always)
  var byte: UInt8 { position < end ? bytes.base[position] : 0 }

  @inline(__always)
  mutating func skipSpace() {
    while position < end, byte == 32 || byte == 9 || byte == carriageReturn { position += 1 }
  }

  @inline(__always)
  mutating func expect(_ wanted: UInt8) throws(MalformedRow) {
    guard byte == wanted else { throw broken }
    position += 1
  }

  @inline(__always)
  mutating func read(
    _ keys: inout KeyTable, into table: inout FieldTable
  ) throws(MalformedRow) {
    table.clear()
    keys.beginRow()
    guard byte == UInt8(ascii: "{") else { throw .notAnObject }
    position += 1
    skipSpace()
    if byte == UInt8(ascii: "}") {
      position += 1
    } else {
      try readMembers(&keys, into: &table)
    }
    skipSpace()
    guard position == end else { throw broken }
  }

  @inline(__always)
  private mutating func readMembers(
    _ keys: inout KeyTable, into table: inout FieldTable
  ) throws(MalformedRow) {
    while true {
      skipSpace()
      let name = try readString(into: &table)
      skipSpace()
      try expect(UInt8(ascii: ":"))
      skipSpace()
      let value = try readValue(of: name, into: &table)
      guard let key = keys.find(name) else { throw unknown(name) }
      guard keys.set(key, value, in: &table) else {
        throw .duplicateKey(String(decoding: name, as: UTF8.self))
      }
      skipSpace()
      if byte == UInt8(ascii: ",") {
        position += 1
        continue
      }
      return try expect(UInt8(ascii: "}"))
    }
  }

  private func unknown(_ name: UnsafeRawBufferPointer) -> MalformedRow {
    guard isValidUTF8(name) else { return .encoding }
    let text = String(decoding: name, as: UTF8.self)
    return .unknownKey(text, nearest: ColumnMapping.nearest(to: text))
  }

  @inline(__always)
  private mutating func readValue(
    of name: UnsafeRawBufferPointer, into table: inout FieldTable
  ) throws(MalformedRow) -> UnsafeRawBufferPointer {
    switch byte {
    case quote: return try readString(into: &table)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try readNumber()
    case UInt8(ascii: "t"): return try readWord("true")
    case UInt8(ascii: "f"): return try readWord("false")
    case UInt8(ascii: "n"):
      _ = try readWord("null")
      return UnsafeRawBufferPointer(start: nil, count: 0)
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      throw .nestedValue(key: String(decoding: name, as: UTF8.self))
    default: throw broken
    }
  }

  private mutating func readWord(_ word: StaticString) throws(MalformedRow)
    -> UnsafeRawBufferPointer
  {
    let count = word.utf8CodeUnitCount
    guard end - position >= count, memcmp(bytes.base + position, word.utf8Start, count) == 0 else {
      throw broken
    }
    defer { position += count }
    return UnsafeRawBufferPointer(start: bytes.base + position, count: count)
  }

  /// `-`, digits without a leading zero, a fraction, an exponent.
  @inline(__always)
  private mutating func readNumber() throws(MalformedRow) -> UnsafeRawBufferPointer {
    let from = position
    if byte == UInt8(ascii: "-") { position += 1 }
    if byte == UInt8(ascii: "0") {
      position += 1
    } else {
      try readDigits()
    }
    if byte == UInt8(ascii: ".") {
      position += 1
      try readDigits()
    }
    if byte | 32 == UInt8(ascii: "e") {
      position += 1
      if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { position += 1 }
      try readDigits()
    }
    return UnsafeRawBufferPointer(start: bytes.base + from, count: position - from)
  }

  @inline(__always)
  private mutating func readDigits() throws(MalformedRow) {
    let from = position
    while byte &- 48 < 10 { position += 1 }
    guard position > from else { throw broken }
  }

  /// Eight bytes at a time up to the quote; escapes are left to a slower way.
  @inline(__always)
  private mutating func readString(
    into table: inout FieldTable
  ) throws(MalformedRow) -> UnsafeRawBufferPointer {
    try expect(quote)
    let from = position
    while position < end {
      let word = bytes.word(position)
      let stops = bytesEqual(word, quote) | bytesEqual(word, backslash) | controls(word)
      guard stops != 0 else {
        position += 8
        continue
      }
      position += stops.trailingZeroBitCount >> 3
      guard position < end else { break }
      switch bytes.base[position] {
      case quote:
        position += 1
        return UnsafeRawBufferPointer(start: bytes.base + from, count: position - 1 - from)
      case backslash: return try readEscaped(from: from, into: &table)
      default: throw broken
      }
    }
    position = end
    throw broken
  }

  private mutating func readEscaped(
    from start: Int, into table: inout FieldTable
  ) throws(MalformedRow) -> UnsafeRawBufferPointer {
    let room = table.room()
    var count = position - start
    room.update(from: bytes.base + start, count: count)
    while position < end {
      let byte = bytes.base[position]
      if byte == quote {
        position += 1
        return table.keep(count)
      }
      guard byte >= 32 else { throw broken }
      position += 1
      if byte == backslash {
        count += try readEscape(into: room + count)
      } else {
        room[count] = byte
        count += 1
      }
    }
    throw broken
  }

  /// Writes what follows a backslash as UTF-8 and says how many bytes it took.
  private mutating func readEscape(
    into room: UnsafeMutablePointer<UInt8>
  ) throws(MalformedRow) -> Int {
    let letter = byte
    guard letter != UInt8(ascii: "u") else { return try readUnicode(into: room) }
    let plain: UInt8? =
      switch letter {
      case quote, backslash, UInt8(ascii: "/"): letter
      case UInt8(ascii: "b"): 8
      case UInt8(ascii: "f"): 12
      case UInt8(ascii: "n"): lineFeed
      case UInt8(ascii: "r"): carriageReturn
      case UInt8(ascii: "t"): 9
      default: nil
      }
    guard let plain else { throw broken }
    position += 1
    room[0] = plain
    return 1
  }

  /// A code point above U+FFFF is two escapes: a high and a low surrogate.
  private mutating func readUnicode(
    into room: UnsafeMutablePointer<UInt8>
  ) throws(MalformedRow) -> Int {
    var value = try readHexadecimal()
    if (0xD800...0xDBFF).contains(value) {
      try expect(backslash)
      guard byte == UInt8(ascii: "u") else { throw broken }
      let low = try readHexadecimal()
      guard (0xDC00...0xDFFF).contains(low) else { throw broken }
      value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(value) else { throw broken }
    var count = 0
    for unit in String(Character(scalar)).utf8 {
      room[count] = unit
      count += 1
    }
    return count
  }

  private mutating func readHexadecimal() throws(MalformedRow) -> UInt32 {
    position += 1
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = hexadecimalDigit(byte) else { throw broken }
      value = value << 4 | digit
      position += 1
    }
    return value
  }
}

private func hexadecimalDigit(_ byte: UInt8) -> UInt32? {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte) - 48
  case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte) - 87
  case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte) - 55
  default: nil
  }
}

/// Bytes below 32, eight at a time, marked as by `bytesEqual`.
@inline(__always)
private func controls(_ word: UInt64) -> UInt64 {
  (word &- 0x2020_2020_2020_2020) & ~word & 0x8080_8080_8080_8080
}
