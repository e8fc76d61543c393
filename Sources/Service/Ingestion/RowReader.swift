internal import Digests

/// How rows are written down.
public enum RowFormat: String, CaseIterable, Hashable, Sendable {
  case csv, ndjson
}

/// Rows of a CSV or NDJSON file, one at a time, in memory that does not grow with the file.
///
///     var reader = try RowReader(
///       ByteSource(.init(path: "sales.csv.gz")), columns: [.item, .day, .quantity],
///       required: [.day, .quantity], mapping: ColumnMapping(map: "day=date", ignore: "cat_id"))
///     while true {
///       switch try reader.next() {
///       case .row:
///         let item = reader.field(0)       // bytes, empty when the value is missing
///         let day = Day(iso: reader.field(1))
///         let line = reader.line           // 1 is the file's first line
///       case .malformed(let problem):      // reader.raw holds the row's bytes
///       case .end:
///         let key = try reader.contentDigest()
///       }
///     }
///
/// The fields' bytes are valid until the next call of `next()`; quotes and escapes are undone, and
/// every field is valid UTF-8. `field(i)` belongs to `columns[i]`.
///
/// CSV is RFC 4180 with a header: lines end in LF, CRLF or CR, fields may be quoted and then hold
/// line ends and doubled quotes; a quote inside an unquoted field stands for itself. NDJSON is one
/// flat object per line, lines end in LF or CRLF; numbers, strings and booleans are their text,
/// null is missing. Empty lines are passed over. A row that is malformed costs itself alone:
/// reading goes on at the next line end.
struct RowReader: ~Copyable {
  /// The longest row, and so the longest field.
  static let rowLimitBytes = 1 << 20

  enum Outcome: Hashable {
    case row
    case malformed(MalformedRow)
    case end
  }

  /// As told, or as found out from the first byte that is no white space.
  private(set) var format = RowFormat.csv
  /// The columns asked for that the header holds; all of them for NDJSON, which has no header.
  private(set) var present: Set<Column> = []
  /// The bytes of the line that names the columns; nil for NDJSON.
  private(set) var header: [UInt8]?
  /// How the fields are to be read.
  private(set) var values: ValueForm
  /// Where the row begins: 1 is the first line of the file.
  private(set) var line = 0
  /// The bytes of the row as they stand in the file, without its line end.
  private(set) var raw = UnsafeRawBufferPointer(start: nil, count: 0)

  private var source: ByteSource
  private let blockBytes: Int
  private let buffer: UnsafeMutablePointer<UInt8>
  private let capacity: Int
  /// What of the buffer is still to be read as rows.
  private var start = 0
  private var end = 0
  private var sourceEnded = false
  private var skipsToLineEnd = false
  private var nextLine = 1
  private var isFirstRow = true
  private let delimiter: UInt8
  private let encoding: RowForm.Encoding
  private var table: FieldTable
  private var keys: KeyTable
  /// Why the row just scanned is malformed, if it is.
  private var problem = MalformedRow.notAnObject

  /// `format` nil tells it from the first byte that is no white space: `{` begins NDJSON.
  init(
    _ source: consuming ByteSource, format: RowFormat? = nil, columns: [Column],
    required: [Column], mapping: ColumnMapping = ColumnMapping(),
    blockBytes: Int = ByteSource.blockBytes
  ) throws(ReadFailure) {
    precondition(
      (1...RowReader.rowLimitBytes / 2).contains(blockBytes), "blocks of 1 byte to 512 KiB")
    self.source = source
    self.blockBytes = blockBytes
    // Two bytes more than a row may have, so that a row of just the limit is seen with its line
    // end; and a word of padding, because bytes are looked at eight at a time.
    capacity = RowReader.rowLimitBytes + 2 + blockBytes
    buffer = .allocate(capacity: capacity + 8)
    buffer.initialize(repeating: 0, count: capacity + 8)
    table = FieldTable(columns: columns.count)
    keys = KeyTable(columns: columns, mapping: mapping)
    delimiter = mapping.form.delimiter.byte
    encoding = mapping.form.encoding
    values = mapping.form.values(in: .csv)
    // NDJSON without a line is a list of no rows; CSV without one lacks its header.
    let first = try skipToContent(mayBeEmpty: format == .ndjson)
    self.format = format ?? (first == UInt8(ascii: "{") ? .ndjson : .csv)
    values = mapping.form.values(in: self.format)
    switch self.format {
    case .csv: try readHeader(columns: columns, required: required, mapping: mapping)
    case .ndjson: present = Set(columns)
    }
  }

