public import Inventory
public import Planning
public import Postgres

/// A published run whose sums over regions have days that have arrived and were not measured yet.
public struct UnmeasuredSums: Hashable, Sendable {
  public let run: Int
  /// Those that the run has forecasts of.
  public let regions: [RegionCode]
  public let origin: Day
  public let quantiles: [Double]
  /// The last day of the horizon that has arrived everywhere.
  public let through: Day
}

/// Accuracy of published sums on days that arrived after a run was published.
public enum SumAccuracyStore {
  /// Runs with days that have arrived in all of their regions, the oldest first.
  public static func unmeasured(in db: isolated Session) throws -> [UnmeasuredSums] {
    try db.rows(
      """
      WITH arrived AS (
        SELECT l.region, min(coalesce(c.complete_through, '-infinity')) AS through
        FROM location l JOIN complete_through c ON c.location = l.code
        WHERE l.demand_source_id IS NOT NULL GROUP BY l.region
      ), due AS (
        SELECT r.run_id, array_agg(g.region::text ORDER BY g.region) AS regions, r.origin,
          r.quantiles, least(min(a.through), r.origin + r.horizon) AS through
        FROM run r
        JOIN run_region g USING (run_id)
        JOIN arrived a ON a.region = g.region
        WHERE g.state <> 'absent' AND r.forecasts_dropped_at IS NULL
          AND EXISTS (SELECT FROM publication p WHERE p.run_id = r.run_id)
        GROUP BY r.run_id
      )
      SELECT d.run_id, d.regions, d.origin, d.quantiles, d.through
      FROM due d LEFT JOIN sums_measured m USING (run_id)
      WHERE d.through > d.origin AND (m.through IS NULL OR m.through < d.through)
      ORDER BY d.run_id
      """
    ).map { row in
      try UnmeasuredSums(
        run: row[0], regions: row[1], origin: row[2], quantiles: row[3], through: row[4])
    }
  }

  /// Replaces what is known of a run's sums: within a region, or over regions where that is nil.
  public static func replace(
    run: Int, region: RegionCode?, _ sums: [SumMeasurement.Group: AccuracySums],
    in db: isolated Session
  ) throws {
    try db.execute(
      """
      DELETE FROM accuracy_of_sums
      WHERE run_id = \(Int32(run)) AND region IS NOT DISTINCT FROM \(region)::text
      """)
    let groups = Array(sums.keys)
    let all = groups.map { sums[$0] ?? AccuracySums() }
    try db.execute(
      """
      INSERT INTO accuracy_of_sums (run_id, level, region, category, lead, observations, demand,
        absolute_error, signed_error, scaled_squared_error, scaled_observations, pinball_loss,
        covered, naive_demand, naive_absolute_error, naive_forecast_absolute_error)
      SELECT \(Int32(run)), * FROM unnest(
        \(groups.map(\.level.rawValue)), \(groups.map(\.region)), \(groups.map(\.category)),
        \(groups.map { Int32($0.lead) }), \(all.map { Int32($0.observations) }),
        \(all.map(\.demand)), \(all.map(\.absoluteError)), \(all.map(\.signedError)),
        \(all.map(\.scaledSquaredError)), \(all.map { Int32($0.scaledObservations) }),
        \(all.map(\.pinballLoss)), \(all.map { Int32($0.covered) }), \(all.map(\.naiveDemand)),
        \(all.map(\.naiveAbsoluteError)), \(all.map(\.naiveForecastAbsoluteError)))
      """)
  }

  /// Notes up to where a run's sums over regions were measured.
  public static func measured(_ sums: UnmeasuredSums, in db: isolated Session) throws {
    try db.execute(
      """
      INSERT INTO sums_measured (run_id, through) VALUES (\(Int32(sums.run)), \(sums.through))
      ON CONFLICT (run_id) DO UPDATE SET through = excluded.through,
        measured_at = clock_timestamp(), dropped_at = NULL
      """)
  }
}
