internal import Forecasting
public import Inventory
public import Planning
public import Postgres

/// A published run's forecasts of a region, of which days have arrived that were not measured yet.
public struct UnmeasuredRun: Hashable, Sendable {
  public let run: Int
  public let region: RegionCode
  public let origin: Day
  public let quantiles: [Double]
  /// The last day of the horizon that has arrived.
  public let through: Day
}

/// Which figures of accuracy are asked for; nil leaves a part open.
public struct AccuracyQuery: Hashable, Sendable {
  public var by = AccuracyGrouping.region
  /// Items at locations, or sums of them.
  public var level = Level.itemLocation
  /// Regions that the reader may see; nil for all.
  public var visible: [RegionCode]?
  public var region: RegionCode?
  public var run: Int?
  /// Days that were forecast.
  public var from: Day
  public var through: Day
  /// Days ahead, at most.
  public var longestLead: Int?

  public init(from: Day, through: Day) {
    self.from = from
    self.through = through
  }
}

/// A line of the accuracy report.
public struct AccuracyLine: Hashable, Sendable {
  /// A region, category, class, lead or run; empty for items without a category.
  public let group: String
  /// How many days were forecast and have arrived.
  public let days: Int
  public let sums: AccuracySums
  /// Σ(y − f) of the days over their mean size; nil where there was none.
  public let trackingSignal: Double?
}

/// Accuracy on days that arrived after a run was published.
public enum AccuracyStore {
  /// What has arrived and was not measured, by region, then run. Regions that a run carried over
  /// belong to the run that made their forecasts.
  public static func unmeasured(in db: isolated Session) throws -> [UnmeasuredRun] {
    try db.rows(
      """
      WITH arrived AS (
        SELECT l.region, min(coalesce(c.complete_through, '-infinity')) AS through
        FROM location l JOIN complete_through c ON c.location = l.code
        WHERE l.demand_source_id IS NOT NULL GROUP BY l.region
      )
      SELECT r.run_id, g.region::text, r.origin, r.quantiles,
        least(a.through, r.origin + r.horizon)
      FROM run r
      JOIN run_region g USING (run_id)
      JOIN arrived a ON a.region = g.region
      LEFT JOIN accuracy_measured m ON m.run_id = r.run_id AND m.region = g.region
      WHERE g.state = 'trained' AND r.forecasts_dropped_at IS NULL
        AND EXISTS (SELECT FROM publication p WHERE p.run_id = r.run_id)
        AND a.through > r.origin
        AND (m.through IS NULL OR m.through < least(a.through, r.origin + r.horizon))
      ORDER BY g.region, r.run_id
      """
    ).map { row in
      try UnmeasuredRun(
        run: row[0], region: row[1], origin: row[2], quantiles: row[3], through: row[4])
    }
  }

  /// Replaces what is known of a run in a region.
  public static func replace(
    _ measured: UnmeasuredRun, _ sums: [ForecastMeasurement.Group: AccuracySums],
    version: Int64, in db: isolated Session
  ) throws {
    let (run, region) = (Int32(measured.run), measured.region)
    try db.execute("DELETE FROM accuracy WHERE run_id = \(run) AND region = \(region)")
    let groups = Array(sums.keys)
    let all = groups.map { sums[$0] ?? AccuracySums() }
    try db.execute(
      """
      INSERT INTO accuracy (run_id, region, lead, category, demand_class, observations, demand,
        absolute_error, signed_error, scaled_squared_error, scaled_observations, pinball_loss,
        covered, naive_demand, naive_absolute_error, naive_forecast_absolute_error)
      SELECT \(run), \(region), * FROM unnest(
        \(groups.map { Int32($0.lead) }), \(groups.map(\.category)),
        \(groups.map { $0.demandClass?.rawValue ?? neverSold }),
        \(all.map { Int32($0.observations) }), \(all.map(\.demand)),
        \(all.map(\.absoluteError)), \(all.map(\.signedError)),
        \(all.map(\.scaledSquaredError)), \(all.map { Int32($0.scaledObservations) }),
        \(all.map(\.pinballLoss)), \(all.map { Int32($0.covered) }), \(all.map(\.naiveDemand)),
        \(all.map(\.naiveAbsoluteError)), \(all.map(\.naiveForecastAbsoluteError)))
      """)
    try db.execute(
      """
      INSERT INTO accuracy_measured (run_id, region, through, dataset_version)
      VALUES (\(run), \(region), \(measured.through), \(version))
      ON CONFLICT (run_id, region) DO UPDATE SET through = excluded.through,
        dataset_version = excluded.dataset_version, measured_at = clock_timestamp(),
        dropped_at = NULL
      """)
  }

