public import Inventory
public import Postgres

/// A batch that brought days of a series' demand.
public struct Delivery: Hashable, Sendable {
  public let batch: Int
  /// Its place in the commit order.
  public let place: Int64
  public let key: String
  public let source: SourceCode
  public let receivedAt: Instant
  /// How many days that it told stood at the version.
  public let days: Int
  public let firstDay: Day
  public let lastDay: Day
}

/// Which batches delivered what stood at a dataset version.
public enum DeliveryStore {
  /// The batches behind a series' demand up to a day, as it stood at a version; the latest first.
  public static func deliveries(
    ofItem item: ItemCode, at location: LocationCode, through last: Day, version: Int64,
    in db: isolated Session
  ) throws -> [Delivery] {
    guard let series = try SeriesStore.find(item, at: location, in: db) else { return [] }
    return try db.rows(
      """
      WITH told AS (
        SELECT m.month + (d.position - 1)::integer AS day,
          m.batch_ids[CASE cardinality(m.batch_ids) WHEN 1 THEN 1 ELSE d.position END] AS batch_id
        FROM demand_month m
        CROSS JOIN LATERAL unnest(m.quantities) WITH ORDINALITY AS d (quantity, position)
        WHERE m.series_id = \(series) AND d.quantity IS NOT NULL
        UNION ALL
        SELECT c.day, c.batch_id
        FROM demand_change c JOIN batch r ON r.batch_id = c.replaced_by
        WHERE c.series_id = \(series) AND r.place > \(version)
      )
      SELECT b.batch_id, b.place, b.key, s.code::text, b.received_at, count(*), min(t.day),
        max(t.day)
      FROM told t JOIN batch b USING (batch_id) JOIN source s USING (source_id)
      WHERE b.place <= \(version) AND t.day <= \(last)
      GROUP BY b.batch_id, s.code ORDER BY b.place DESC
      """
    ).map { row in
      try Delivery(
        batch: row[0], place: row[1], key: row[2], source: row[3], receivedAt: row[4],
        days: row[5], firstDay: row[6], lastDay: row[7])
    }
  }
}
