public import Inventory
public import Postgres

/// What is usual of series, as a push is compared with.
public enum UsualDemandStore {
  /// A series that a push speaks of, and the first day it names.
  public struct Wanted: Sendable {
    public let item: ItemCode
    public let location: LocationCode
    public let day: Day

    public init(item: ItemCode, location: LocationCode, day: Day) {
      self.item = item
      self.location = location
      self.day = day
    }
  }

  /// Pack sizes of items; 1 for those that have none, nothing for those that are not known.
  public static func packSizes(
    of items: [ItemCode], in db: isolated Session
  ) throws -> [ItemCode: Double] {
    var sizes: [ItemCode: Double] = [:]
    let rows = try db.rows(
      "SELECT code::text, coalesce(pack_size, 1) FROM item WHERE code = ANY (\(items))")
    for row in rows { sizes[try row[0]] = try row[1] }
    return sizes
  }

  /// The quantities above zero that stand in the 56 days before a series' day and in the four weeks
  /// from it on, series by series: so a push that rewrites history is compared with what it
  /// rewrites.
  ///
  /// - Parameter batch: of whose source a person may have confirmed other units from a day on;
  ///   days before that are not comparable.
  public static func quantities(
    of wanted: [Wanted], before batch: OpenBatch, in db: isolated Session
  ) throws -> [[Double]] {
    var found = Array(repeating: [Double](), count: wanted.count)
    let rows = try db.rows(
      """
      SELECT given.number, m.month, m.quantities, given.day,
        (SELECT max(units_confirmed_from) FROM batch
          WHERE source_id = \(batch.source) AND units_confirmed_from IS NOT NULL)
      FROM unnest(\(wanted.map(\.item)), \(wanted.map(\.location)), \(wanted.map(\.day)))
        WITH ORDINALITY AS given (item, location, day, number)
      JOIN item i ON i.code = given.item
      JOIN location l ON l.code = given.location
      JOIN series s ON s.item_id = i.item_id AND s.location_id = l.location_id
      JOIN demand_month m ON m.series_id = s.series_id
        AND m.month BETWEEN given.day - 87 AND given.day + 28
      """)
    for row in rows {
      let number: Int = try row[0]
      let month: Day = try row[1]
      let quantities: [Double?] = try row[2]
      let day: Day = try row[3]
      let comparable: Day? = try row[4]
      for (place, quantity) in quantities.enumerated() {
        guard let quantity, quantity > 0, (day - 56...day + 28).contains(month + place) else {
          continue
        }
        if let comparable, month + place < comparable { continue }
        found[number - 1].append(quantity)
      }
    }
    return found
  }
}
