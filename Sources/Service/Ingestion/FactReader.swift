internal import Digests
internal import Inventory
internal import Storage

/// A fact that a row of its kind's columns says.
protocol ReadableFact: Sendable {
  static var syncKind: SyncKind { get }
  /// The fact, valid by construction, or why the row holds none.
  init(_ values: RowValues) throws(RejectionReason)
  /// The columns of which a row may say some and leave the others as they are.
  static var fieldNames: [String] { get }
}

extension ReadableFact {
  static var fieldNames: [String] { [] }
}

/// A row with its bytes, for the time when only the database finds it wrong.
struct SourceRow: Hashable, Sendable {
  let revision: Revision?
  let said: SaidFields
  let line: Int
  let raw: [UInt8]
}

enum Reading<Fact: ReadableFact>: Sendable {
  case fact(Fact, SourceRow)
  case rejected(Rejection)
}

/// Reads a file of items, locations, calendar events, terms or stock, fact by fact.
///
///     var reader = try FactReader<Item>(ByteSource(.file(path)), mapping: mapping)
///     while let reading = try reader.next() { ... }
///     let duplicates = reader.repeatedRows
///
/// Rows whose fields were all seen before in the same file are counted and passed over, so that a
/// file of demand can be read for the few items it names.
struct FactReader<Fact: ReadableFact>: ~Copyable {
  /// What is remembered of earlier rows; when it is full, it starts anew.
  static var memoryLimitBytes: Int { 32 << 20 }

  /// Rows read so far: facts, rejections and repeated rows.
  private(set) var receivedRows = 0
  /// Rows that said exactly what an earlier one said.
  private(set) var repeatedRows = 0
  private var rows: RowReader
  private let columns = Fact.syncKind.columns
  /// Where the fact's fields are among the columns.
  private let fields = Fact.fieldNames.map { name in
    Fact.syncKind.columns.firstIndex { $0.rawValue == name }
  }
  /// What every row speaks of, as a header says it; a row of NDJSON says it itself.
  private var saidByHeader: SaidFields?
  private var seen = ByteInterner()
  private var key: [UInt8] = []

  init(
    _ source: consuming ByteSource, format: RowFormat? = nil,
    mapping: ColumnMapping = ColumnMapping(), blockBytes: Int = ByteSource.blockBytes
  ) throws(ReadFailure) {
    rows = try RowReader(
      source, format: format, columns: Fact.syncKind.columns,
      required: Fact.syncKind.requiredColumns,
      mapping: mapping, blockBytes: blockBytes)
    if rows.format == .csv { saidByHeader = said() }
  }

  /// The columns of ours that the file holds.
  var present: Set<Column> { rows.present }

  /// How the rows are written, and the line that names their columns.
  var origin: (format: RowFormat, header: [UInt8]?) { (rows.format, rows.header) }

  /// The next row that says something new; nil at the end.
  mutating func next() throws(ReadFailure) -> Reading<Fact>? {
    while true {
      switch try rows.next() {
      case .end: return nil
      case .malformed(let problem):
        receivedRows += 1
        return .rejected(Rejection(rows, columns, .malformed(problem), rows.raw))
      case .row:
        receivedRows += 1
        if wasSeen() {
          repeatedRows += 1
        } else {
          return read()
        }
      }
    }
  }

  /// The SHA-256 of the whole content, as inflated.
  mutating func contentDigest() throws(ReadFailure) -> SHA256Digest { try rows.contentDigest() }

  /// Bytes of the file read so far, and all it has where that is known.
  var progress: (bytesRead: Int, bytesTotal: Int?) { rows.progress }

  private mutating func read() -> Reading<Fact> {
    let values = RowValues(rows, columns)
    do throws(RejectionReason) {
      let fact = try Fact(values)
      let revision = try values.revision()
      // Of rows that are set aside each one is: only what became a fact is remembered.
      remember()
      return .fact(
        fact,
        SourceRow(
          revision: revision, said: saidByHeader ?? said(), line: rows.line, raw: Array(rows.raw)))
    } catch {
      return .rejected(Rejection(rows, columns, error, values.bytes(error.field)))
    }
  }

  private func said() -> SaidFields {
    guard !fields.isEmpty else { return .all }
    var said: [Bool] = []
    for position in fields {
      if let position { said.append(rows.says(position)) } else { said.append(true) }
    }
    return SaidFields(said)
  }

  private mutating func wasSeen() -> Bool {
    key.removeAll(keepingCapacity: true)
    for position in columns.indices {
      key.append(contentsOf: rows.field(position))
      // No field holds these bytes: they do not occur in UTF-8.
      key.append(rows.says(position) ? 0xFF : 0xFE)
    }
    return key.withUnsafeBytes { seen.find($0) != nil }
  }

  private mutating func remember() {
    if seen.arenaBytes > FactReader.memoryLimitBytes { seen.removeAll() }
    key.withUnsafeBytes { _ = seen.add($0) }
  }
}
