internal import Forecasting
public import Inventory
public import Planning
public import Postgres

/// Forecasts of nodes, run by run.
public enum ForecastStore {
  /// Stores a run's forecasts, inside the caller's transaction, and tells the nodes' identities.
  static func insert(
    _ forecasts: [PublishedForecast], run: Int32, wapes: [Node: Double] = [:],
    in db: isolated Session
  ) throws -> [Node: Int32] {
    let nodes = try nodes(forecasts.map(\.node), in: db)
    try db.copyIn(
      """
      COPY forecast (run_id, node_id, origin, stale, tier, reason, first_day, means, quantiles,
        spread, spread_parameters, wape, locks)
      FROM STDIN (FORMAT binary)
      """
    ) { copy in
      for forecast in forecasts {
        guard let node = nodes[forecast.node] else { continue }
        let spread = StoredSpread(forecast.spread)
        try copy.row(columns: 13)
        copy.putInt32(run)
        copy.putInt32(node)
        copy.putDate(daysSince1970: forecast.origin.ordinal)
        copy.putBool(forecast.isStale)
        copy.putText(forecast.tier.rawValue)
        copy.putText(forecast.reason)
        copy.putDate(daysSince1970: forecast.firstDay.ordinal)
        copy.putInt64s(forecast.means)
        copy.putDoubles(Array(forecast.quantiles.joined()))
        copy.putText(spread.family)
        copy.putDoubles(spread.parameters)
        if let wape = wapes[forecast.node] { copy.putDouble(wape) } else { copy.putNull() }
        if forecast.locks.isEmpty {
          copy.putNull()
        } else {
          copy.putInt32s(forecast.locks.map { Int32($0) })
        }
      }
    }
    return nodes
  }

  /// The forecasts of a region's nodes in a run: all levels that keep the region, or one of them.
  public static func forecasts(
    ofRun run: Int, region: RegionCode, level: Level? = nil, in db: isolated Session
  ) throws -> [PublishedForecast] {
    try db.rows(
      """
      SELECT n.level, n.item::text, n.location::text, n.region::text, n.category::text, f.origin,
        f.stale, f.tier, f.reason, f.first_day, f.means, f.quantiles, f.spread,
        f.spread_parameters, f.locks
      FROM forecast f JOIN node n USING (node_id)
      WHERE f.run_id = \(run) AND n.region = \(region)
        AND (\(level?.rawValue)::text IS NULL OR n.level = \(level?.rawValue))
      ORDER BY n.level, n.item, n.location, n.category
      """
    ).map(forecast)
  }

  /// The forecasts of some levels of a run.
  public static func forecasts(
    ofRun run: Int, levels: [Level], in db: isolated Session
  ) throws -> [PublishedForecast] {
    try db.rows(
      """
      SELECT n.level, n.item::text, n.location::text, n.region::text, n.category::text, f.origin,
        f.stale, f.tier, f.reason, f.first_day, f.means, f.quantiles, f.spread,
        f.spread_parameters
      FROM forecast f JOIN node n USING (node_id)
      WHERE f.run_id = \(run) AND n.level = ANY (\(levels.map(\.rawValue)))
      ORDER BY n.level, n.item, n.location, n.region, n.category
      """
    ).map(forecast)
  }

  /// Every forecast of a run.
  public static func forecasts(
    ofRun run: Int, in db: isolated Session
  ) throws -> [PublishedForecast] {
    try db.rows(
      """
      SELECT n.level, n.item::text, n.location::text, n.region::text, n.category::text, f.origin,
        f.stale, f.tier, f.reason, f.first_day, f.means, f.quantiles, f.spread,
        f.spread_parameters, f.locks
      FROM forecast f JOIN node n USING (node_id) WHERE f.run_id = \(run)
      ORDER BY n.level, n.item, n.location, n.region, n.category
      """
    ).map(forecast)
  }

