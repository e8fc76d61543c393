internal import Inventory
internal import Postgres

/// Demand as sales and returns tell it: a day's sales less what came back of them, at least zero.
enum MovementDemand {
  /// Days made at once: 20 bytes each, and the month arrays that hold them.
  private static let heldDays = 100_000

  /// Lays returns to the day of the sale that they undo, where that has come or changed.
  ///
  /// A return that undoes no known sale of its item and location lies on its own day.
  static func followReturns(of batch: OpenBatch, in db: isolated Session) throws {
    let hasAny: Bool = try db.rows(
      """
      SELECT EXISTS (
        SELECT FROM movement WHERE source_id = \(batch.source) AND undoes IS NOT NULL)
      """)[0][0]
    guard hasAny else { return }
    try db.execute(
      """
      WITH affected AS (
        SELECT id FROM touched_movement
        UNION
        SELECT m.id FROM touched_movement t
        JOIN movement m ON m.source_id = \(batch.source) AND m.undoes = t.id
      ), moved AS (
        SELECT m.id, m.series_id, m.demand_day AS before, coalesce(sale.day, m.day) AS after
        FROM affected a
        JOIN movement m ON m.source_id = \(batch.source) AND m.id = a.id
        LEFT JOIN movement sale ON sale.source_id = m.source_id AND sale.id = m.undoes
          AND sale.kind = 'sale' AND sale.series_id = m.series_id
        WHERE m.undoes IS NOT NULL AND m.demand_day <> coalesce(sale.day, m.day)
      ), followed AS (
        UPDATE movement m SET demand_day = moved.after FROM moved
        WHERE m.source_id = \(batch.source) AND m.id = moved.id
      )
      INSERT INTO touched_demand_day
      SELECT series_id, before FROM moved UNION SELECT series_id, after FROM moved
      """)
  }

  /// Makes the demand of the touched days from the lines that stand.
  static func derive(
    for batch: OpenBatch, from keptFrom: Day, in db: isolated Session
  ) throws {
    // Sums of decimals, so that they do not depend on the order of the lines.
    try db.execute(
      """
      DECLARE derived_demand NO SCROLL CURSOR FOR
      SELECT t.series_id, t.day, CASE WHEN count(m.quantity) > 0 THEN
        least(greatest(sum(
          CASE m.kind WHEN 'sale' THEN m.quantity ELSE -m.quantity END::numeric), 0),
          \(Quantity.limit)::numeric)::double precision END
      FROM (SELECT DISTINCT series_id, day FROM touched_demand_day WHERE day >= \(keptFrom)) t
      LEFT JOIN movement m ON m.series_id = t.series_id AND m.demand_day = t.day
      GROUP BY t.series_id, t.day
      ORDER BY t.series_id, t.day
      """)
    while true {
      let rows = try db.rows("FETCH \(unescaped: String(heldDays)) FROM derived_demand")
      guard !rows.isEmpty else { break }
      try write(rows, of: batch, in: db)
    }
    try db.execute("CLOSE derived_demand")
  }

  private static func write(
    _ rows: Rows, of batch: OpenBatch, in db: isolated Session
  ) throws {
    var block = MonthBlock(batch: batch.id)
    var cells: [(position: Int, place: Int, quantity: Double?)] = []
    cells.reserveCapacity(rows.count)
    for row in rows {
      let day: Day = try row[1]
      let month = day.monthStart
      let key = MonthBlock.Key(series: try row[0], month: month.ordinal)
      cells.append((block.position(of: key), day - month, try row[2]))
    }
    try DemandMonthStore.load(into: &block, from: 0, in: db)
    for cell in cells {
      block.derive(row: cell.position, place: cell.place, quantity: cell.quantity)
    }
    try DemandMonthStore.write(block, in: db)
  }
}
