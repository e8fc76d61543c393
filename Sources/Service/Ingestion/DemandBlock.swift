internal import Digests
internal import Inventory

/// Rows of demand, column by column, with codes as numbers of the reader's interners.
///
/// All columns have one entry per row; a row is a fact that is valid by itself, so that only what
/// the database knows can still reject it.
struct DemandBlock {
  static let rowLimit = 65_536
  /// A block also ends when its rows' text is as long as this.
  static let textLimitBytes = 8 << 20

  fileprivate(set) var items: [Int32] = []
  fileprivate(set) var locations: [Int32] = []
  /// `Day.ordinal`.
  fileprivate(set) var days: [Int32] = []
  /// Units, 0...10^9.
  fileprivate(set) var quantities: [Double] = []
  /// Empty when none of the block's rows says one.
  fileprivate(set) var revisions: [Revision?] = []
  /// Numbers of the reader's units, -1 for rows without one; empty when none of the block's rows
  /// says one.
  fileprivate(set) var units: [Int32] = []
  fileprivate(set) var lines: [Int32] = []
  fileprivate(set) var rejections: [Rejection] = []

  private var text: [UInt8] = []
  private var textEnds: [Int] = []
  private var rejectedBytes = 0

  var count: Int { items.count }
  /// Rows read: facts and rejections.
  var received: Int { items.count + rejections.count }

  /// The bytes of a row as they stood in the file.
  func raw(_ row: Int) -> [UInt8] {
    Array(text[(row == 0 ? 0 : textEnds[row - 1])..<textEnds[row]])
  }

  /// Sets a row of the block aside for a reason that only the database knows.
  func rejection(
    of row: Int, _ reason: RejectionReason, found: String, item: ItemCode, location: LocationCode
  ) -> Rejection {
    Rejection(
      line: Int(lines[row]), reason: reason, found: found.utf8, raw: raw(row), item: item,
      location: location, day: Day(ordinal: days[row]))
  }

  fileprivate var isFull: Bool {
    received >= DemandBlock.rowLimit || text.count + rejectedBytes >= DemandBlock.textLimitBytes
  }

  fileprivate mutating func removeAll() {
    items.removeAll(keepingCapacity: true)
    locations.removeAll(keepingCapacity: true)
    days.removeAll(keepingCapacity: true)
    quantities.removeAll(keepingCapacity: true)
    revisions.removeAll(keepingCapacity: true)
    units.removeAll(keepingCapacity: true)
    lines.removeAll(keepingCapacity: true)
    rejections.removeAll(keepingCapacity: true)
    text.removeAll(keepingCapacity: true)
    textEnds.removeAll(keepingCapacity: true)
    rejectedBytes = 0
  }

  fileprivate mutating func keep(_ raw: UnsafeRawBufferPointer, line: Int) {
    text.append(contentsOf: raw)
    textEnds.append(text.count)
    lines.append(Int32(truncatingIfNeeded: line))
  }

  fileprivate mutating func append(_ revision: Revision?) {
    if revision == nil, revisions.isEmpty { return }
    // The row is not yet counted: all before it said nothing.
    while revisions.count < items.count { revisions.append(nil) }
    revisions.append(revision)
  }

  /// Says the unit of the row that is about to be counted.
  fileprivate mutating func append(unit: Int32) {
    while units.count < items.count { units.append(-1) }
    units.append(unit)
  }

  fileprivate mutating func reject(_ rejection: Rejection) {
    rejectedBytes += rejection.raw.count
    rejections.append(rejection)
  }
}

/// Reads a file of demand in blocks.
///
///     var reader = try DemandReader(ByteSource(.file(path)), mapping: mapping)
///     var block = DemandBlock()
///     while try reader.read(into: &block) {
///       // block.items[row] is the number of reader.items.codes[...]
///     }
///     let digest = try reader.contentDigest()
struct DemandReader: ~Copyable {
  private enum Place {
    static let item = 0
    static let location = 1
    static let day = 2
    static let quantity = 3
    static let revision = 4
    static let unit = 5
  }