  deinit {
    buffer.deallocate()
    table.release()
  }

  /// Moves to the next row.
  mutating func next() throws(ReadFailure) -> Outcome {
    if skipsToLineEnd { try skipToLineEnd() }
    while true {
      let scan = scanRow()
      switch scan.status {
      case .needsMore:
        if sourceEnded { return .end }
        if end - start > RowReader.rowLimitBytes + 2 { return try reject(.tooLong) }
        try fill()
      case .blank:
        take(scan)
      case .complete:
        guard scan.length <= RowReader.rowLimitBytes else { return try reject(.tooLong) }
        take(scan)
        isFirstRow = false
        return scan.isASCII || isText() ? .row : .malformed(.encoding)
      case .malformed:
        return try refuse(scan)
      }
    }
  }

  /// The value of the row in the column of that position; empty when it has none.
  @inline(__always)
  func field(_ position: Int) -> UnsafeRawBufferPointer { table.field(position) }

  /// Whether the row speaks of the column of that position: in CSV the header does, in NDJSON the
  /// row's own keys.
  func says(_ position: Int) -> Bool {
    format == .csv ? table.isPlaced(position) : keys.isSet(position)
  }

  /// The SHA-256 of the whole content, as inflated; reads what is left of it.
  mutating func contentDigest() throws(ReadFailure) -> SHA256Digest {
    while !sourceEnded {
      start = end
      try fill()
    }
    return try source.digest()
  }

  /// Bytes of the file read so far, and all it has where that is known.
  var progress: (bytesRead: Int, bytesTotal: Int?) { (source.rawBytesRead, source.rawBytesTotal) }
}

// MARK: - Text

extension RowReader {
  /// Whether the row in hand is text in its encoding; its fields are UTF-8 from here on.
  private mutating func isText() -> Bool {
    switch (format, encoding) {
    case (.csv, .windows1252): table.decodeWindows1252()
    case (.csv, .utf8), (.ndjson, _): isValidUTF8(raw)
    }
  }
}

// MARK: - Beginning

extension RowReader {
  /// Passes over a byte-order mark, and says what the first byte is that is no white space; nil
  /// when there is none.
  private mutating func skipToContent(mayBeEmpty: Bool) throws(ReadFailure) -> UInt8? {
    while end < 4, !sourceEnded { try fill() }
    let opening = Array(UnsafeBufferPointer(start: buffer, count: min(end, 4)))
    if let form = ForeignForm(opening: opening) { throw .foreign(name: source.name, form) }
    if opening.starts(with: [0xEF, 0xBB, 0xBF]) { start = 3 }
    var position = start
    while true {
      while position < end {
        let byte = buffer[position]
        if byte != 32, byte != 9, byte != 10, byte != 13 { return byte }
        position += 1
      }
      // A megabyte of nothing is no file of ours; what comes after need not be looked for.
      if sourceEnded || end + blockBytes > capacity {
        guard mayBeEmpty, sourceEnded else { throw .empty(name: source.name) }
        return nil
      }
      try fill()
    }
  }

  private mutating func readHeader(
    columns: [Column], required: [Column], mapping: ColumnMapping
  ) throws(ReadFailure) {
    let header: [String]
    if let told = mapping.form.header { header = told } else { header = try headerRow(mapping) }
    table.expect(header.count)
    let places = try HeaderPlaces(header, columns: columns, mapping: mapping)
    let missing = required.filter { places.cells[$0] == nil }
    guard missing.isEmpty else { throw .missingColumns(missing, header: header) }
    present = Set(places.cells.keys)
    for (position, column) in columns.enumerated() {
      table.place(position, at: places.cells[column])
    }
  }

