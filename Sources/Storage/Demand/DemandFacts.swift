public import Inventory

/// A block of demand rows, column by column. Codes are numbers: positions in tables that grow with
/// the push, so that each is looked up in the database once.
public struct DemandFacts {
  public let itemCodes: [ItemCode]
  public let locationCodes: [LocationCode]
  public let items: [Int32]
  public let locations: [Int32]
  /// `Day.ordinal`.
  public let days: [Int32]
  /// Units, 0...10^9.
  public let quantities: [Double]
  /// Empty when no row says one.
  public let revisions: [Revision?]
  public let lines: [Int32]
  /// The bytes of a row as they came.
  public let raw: (Int) -> [UInt8]

  public init(
    itemCodes: [ItemCode], locationCodes: [LocationCode], items: [Int32], locations: [Int32],
    days: [Int32], quantities: [Double], revisions: [Revision?], lines: [Int32],
    raw: @escaping (Int) -> [UInt8]
  ) {
    self.itemCodes = itemCodes
    self.locationCodes = locationCodes
    self.items = items
    self.locations = locations
    self.days = days
    self.quantities = quantities
    self.revisions = revisions
    self.lines = lines
    self.raw = raw
  }

  var count: Int { days.count }

  func day(_ row: Int) -> Day { Day(ordinal: days[row]) }

  func refused(_ row: Int, _ reason: RefusalReason, found: String) -> RefusedRow {
    RefusedRow(
      line: Int(lines[row]), reason: reason, found: found, raw: raw(row),
      item: itemCodes[Int(items[row])], location: locationCodes[Int(locations[row])],
      day: day(row))
  }
}
