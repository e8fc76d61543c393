public import Inventory
public import Planning
public import Postgres

/// How much of a region's recent history was told otherwise since a run saw it.
public struct HistoryChange: Hashable, Sendable {
  public let region: RegionCode
  /// Σ|now − then| over days of series, in units.
  public let moved: Double
  /// Σ then.
  public let seen: Double

  public var share: Double { seen > 0 ? moved / seen : moved > 0 ? .infinity : 0 }
}

/// What is looked at between runs.
public enum WatchStore {
  private static let watchLock: Int32 = 0x514D_0010

  /// Whether nobody else looks; holds until `endWatch` or the end of the session.
  public static func beginWatch(in db: isolated Session) throws -> Bool {
    try db.rows("SELECT pg_try_advisory_lock(\(watchLock), 0)")[0][0]
  }

  public static func endWatch(in db: isolated Session) throws {
    try db.execute("SELECT pg_advisory_unlock(\(watchLock), 0)")
  }

  /// What was told otherwise since a dataset version of the days of a span, by region: values that
  /// were replaced, and values of days that had none.
  public static func changes(
    since version: Int64, from first: Day, through last: Day, in db: isolated Session
  ) throws -> [HistoryChange] {
    // Month rows that no later batch touched need not be opened.
    try db.rows(
      """
      WITH later AS (SELECT batch_id FROM batch WHERE place > \(version)),
      told AS (
        SELECT m.series_id, m.month + (d.position - 1)::integer AS day, d.quantity,
          m.batch_ids[CASE cardinality(m.batch_ids) WHEN 1 THEN 1 ELSE d.position END] AS batch_id
        FROM demand_month m
        CROSS JOIN LATERAL unnest(m.quantities) WITH ORDINALITY AS d (quantity, position)
        WHERE m.month BETWEEN \(first.monthStart) AND \(last) AND d.quantity IS NOT NULL
          AND m.batch_ids && ARRAY(SELECT batch_id FROM later)
      ),
      moved AS (
        SELECT t.series_id, t.quantity - coalesce(c.quantity, 0) AS difference
        FROM told t
        LEFT JOIN replaced_demand_at(\(version)) c ON c.series_id = t.series_id AND c.day = t.day
        WHERE t.batch_id IN (SELECT batch_id FROM later) AND t.day BETWEEN \(first) AND \(last)
      ),
      present AS (
        SELECT l.region, sum(d.quantity) AS units
        FROM demand_month m
        JOIN series s USING (series_id)
        JOIN location l USING (location_id)
        CROSS JOIN LATERAL unnest(m.quantities) WITH ORDINALITY AS d (quantity, position)
        WHERE m.month BETWEEN \(first.monthStart) AND \(last)
          AND m.month + (d.position - 1)::integer BETWEEN \(first) AND \(last)
        GROUP BY l.region
      )
      SELECT l.region::text, sum(abs(m.difference)), max(p.units) - sum(m.difference)
      FROM moved m
      JOIN series s USING (series_id)
      JOIN location l USING (location_id)
      JOIN present p ON p.region = l.region
      GROUP BY l.region ORDER BY l.region
      """
    ).map { row in try HistoryChange(region: row[0], moved: row[1], seen: row[2]) }
  }

  /// Raises a flag of a run that was published before, unless the run has one of the rule in the
  /// region already.
  ///
  /// - Returns: whether it was raised.
  public static func raise(_ flag: Flag, run: Int, in db: isolated Session) throws -> Bool {
    try db.execute(
      """
      INSERT INTO flag (run_id, rule, severity, region, expected, found, message)
      SELECT \(Int32(run)), \(flag.rule.rawValue), \(flag.severity.rawValue), \(flag.region),
        \(flag.expected), \(flag.found), \(flag.message)
      WHERE NOT EXISTS (
        SELECT FROM flag WHERE run_id = \(Int32(run)) AND rule = \(flag.rule.rawValue)
          AND region IS NOT DISTINCT FROM \(flag.region))
      """) == 1
  }
}
