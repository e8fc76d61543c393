public import Inventory
public import Planning
public import Postgres

/// Which forecasts of the run in use are asked for; nil leaves a part open.
public struct ForecastFilterParts: Hashable, Sendable {
  public var level: Level?
  public var region: RegionCode?
  public var location: LocationCode?
  public var item: ItemCode?
  public var category: CategoryCode?
  /// Only what these regions may see: nodes that keep one of them; nil for everything.
  public var visible: [RegionCode]?

  public init() {}
}

/// A forecast with the place it has in a list.
public struct ListedForecast: Sendable {
  public let position: Int
  public let forecast: PublishedForecast
}

extension ForecastStore {
  /// Forecasts of a run in the order of their nodes' identities, after a position.
  public static func page(
    ofRun run: Int, _ parts: ForecastFilterParts, after position: Int, limit: Int,
    in db: isolated Session
  ) throws -> [ListedForecast] {
    try db.rows(
      """
      SELECT n.level, n.item::text, n.location::text, n.region::text, n.category::text, f.origin,
        f.stale, f.tier, f.reason, f.first_day, f.means, f.quantiles, f.spread,
        f.spread_parameters, f.locks, f.node_id
      FROM forecast f JOIN node n USING (node_id)
      WHERE f.run_id = \(run) AND f.node_id > \(position)
        AND (\(parts.level?.rawValue)::text IS NULL OR n.level = \(parts.level?.rawValue))
        AND (\(parts.region)::text IS NULL OR n.region = \(parts.region))
        AND (\(parts.location)::text IS NULL OR n.location = \(parts.location))
        AND (\(parts.item)::text IS NULL OR n.item = \(parts.item))
        AND (\(parts.category)::text IS NULL OR n.category = \(parts.category))
        AND (\(parts.visible == nil) OR n.region = ANY (\(parts.visible ?? [])))
      ORDER BY f.node_id LIMIT \(limit)
      """
    ).map { row in ListedForecast(position: try row[15], forecast: try forecast(row)) }
  }
}