  static let neverSold = "never-sold"

  /// Whether a run's figures of any region went with age.
  public static func isDropped(run: Int, in db: isolated Session) throws -> Bool {
    try db.rows(
      """
      SELECT EXISTS (
        SELECT FROM accuracy_measured WHERE run_id = \(run) AND dropped_at IS NOT NULL)
      """)[0][0]
  }

  /// The last day that was measured anywhere, or in a region; nil before the first.
  public static func lastDay(
    inRegions regions: [RegionCode]?, in db: isolated Session
  ) throws -> Day? {
    try db.rows(
      """
      SELECT max(through) FROM accuracy_measured
      WHERE \(regions)::text[] IS NULL OR region = ANY (\(regions))
      """)[0][0]
  }

  /// The lines of a report, each with at least one known day.
  public static func lines(
    _ query: AccuracyQuery, in db: isolated Session
  ) throws -> [AccuracyLine] {
    try db.rows(
      """
      WITH asked AS (
        SELECT \(query.by.group) AS grouped, \(query.by.order) AS place, r.origin + a.lead AS day,
          a.*
        FROM \(query.source) a JOIN run r USING (run_id)
        WHERE r.origin + a.lead BETWEEN \(query.from) AND \(query.through)
          AND (\(query.run)::bigint IS NULL OR a.run_id = \(query.run))
          AND (\(query.region)::text IS NULL OR a.region = \(query.region))
          AND (\(query.visible)::text[] IS NULL OR a.region = ANY (\(query.visible)))
          AND (\(query.longestLead)::bigint IS NULL OR a.lead <= \(query.longestLead))
      ), daily AS (
        SELECT grouped, place, day, sum(observations) AS observations, sum(demand) AS demand,
          sum(absolute_error) AS absolute_error, sum(signed_error) AS signed_error,
          sum(scaled_squared_error) AS scaled_squared_error,
          sum(scaled_observations) AS scaled_observations, sum(pinball_loss) AS pinball_loss,
          sum(covered) AS covered, sum(naive_demand) AS naive_demand,
          sum(naive_absolute_error) AS naive_absolute_error,
          sum(naive_forecast_absolute_error) AS naive_forecast_absolute_error
        FROM asked GROUP BY grouped, place, day
      )
      SELECT coalesce(grouped, ''), count(*), sum(observations)::bigint, sum(demand),
        sum(absolute_error), sum(signed_error), sum(scaled_squared_error),
        sum(scaled_observations)::bigint, sum(pinball_loss), sum(covered)::bigint,
        sum(naive_demand), sum(naive_absolute_error), sum(naive_forecast_absolute_error),
        -sum(signed_error) / nullif(avg(abs(signed_error)), 0)
      FROM daily GROUP BY grouped, place ORDER BY place, grouped
      """
    ).map(line)
  }

  private static func line(_ row: Row) throws -> AccuracyLine {
    var sums = AccuracySums()
    sums.observations = try row[2]
    sums.demand = try row[3]
    sums.absoluteError = try row[4]
    sums.signedError = try row[5]
    sums.scaledSquaredError = try row[6]
    sums.scaledObservations = try row[7]
    sums.pinballLoss = try row[8]
    sums.covered = try row[9]
    sums.naiveDemand = try row[10]
    sums.naiveAbsoluteError = try row[11]
    sums.naiveForecastAbsoluteError = try row[12]
    return AccuracyLine(
      group: try row[0], days: try row[1], sums: sums, trackingSignal: try row[13])
  }
}

extension AccuracyQuery {
  /// The rows that tell of the level.
  fileprivate var source: SQL {
    level == .itemLocation
      ? "accuracy" : "(SELECT * FROM accuracy_of_sums WHERE level = \(level.rawValue))"
  }
}

extension AccuracyGrouping {
  /// What names a line.
  fileprivate var group: SQL {
    switch self {
    case .region: "a.region::text"
    case .category: "a.category::text"
    case .demandClass: "a.demand_class"
    case .lead: "a.lead::text"
    case .run: "a.run_id::text"
    }
  }

  /// What puts lines in order before their names do.
  fileprivate var order: SQL {
    switch self {
    case .region, .category: "0"
    case .demandClass:
      """
      array_position(
        ARRAY['smooth', 'erratic', 'intermittent', 'lumpy', 'never-sold'], a.demand_class)
      """
    case .lead: "a.lead"
    case .run: "a.run_id"
    }
  }
}