  /// The names that the file's first row says.
  private mutating func headerRow(_ mapping: ColumnMapping) throws(ReadFailure) -> [String] {
    let outcome = try next()
    if raw.first == UInt8(ascii: "["),
      raw.dropFirst().first(where: { $0 > 32 }).map({
        $0 == UInt8(ascii: "{")
      }) ?? true
    {
      throw .foreign(name: source.name, .jsonArray)
    }
    if case .malformed(let problem) = outcome {
      throw .malformedHeader(name: source.name, problem)
    }
    self.header = Array(raw)
    let header = table.texts()
    if header.count == 1, mapping.meaning(of: header[0]) == .unknown,
      let form = ForeignForm(header: header[0], delimiter: mapping.form.delimiter)
    {
      throw .foreign(name: source.name, form)
    }
    return header
  }
}

// MARK: - The buffer

extension RowReader {
  private mutating func fill() throws(ReadFailure) {
    if capacity - end < blockBytes {
      buffer.update(from: buffer + start, count: end - start)
      (start, end) = (0, end - start)
    }
    let room = UnsafeMutableRawBufferPointer(
      start: buffer + end, count: min(blockBytes, capacity - end))
    let count = try source.read(into: room)
    end += count
    sourceEnded = count == 0
  }

  @inline(__always)
  private mutating func scanRow() -> RowScan {
    let bytes = ScanBytes(base: buffer, start: start, end: end, isLast: sourceEnded)
    switch format {
    case .csv:
      // The usual delimiter is a constant of its loop.
      if delimiter == UInt8(ascii: ",") {
        return scanCSV(bytes, UInt8(ascii: ","), into: &table, &problem)
      }
      return scanMappedCSV(bytes, delimiter, into: &table, &problem)
    case .ndjson: return scanNDJSON(bytes, &keys, into: &table, &problem)
    }
  }

  @inline(__always)
  private mutating func take(_ scan: RowScan) {
    raw = UnsafeRawBufferPointer(start: buffer + start, count: scan.length)
    line = nextLine
    nextLine += scan.lineEnds
    start = scan.next
  }

  /// A row whose end is known is set aside whole; otherwise as in `reject`.
  private mutating func refuse(_ scan: RowScan) throws(ReadFailure) -> Outcome {
    // The first object stands for the header that NDJSON has not.
    if isFirstRow, case .unknownKey(let found, let nearest) = problem {
      throw .unknownColumn(found: found, nearest: nearest)
    }
    isFirstRow = false
    guard scan.next > start else { return try reject(problem) }
    guard scan.length <= RowReader.rowLimitBytes else { return try reject(.tooLong) }
    take(scan)
    return .malformed(problem)
  }

  /// Sets aside the first line of a row that has no end, and no more than that: a stray quote must
  /// not swallow the rows after it.
  private mutating func reject(_ problem: MalformedRow) throws(ReadFailure) -> Outcome {
    line = nextLine
    while true {
      let found = lineEnd()
      let length = found?.length ?? end - start
      if length > RowReader.rowLimitBytes {
        raw = UnsafeRawBufferPointer(start: buffer + start, count: RowReader.rowLimitBytes)
        start += RowReader.rowLimitBytes
        skipsToLineEnd = true
        return .malformed(.tooLong)
      }
      if found != nil || sourceEnded {
        raw = UnsafeRawBufferPointer(start: buffer + start, count: length)
        start = found?.next ?? end
        nextLine += 1
        return .malformed(problem == .tooLong ? .unclosedQuote : problem)
      }
      try fill()
    }
  }

  private mutating func skipToLineEnd() throws(ReadFailure) {
    while true {
      if let found = lineEnd() {
        start = found.next
        break
      }
      // A CR that ends the buffer is looked at again with what follows it.
      start = end > start && buffer[end - 1] == carriageReturn && !sourceEnded ? end - 1 : end
      if sourceEnded { break }
      try fill()
    }
    nextLine += 1
    skipsToLineEnd = false
  }

  /// The first line end in the buffer; nil when more bytes must come before it is known.
  private func lineEnd() -> (length: Int, next: Int)? {
    for position in start..<end {
      let byte = buffer[position]
      if byte == lineFeed { return (position - start, position + 1) }
      guard byte == carriageReturn, format == .csv else { continue }
      if position + 1 < end {
        return (position - start, buffer[position + 1] == lineFeed ? position + 2 : position + 1)
      }
      return sourceEnded ? (position - start, position + 1) : nil
    }
    return nil
  }
}
