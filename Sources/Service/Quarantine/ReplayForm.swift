internal import Inventory
public import Storage

/// Why a row of quarantine cannot be read again as it stands. A corrected row can take its place,
/// except where nobody knows how to read one.
enum ReplayObstacle: Hashable, Sendable {
  /// The batch was received before it was kept how rows are read.
  case formUnknown
  /// The bytes of the fact that had to give way were gone.
  case onlyDescribed
  /// The row is longer than rows may be, and only its beginning is kept.
  case cutOff

  var sentence: String {
    switch self {
    case .formUnknown:
      "its batch is from before it was kept how rows are read: send the row again, and discard this"
    case .onlyDescribed:
      "it only describes a fact of an earlier batch that gave way: 'quarantine fix' takes the row"
    case .cutOff: "only its first \(RowReader.rowLimitBytes.grouped) bytes are kept"
    }
  }
}

extension QuarantineRecord {
  /// Why the row cannot be read again; nil where it can.
  ///
  /// - Parameter isCorrected: whether a corrected row takes its place.
  func obstacle(isCorrected: Bool = false) -> ReplayObstacle? {
    if case .row = row.substitute { return nil }
    if reading == nil { return .formUnknown }
    if isCorrected { return nil }
    if row.substitute == .description { return .onlyDescribed }
    return row.raw.count >= RowReader.rowLimitBytes ? .cutOff : nil
  }
}

/// How one row of quarantine is read.
struct ReplayForm: Hashable {
  let format: RowFormat
  let header: [UInt8]?
  let mapping: ColumnMapping

  /// - Parameters:
  ///   - mapping: the mapping that its batch was read with, or is to be read with; nil for the
  ///     columns that the batch brought itself.
  ///   - isCorrected: whether a corrected row, in UTF-8, takes its place.
  init(
    of record: QuarantineRecord, mapping: ColumnMapping?, isCorrected: Bool = false
  ) throws(ReplayRefusal) {
    if let obstacle = record.obstacle(isCorrected: isCorrected) {
      throw .obstacle(record.id, obstacle)
    }
    if case .row(let header) = record.row.substitute {
      self.init(format: .csv, header: Array(header.utf8), mapping: ColumnMapping())
      return
    }
    guard let reading = record.reading, let format = RowFormat(rawValue: reading.format) else {
      throw .obstacle(record.id, .formUnknown)
    }
    let known: ColumnMapping
    if let mapping { known = mapping } else { known = try ReplayForm.brought(reading, record.id) }
    let form = ReplayForm(format: format, header: reading.header, mapping: known)
    let isForeign = isCorrected && form.mapping.form.encoding == .windows1252
    self = isForeign ? form.inUTF8 : form
  }

  /// The columns that a batch brought itself.
  private static func brought(
    _ reading: RowReading, _ id: Int64
  ) throws(ReplayRefusal) -> ColumnMapping {
    var mapping = ColumnMapping(ignored: Set(reading.ignoredColumns))
    for pair in reading.mappedColumns {
      guard let equals = pair.firstIndex(of: "="),
        let column = Column(rawValue: String(pair[..<equals]))
      else { throw .obstacle(id, .formUnknown) }
      mapping.theirs[column] = String(pair[pair.index(after: equals)...])
    }
    return mapping
  }

  /// The same for rows that a person types.
  private var inUTF8: ReplayForm {
    var mapping = mapping
    mapping.form.encoding = .utf8
    return ReplayForm(
      format: format, header: header.map { Array(Windows1252.text($0).utf8) }, mapping: mapping)
  }

  private init(format: RowFormat, header: [UInt8]?, mapping: ColumnMapping) {
    self.format = format
    self.header = header
    self.mapping = mapping
  }
}

/// Why nothing is replayed, fixed or discarded.
public enum ReplayRefusal: Error, Hashable, Sendable {
  case noSuchRow(Int64)
  /// The row left quarantine before.
  case settled(Int64, Settlement, batch: Int)
  /// What was sent in a row's stead is no single row of its batch's format.
  case notOneRow(header: String?)
  /// The row waits with its batch for a person to confirm the units.
  case unconfirmed(Int64, batch: Int)
  case noReason
  /// It cannot be read again.
  case unreadable(Int64, reason: String)

  static func obstacle(_ id: Int64, _ obstacle: ReplayObstacle) -> ReplayRefusal {
    .unreadable(id, reason: obstacle.sentence)
  }
}

extension ReplayRefusal: Failure {
  public var code: String {
    switch self {
    case .noSuchRow: "unknown-row"
    case .settled: "row-settled"
    case .notOneRow: "not-one-row"
    case .unconfirmed: "units-unconfirmed"
    case .noReason: "reason-missing"
    case .unreadable: "row-unreadable"
    }
  }

  public var exitCode: ExitCode { .data }

  public var sentence: String {
    switch self {
    case .noSuchRow(let id): return "there is no row \(id) in quarantine"
    case .settled(let id, let settlement, let batch):
      return "row \(id) was \(settlement.rawValue) before, by batch \(batch)"
    case .notOneRow(let header):
      return "the corrected row must be one row of the batch's format, "
        + (header.map { "CSV under the header '\($0.shownShort)'" }
          ?? "a JSON object on one line")
    case .unconfirmed(let id, let batch):
      return "row \(id) waits with all of batch \(batch) because its units seem to have changed:"
        + " confirm them for the whole batch, or discard it"
    case .noReason: return "a discarded row needs a reason"
    case .unreadable(let id, let reason): return "row \(id) cannot be read again: \(reason)"
    }
  }
}
