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
  public internal(set) var quantities: [Double]
  /// Empty when no row says one.
  public let revisions: [Revision?]
  /// The units that rows are counted in, and each row's number among them, -1 for none; empty when
  /// no row says one.
  public let unitNames: [String]
  public let units: [Int32]
  public let lines: [Int32]
  /// The bytes of a row as they came.
  public let raw: (Int) -> [UInt8]

  public init(
    itemCodes: [ItemCode], locationCodes: [LocationCode], items: [Int32], locations: [Int32],
    days: [Int32], quantities: [Double], revisions: [Revision?], lines: [Int32],
    unitNames: [String] = [], units: [Int32] = [], raw: @escaping (Int) -> [UInt8]
  ) {
    self.itemCodes = itemCodes
    self.locationCodes = locationCodes
    self.items = items
    self.locations = locations
    self.days = days
    self.quantities = quantities
    self.revisions = revisions
    self.lines = lines
    self.unitNames = unitNames
    self.units = units
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

  /// The value at fault in a row whose quantity cannot be counted.
  func found(_ row: Int, _ reason: RefusalReason) -> String {
    if case .unknownUnit = reason { unitNames[Int(units[row])] } else { String(quantities[row]) }
  }
}
