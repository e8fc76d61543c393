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

  /// Makes the batch's source the writer of the locations' demand, stock or movements, where none
  /// is yet. What the source has said to be complete of all its locations, it has said of these.
  ///
  /// - Throws: `BatchError.foreignLocations` when another source is; `BatchError.toldOtherwise`
  ///   when this one tells it in another way.
  static func claim(
    _ locations: Set<Int32>, as role: Role, for batch: OpenBatch, in db: isolated Session
  ) throws {
    guard !locations.isEmpty else { return }
    let ids = locations.sorted()
    let column = role.column
    let way = role.wayColumn.map { ", \($0) = \(role.isFromMovements)" } ?? ""
    try db.execute(
      """
      UPDATE location SET \(unescaped: column) = \(batch.source)\(unescaped: way)
      WHERE location_id IN (
        SELECT location_id FROM location
        WHERE location_id = ANY (\(ids)) AND \(unescaped: column) IS NULL
        ORDER BY location_id FOR UPDATE)
      """)
    if role.column == Role.demand.column { try inheritWatermark(ids, for: batch, in: db) }
    let foreign = try db.rows(
      """
      SELECT l.code, s.code FROM location l JOIN source s ON s.source_id = l.\(unescaped: column)
      WHERE l.location_id = ANY (\(ids)) AND l.\(unescaped: column) <> \(batch.source)
      ORDER BY l.code
      """)
    if let first = foreign.first {
      let codes = try foreign.map { row -> LocationCode in try row[0] }
      throw BatchError.foreignLocations(codes, owner: try first[1])
    }
    guard let column = role.wayColumn else { return }
    let otherwise = try db.rows(
      """
      SELECT code FROM location
      WHERE location_id = ANY (\(ids)) AND \(unescaped: column) <> \(role.isFromMovements)
      ORDER BY code
      """)
    guard !otherwise.isEmpty else { return }
    throw BatchError.toldOtherwise(
      try otherwise.map { row -> LocationCode in try row[0] }, told: role.told,
      fromMovements: !role.isFromMovements)
  }

  private static func inheritWatermark(
    _ locations: [Int32], for batch: OpenBatch, in db: isolated Session
  ) throws {
    try db.execute(
      """
      INSERT INTO watermark (location_id, batch_id, complete_through)
      SELECT l.location_id, \(batch.id), s.complete_through
      FROM location l JOIN source s ON s.source_id = l.demand_source_id
      WHERE l.location_id = ANY (\(locations)) AND s.source_id = \(batch.source)
        AND s.complete_through IS NOT NULL
        AND NOT EXISTS (SELECT FROM watermark w WHERE w.location_id = l.location_id)
      """)
  }

  enum Role {
    case demand, stock
    /// Movements of any kind; sales and returns among them; counts among them.
    case movements, demandFromMovements, stockFromMovements

    var column: String {
      switch self {
      case .demand, .demandFromMovements: "demand_source_id"
      case .stock, .stockFromMovements: "stock_source_id"
      case .movements: "movement_source_id"
      }
    }

    /// Says in which of two ways it is told; nil where there is only one.
    var wayColumn: String? {
      switch self {
      case .demand, .demandFromMovements: "demand_is_from_movements"
      case .stock, .stockFromMovements: "stock_is_from_movements"
      case .movements: nil
      }
    }

    var isFromMovements: Bool {
      switch self {
      case .demand, .stock: false
      case .movements, .demandFromMovements, .stockFromMovements: true
      }
    }

    var told: BatchError.Told {
      switch self {
      case .stock, .stockFromMovements: .stock
      case .demand, .demandFromMovements, .movements: .demand
      }
    }
  }
}
