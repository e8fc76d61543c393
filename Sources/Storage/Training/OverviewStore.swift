public import Inventory
public import Postgres

/// A flag as a page tells it.
public struct FlagLine: Hashable, Sendable {
  /// `critical`, `warning` or `info`.
  public let severity: String
  /// Nil for what concerns all regions.
  public let region: RegionCode?
  public let message: String
}

/// How many flags of one severity a region has.
public struct FlagCount: Hashable, Sendable {
  public let region: RegionCode?
  public let severity: String
  public let count: Int
}

/// A day's demand of a region: the sum of what came.
public struct RegionDemand: Hashable, Sendable {
  public let region: RegionCode
  public let day: Day
  public let quantity: Double
}

/// What only the first page asks for.
public enum OverviewStore {
  /// Demand of each region and day of a range that has any row, by region and day.
  ///
  /// Whether a day is complete does not stand here: a late location's rows are simply not in the
  /// sum yet.
  public static func demand(
    from first: Day, through last: Day, regions: [RegionCode]?, in db: isolated Session
  ) throws -> [RegionDemand] {
    try db.rows(
      """
      SELECT l.region::text, m.month + (d.position - 1)::integer AS day, sum(d.quantity)
      FROM demand_month m
      JOIN series s USING (series_id)
      JOIN location l USING (location_id)
      CROSS JOIN LATERAL unnest(m.quantities) WITH ORDINALITY AS d (quantity, position)
      WHERE m.month BETWEEN \(first.monthStart) AND \(last)
        AND (\(regions)::text[] IS NULL OR l.region = ANY (\(regions)))
        AND m.month + (d.position - 1)::integer BETWEEN \(first) AND \(last)
      GROUP BY 1, 2 HAVING count(d.quantity) > 0 ORDER BY 1, 2
      """
    ).map { row in RegionDemand(region: try row[0], day: try row[1], quantity: try row[2]) }
  }

  /// The first day that any series of a region has.
  public static func firstDays(in db: isolated Session) throws -> [RegionCode: Day] {
    try db.rows(
      """
      SELECT l.region::text, min(s.first_day)
      FROM series s JOIN location l USING (location_id) GROUP BY l.region
      """
    ).reduce(into: [:]) { days, row in days[try row[0]] = try row[1] }
  }

  /// The first flags of a run, the worst first. A reader of some regions sees theirs only.
  public static func flags(
    ofRun run: Int, regions: [RegionCode]?, limit: Int, in db: isolated Session
  ) throws -> [FlagLine] {
    try db.rows(
      """
      SELECT severity, region::text, message FROM flag
      WHERE run_id = \(run) AND (\(regions)::text[] IS NULL OR region = ANY (\(regions)))
      ORDER BY array_position(ARRAY['critical', 'warning', 'info'], severity), flag_id
      LIMIT \(limit)
      """
    ).map { row in FlagLine(severity: try row[0], region: try row[1], message: try row[2]) }
  }

  public static func flagCounts(
    ofRun run: Int, regions: [RegionCode]?, in db: isolated Session
  ) throws -> [FlagCount] {
    try db.rows(
      """
      SELECT region::text, severity, count(*) FROM flag
      WHERE run_id = \(run) AND (\(regions)::text[] IS NULL OR region = ANY (\(regions)))
      GROUP BY 1, 2
      """
    ).map { row in FlagCount(region: try row[0], severity: try row[1], count: try row[2]) }
  }

  /// The newest run, if it was refused and the one in use was there before it.
  public static func refusalSincePublication(in db: isolated Session) throws -> FinishedRun? {
    let inUse = try RunStore.published(in: db)
    guard let newest = try RunStore.runs(before: nil, limit: 1, in: db).first,
      newest.state == .refused,
      inUse.map({ $0.publishedAt < newest.finishedAt }) ?? true
    else { return nil }
    return newest
  }

  /// Why the newest run that was asked for after the publication in use failed; nil when it did
  /// not.
  public static func failureSincePublication(in db: isolated Session) throws -> String? {
    try db.rows(
      """
      SELECT state, coalesce(failure, 'no reason was written down') FROM run_request
      WHERE ended_at > coalesce((SELECT max(published_at) FROM publication), '-infinity')
      ORDER BY ended_at DESC LIMIT 1
      """
    ).first.flatMap { row in
      let state: String = try row[0]
      return state == "failed" ? try row[1] : nil
    }
  }
}