  private(set) var items = CodeInterner<Item>()
  private(set) var locations = CodeInterner<Location>()
  private(set) var units = UnitInterner()
  private var rows: RowReader
  private let form: ValueForm
  private let isPlain: Bool
  private var days = DayReader()
  private var revisions = RevisionReader()

  init(
    _ source: consuming ByteSource, format: RowFormat? = nil,
    mapping: ColumnMapping = ColumnMapping(), blockBytes: Int = ByteSource.blockBytes
  ) throws(ReadFailure) {
    rows = try RowReader(
      source, format: format, columns: SyncKind.demand.columns,
      required: SyncKind.demand.requiredColumns, mapping: mapping, blockBytes: blockBytes)
    form = rows.values
    isPlain = form.isPlain
  }

  /// Replaces what the block holds by the next rows; false when there are none.
  mutating func read(into block: inout DemandBlock) throws(ReadFailure) -> Bool {
    block.removeAll()
    while !block.isFull {
      switch try rows.next() {
      case .row:
        if !take(into: &block) { block.reject(diagnose()) }
      case .malformed(let problem):
        block.reject(reject(.malformed(problem), rows.raw))
      case .end:
        return block.received > 0
      }
    }
    return true
  }

  /// How the rows are written, and the line that names their columns.
  var origin: (format: RowFormat, header: [UInt8]?) { (rows.format, rows.header) }

  /// The SHA-256 of the whole content, as inflated.
  mutating func contentDigest() throws(ReadFailure) -> SHA256Digest { try rows.contentDigest() }

  /// Bytes of the file read so far, and all it has where that is known.
  var progress: (bytesRead: Int, bytesTotal: Int?) { rows.progress }

  @inline(__always)
  private mutating func take(into block: inout DemandBlock) -> Bool {
    let revisionField = rows.field(Place.revision)
    let unitField = rows.field(Place.unit)
    guard let item = items.intern(rows.field(Place.item)),
      let location = locations.intern(rows.field(Place.location)),
      let day = isPlain ? days.read(rows.field(Place.day)) : mappedDay(),
      let quantity = isPlain ? DecimalNumber.read(rows.field(Place.quantity)) : mappedQuantity(),
      Quantity.isDemand(quantity)
    else { return false }
    var unit: Int32?
    if !unitField.isEmpty {
      unit = intern(unit: unitField)
      guard unit != nil else { return false }
    }
    if revisionField.isEmpty {
      block.append(nil)
    } else {
      guard let revision = revisions.read(revisionField) else { return false }
      block.append(revision)
    }
    if let unit {
      block.append(unit: unit)
    } else if !block.units.isEmpty {
      block.append(unit: -1)
    }
    block.items.append(item)
    block.locations.append(location)
    block.days.append(day)
    block.quantities.append(quantity)
    block.keep(rows.raw, line: rows.line)
    return true
  }

  // Apart from the rows that need them not, which they would slow down.

  @inline(never)
  private func mappedDay() -> Int32? { form.day(rows.field(Place.day))?.ordinal }

  @inline(never)
  private func mappedQuantity() -> Double? { form.numbers.read(rows.field(Place.quantity)) }

  @inline(never)
  private mutating func intern(unit field: UnsafeRawBufferPointer) -> Int32? {
    units.intern(field)
  }

  /// Finds out what `take` did not accept: rows are good nearly always, so that only bad ones pay.
  private mutating func diagnose() -> Rejection {
    let values = RowValues(rows, SyncKind.demand.columns)
    do throws(RejectionReason) {
      let _: ItemCode = try values.requiredCode(.item)
      let _: LocationCode = try values.requiredCode(.location)
      _ = try values.requiredDay(.day)
      _ = try values.requiredQuantity(.quantity, mayBeNegative: false)
      _ = try values.revision()
      _ = try values.text(.unit)
      preconditionFailure("a row is taken or has a reason")
    } catch {
      return reject(error, values.bytes(error.field))
    }
  }

  private func reject(
    _ reason: RejectionReason, _ found: UnsafeRawBufferPointer
  ) -> Rejection {
    Rejection(rows, SyncKind.demand.columns, reason, found)
  }
}