  /// The means of a run's forecasts that were not carried over, without anything else of them.
  public static func means(
    ofRun run: Int, in db: isolated Session
  ) throws -> [Node: DailyMeans] {
    try db.rows(
      """
      SELECT f.node_id, n.level, n.item::text, n.location::text, n.region::text, n.category::text,
        f.first_day, f.means
      FROM forecast f JOIN node n USING (node_id) WHERE f.run_id = \(run) AND NOT f.stale
      """
    ).reduce(into: [:]) { means, row in
      means[try node(row)] = DailyMeans(firstDay: try row[6], means: try row[7])
    }
  }

  static func forecast(_ row: Row) throws -> PublishedForecast {
    let level: String = try row[0]
    let tier: String = try row[7]
    let spread = StoredSpread(family: try row[12], parameters: try row[13])
    guard let level = Level(rawValue: level), let tier = Tier(rawValue: tier),
      let known = spread.value
    else { throw StorageError.unknownWord(table: "forecast") }
    let series = Series(
      item: try row[1], location: try row[2], region: try row[3], category: try row[4])
    let means: [Int64] = try row[10]
    let flat: [Double] = try row[11]
    let locks: [Int32]? = try row[14]
    let quantiles = stride(from: 0, to: flat.count, by: max(means.count, 1)).map { first in
      Array(flat[first..<min(first + means.count, flat.count)])
    }
    return PublishedForecast(
      node: Node(level, of: series), origin: try row[5], isStale: try row[6], tier: tier,
      reason: try row[8], firstDay: try row[9], means: means, quantiles: quantiles, spread: known,
      locks: locks?.map { Int($0) } ?? [])
  }

  /// The identities of nodes, made where there is none yet.
  private static func nodes(
    _ wanted: [Node], in db: isolated Session
  ) throws -> [Node: Int32] {
    var known = try storedNodes(in: db)
    let missing = wanted.filter { known[$0] == nil }
    guard !missing.isEmpty else { return known }
    let rows = try db.rows(
      """
      INSERT INTO node (level, item, location, region, category)
      SELECT * FROM unnest(\(missing.map(\.level.rawValue)), \(missing.map(\.item)),
        \(missing.map(\.location)), \(missing.map(\.region)), \(missing.map(\.category)))
      RETURNING node_id, level, item::text, location::text, region::text, category::text
      """)
    for row in rows { known[try node(row)] = try row[0] }
    return known
  }

  private static func storedNodes(in db: isolated Session) throws -> [Node: Int32] {
    var known: [Node: Int32] = [:]
    let rows = try db.rows(
      """
      SELECT node_id, level, item::text, location::text, region::text, category::text FROM node
      """)
    for row in rows { known[try node(row)] = try row[0] }
    return known
  }

  private static func node(_ row: Row) throws -> Node {
    let level: String = try row[1]
    guard let level = Level(rawValue: level) else {
      throw StorageError.unknownWord(table: "node")
    }
    return Node(
      level,
      of: Series(
        item: try row[2], location: try row[3], region: try row[4], category: try row[5]))
  }
}

/// What the database holds and this program cannot read.
public enum StorageError: Error, Hashable, Sendable {
  /// A row uses a word of a newer program.
  case unknownWord(table: String)
}

/// A spread as it stands in columns.
private struct StoredSpread {
  let family: String
  let parameters: [Double]

  init(family: String, parameters: [Double]) {
    self.family = family
    self.parameters = parameters
  }

  init(_ spread: DemandSpread) {
    switch spread {
    case .squareRoot(let scale, let deviation, let growth):
      self.init(family: "square-root", parameters: [scale, deviation, growth])
    case .negativeBinomial(let dispersion):
      self.init(family: "negative-binomial", parameters: [dispersion])
    case .certain:
      self.init(family: "certain", parameters: [])
    }
  }

  var value: DemandSpread? {
    switch (family, parameters.count) {
    case ("square-root", 3):
      .squareRoot(scale: parameters[0], deviation: parameters[1], growth: parameters[2])
    case ("negative-binomial", 1): .negativeBinomial(dispersion: parameters[0])
    case ("certain", 0): .certain
    default: nil
    }
  }
}
