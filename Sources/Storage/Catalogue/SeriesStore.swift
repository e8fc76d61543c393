internal import Inventory
internal import Postgres

/// Series by item and location, made when their first row comes.
enum SeriesStore {
  struct Pair: Hashable {
    let item: Int32
    let location: Int32
  }

  /// The series of the pairs, and their first days moved back to the earliest one given.
  ///
  /// Pairs are handled in one order by everyone, so concurrent pushes cannot deadlock.
  static func resolve(
    _ firstDays: [Pair: Day], in db: isolated Session
  ) throws -> [Pair: Int32] {
    guard !firstDays.isEmpty else { return [:] }
    let pairs = firstDays.keys.sorted { ($0.item, $0.location) < ($1.item, $1.location) }
    let (items, locations) = (pairs.map(\.item), pairs.map(\.location))
    let days = pairs.compactMap { firstDays[$0] }
    try db.execute(
      """
      INSERT INTO series AS known (item_id, location_id, first_day)
      SELECT * FROM unnest(\(items), \(locations), \(days)) AS given (item, location, day)
      WHERE NOT EXISTS (
        SELECT FROM series s WHERE s.item_id = given.item AND s.location_id = given.location
          AND s.first_day <= given.day)
      ORDER BY item, location
      ON CONFLICT (item_id, location_id) DO UPDATE
        SET first_day = least(known.first_day, excluded.first_day)
      """)
    let rows = try db.rows(
      """
      SELECT s.item_id, s.location_id, s.series_id
      FROM unnest(\(items), \(locations)) AS given (item, location)
      JOIN series s ON s.item_id = given.item AND s.location_id = given.location
      """)
    var found: [Pair: Int32] = [:]
    found.reserveCapacity(pairs.count)
    for row in rows { found[Pair(item: try row[0], location: try row[1])] = try row[2] }
    return found
  }

  /// The series of an item at a location, at whatever version it began.
  static func find(
    _ item: ItemCode, at location: LocationCode, in db: isolated Session
  ) throws -> Int32? {
    try db.rows(
      """
      SELECT s.series_id FROM series s JOIN item i USING (item_id)
      JOIN location l USING (location_id)
      WHERE i.code = \(item) AND l.code = \(location)
      """
    ).first.map { try $0[0] }
  }

  /// Makes the batch's source the writer of the locations' demand or stock, where none is yet.
  ///
  /// - Throws: `BatchError.foreignLocations` when another source is.
  static func claim(
    _ locations: Set<Int32>, as role: Role, for batch: OpenBatch, in db: isolated Session
  ) throws {
    guard !locations.isEmpty else { return }
    let ids = locations.sorted()
    let column = role.column
    try db.execute(
      """
      UPDATE location SET \(unescaped: column) = \(batch.source) WHERE location_id IN (
        SELECT location_id FROM location
        WHERE location_id = ANY (\(ids)) AND \(unescaped: column) IS NULL
        ORDER BY location_id FOR UPDATE)
      """)
    let foreign = try db.rows(
      """
      SELECT l.code, s.code FROM location l JOIN source s ON s.source_id = l.\(unescaped: column)
      WHERE l.location_id = ANY (\(ids)) AND l.\(unescaped: column) <> \(batch.source)
      ORDER BY l.code
      """)
    guard let first = foreign.first else { return }
    let codes = try foreign.map { row -> LocationCode in try row[0] }
    throw BatchError.foreignLocations(codes, owner: try first[1])
  }

  enum Role {
    case demand, stock

    var column: String {
      switch self {
      case .demand: "demand_source_id"
      case .stock: "stock_source_id"
      }
    }
  }
}
