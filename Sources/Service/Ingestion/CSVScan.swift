internal import Glibc

private let quote = UInt8(ascii: "\"")

/// Finds the row at the start of the bytes and its fields; `problem` is set if it is malformed.
///
/// Eight bytes are looked at together: the end of a field of up to seven bytes is found without a
/// loop, whose length would be mispredicted once per field.
@inline(__always)
func scanCSV(
  _ bytes: ScanBytes, _ delimiter: UInt8, into table: inout FieldTable,
  _ problem: inout MalformedRow
) -> RowScan {
  let base = bytes.base
  var position = bytes.start
  var seen: UInt64 = 0
  var lineEnds = 1
  table.begin()
  while true {
    if position < bytes.end, base[position] == quote {
      let quoted = scanQuoted(bytes, position, delimiter, into: &table)
      switch quoted {
      case .closed(let after, let inner):
        position = after
        lineEnds += inner
        // Not looked at byte by byte.
        seen = ~0
      case .needsMore: return RowScan(status: .needsMore)
      case .malformed(let reason):
        problem = reason
        return RowScan(status: .malformed)
      }
    } else {
      let from = position
      position = fieldEnd(bytes, position, delimiter, &seen)
      table.append(base + from, position - from)
    }
    if position < bytes.end, base[position] == delimiter {
      position += 1
      continue
    }
    guard let next = afterLineEnd(bytes, position) else { return RowScan(status: .needsMore) }
    return finish(bytes, position, next, lineEnds, seen, table, &problem)
  }
}

/// The same for any delimiter, apart from the rows of all others, which it would slow down.
@inline(never)
func scanMappedCSV(
  _ bytes: ScanBytes, _ delimiter: UInt8, into table: inout FieldTable,
  _ problem: inout MalformedRow
) -> RowScan {
  scanCSV(bytes, delimiter, into: &table, &problem)
}

/// The position of the first delimiter or line end, or the end of the bytes.
@inline(__always)
private func fieldEnd(
  _ bytes: ScanBytes, _ start: Int, _ delimiter: UInt8, _ seen: inout UInt64
) -> Int {
  var position = start
  while position < bytes.end {
    let word = bytes.word(position)
    let stops =
      bytesEqual(word, delimiter) | bytesEqual(word, lineFeed) | bytesEqual(word, carriageReturn)
    if stops != 0 {
      let count = stops.trailingZeroBitCount >> 3
      seen |= word & ((1 << UInt64(count * 8)) &- 1)
      return min(position + count, bytes.end)
    }
    seen |= word
    position += 8
  }
  return bytes.end
}

/// Where the next row begins; nil while it takes more bytes to know.
@inline(__always)
private func afterLineEnd(_ bytes: ScanBytes, _ position: Int) -> Int? {
  if position == bytes.end { return bytes.isLast && bytes.start < bytes.end ? position : nil }
  if bytes.base[position] == lineFeed { return position + 1 }
  if position + 1 < bytes.end {
    return bytes.base[position + 1] == lineFeed ? position + 2 : position + 1
  }
  return bytes.isLast ? position + 1 : nil
}

@inline(__always)
private func finish(
  _ bytes: ScanBytes, _ end: Int, _ next: Int, _ lineEnds: Int, _ seen: UInt64,
  _ table: FieldTable, _ problem: inout MalformedRow
) -> RowScan {
  var scan = RowScan(status: .complete)
  scan.length = end - bytes.start
  scan.next = next
  scan.lineEnds = lineEnds
  scan.isASCII = seen & 0x8080_8080_8080_8080 == 0
  if scan.length == 0 {
    scan.status = .blank
  } else if table.found != (table.expected ?? table.found) || table.found > FieldTable.cellLimit {
    scan.status = .malformed
    problem = .columnCount(expected: table.expected ?? FieldTable.cellLimit, found: table.found)
  }
  return scan
}

private enum Quoted {
  case closed(after: Int, lineEnds: Int)
  case needsMore
  case malformed(MalformedRow)
}

private func scanQuoted(
  _ bytes: ScanBytes, _ open: Int, _ delimiter: UInt8, into table: inout FieldTable
) -> Quoted {
  let base = bytes.base
  let from = open + 1
  var position = from
  var hasDoubled = false
  while true {
    guard let found = memchr(base + position, Int32(quote), bytes.end - position) else {
      return bytes.isLast ? .malformed(.unclosedQuote) : .needsMore
    }
    position = base.distance(to: found.assumingMemoryBound(to: UInt8.self))
    if position + 1 == bytes.end, !bytes.isLast { return .needsMore }
    guard position + 1 < bytes.end, base[position + 1] == quote else { break }
    hasDoubled = true
    position += 2
  }
  if position + 1 < bytes.end {
    let after = base[position + 1]
    guard after == delimiter || after == lineFeed || after == carriageReturn else {
      return .malformed(.textAfterQuote)
    }
  }
  let content = UnsafeRawBufferPointer(start: base + from, count: position - from)
  if hasDoubled {
    let field = undoubled(content, into: &table)
    table.append(field.baseAddress!.assumingMemoryBound(to: UInt8.self), field.count)
  } else {
    table.append(base + from, content.count)
  }
  return .closed(after: position + 1, lineEnds: countLineEnds(content))
}

private func undoubled(
  _ content: UnsafeRawBufferPointer, into table: inout FieldTable
) -> UnsafeRawBufferPointer {
  let room = table.room()
  var count = 0
  var position = 0
  while position < content.count {
    room[count] = content[position]
    count += 1
    position += content[position] == quote ? 2 : 1
  }
  return table.keep(count)
}

/// LF, CRLF and CR alike.
private func countLineEnds(_ content: UnsafeRawBufferPointer) -> Int {
  guard let start = content.baseAddress, !content.isEmpty,
    memchr(start, Int32(lineFeed), content.count) != nil
      || memchr(start, Int32(carriageReturn), content.count) != nil
  else { return 0 }
  var count = 0
  var previous: UInt8 = 0
  for byte in content {
    if byte == carriageReturn || (byte == lineFeed && previous != carriageReturn) { count += 1 }
    previous = byte
  }
  return count
}
