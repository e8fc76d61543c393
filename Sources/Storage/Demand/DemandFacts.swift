/// A block of demand rows, column by column, with their codes as indices into growing tables.
///
/// Rows of one push share the tables, so a code is looked up in the database once per push.
public struct DemandFacts: Sendable {
  /// Stands for "no revision": a source's own revisions never go that low.
  public static let noRevision = Int64.min

  /// Every item and location code seen so far in the push.
  public var itemCodes: [String] = []
  public var locationCodes: [String] = []
  public private(set) var items: [Int32] = []
  public private(set) var locations: [Int32] = []
  /// `Day.ordinal`.
  public private(set) var days: [Int32] = []
  public private(set) var quantities: [Double] = []
  public private(set) var revisions: [Int64] = []
  public private(set) var lines: [Int] = []
  /// The rows as they came, end to end, and where each ends.
  private var rawBytes: [UInt8] = []
  private var rawEnds: [Int] = []

  public init() {}

  public var count: Int { days.count }

  public mutating func append(
    item: Int32, location: Int32, day: Int32, quantity: Double, revision: Int64, line: Int,
    raw: UnsafeRawBufferPointer
  ) {
    items.append(item)
    locations.append(location)
    days.append(day)
    quantities.append(quantity)
    revisions.append(revision)
    lines.append(line)
    rawBytes.append(contentsOf: raw)
    rawEnds.append(rawBytes.count)
  }

  /// Forgets the rows and keeps the codes.
  public mutating func removeRows() {
    items.removeAll(keepingCapacity: true)
    locations.removeAll(keepingCapacity: true)
    days.removeAll(keepingCapacity: true)
    quantities.removeAll(keepingCapacity: true)
    revisions.removeAll(keepingCapacity: true)
    lines.removeAll(keepingCapacity: true)
    rawBytes.removeAll(keepingCapacity: true)
    rawEnds.removeAll(keepingCapacity: true)
  }

  public func raw(_ row: Int) -> [UInt8] {
    Array(rawBytes[(row == 0 ? 0 : rawEnds[row - 1])..<rawEnds[row]])
  }
}
