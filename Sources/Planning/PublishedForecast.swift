public import Forecasting
public import Inventory

/// A node's forecast as readers get it: with its own origin, because a stale region keeps the
/// forecast of an earlier run.
public struct PublishedForecast: Sendable {
  public let node: Node
  /// The last day the forecast has seen; of a sum with stale parts, the earliest of theirs.
  public let origin: Day
  /// Whether any part of it is behind its promised freshness.
  public let isStale: Bool
  public let tier: Tier
  public let reason: String
  public let firstDay: Day
  /// Thousandths of a unit per day.
  public let means: [Int64]
  /// Units, one row per quantile, one column per day.
  public let quantiles: [[Double]]
  public let spread: DemandSpread
  /// The lock that holds each day, 0 where none does; empty where no day is locked.
  public let locks: [Int]

  public init(
    node: Node, origin: Day, isStale: Bool, tier: Tier, reason: String, firstDay: Day,
    means: [Int64], quantiles: [[Double]], spread: DemandSpread, locks: [Int] = []
  ) {
    self.locks = locks
    self.node = node
    self.origin = origin
    self.isStale = isStale
    self.tier = tier
    self.reason = reason
    self.firstDay = firstDay
    self.means = means
    self.quantiles = quantiles
    self.spread = spread
  }
}

/// What one run publishes: the forecasts it made, and those that stale regions keep, added up so
/// that every level sums exactly to the next.
public struct Publication: Sendable {
  /// Every node of all nine levels, in the order of `Level`.
  public let forecasts: [PublishedForecast]

  /// - Parameters:
  ///   - table: the forecasts of the trained series; levels that only repeat another may be absent.
  ///   - series: the trained series.
  ///   - carried: the forecasts in use of stale regions, on the levels that keep the region.
  ///   - locks: hold days of stale regions, too; the table's are held already.
  public init(
    _ table: ForecastTable, of series: [Series], carried: [PublishedForecast],
    locks: HeldForecasts = HeldForecasts()
  ) {
    let made = Publication.everyLevel(table, of: series)
    let kept = locks.holding(
      carried.map { $0.continued(from: table) }, quantiles: table.settings.quantiles)
    var parts: [Node: [PublishedForecast]] = [:]
    for forecast in kept where forecast.node.level == .itemLocation {
      for level in Level.allCases where !level.keepsRegion {
        parts[Node(level, of: forecast.node.asSeries), default: []].append(forecast)
      }
    }
    let sums = made.map { forecast in
      forecast.adding(parts.removeValue(forKey: forecast.node) ?? [], settings: table.settings)
    }
    let absent = parts.compactMap { node, members in
      PublishedForecast.sum(of: members, as: node, settings: table.settings)
    }
    forecasts = (sums + kept + absent).sorted { left, right in
      left.node.level == right.node.level
        ? Hierarchy.precedes(left.node, right.node) : left.node.level < right.node.level
    }
  }

  /// Spreads the table over all nine levels: a level that was left out takes its equal's forecast.
  private static func everyLevel(
    _ table: ForecastTable, of series: [Series]
  ) -> [PublishedForecast] {
    let hierarchy = Hierarchy(series)
    var made: [Node: NodeForecast] = [:]
    for forecast in table.nodes { made[forecast.node] = forecast }
    var seen: Set<Node> = []
    var forecasts: [PublishedForecast] = []
    for one in series {
      for level in Level.allCases {
        let node = Node(level, of: one)
        guard seen.insert(node).inserted, let position = hierarchy.node(level, of: one),
          let forecast = made[hierarchy.nodes[position]], let firstDay = table.days.first
        else { continue }
        forecasts.append(
          PublishedForecast(
            node: node, origin: table.origin, isStale: false, tier: forecast.tier,
            reason: forecast.reason, firstDay: firstDay, means: forecast.means,
            quantiles: forecast.quantiles, spread: forecast.spread, locks: forecast.locks))
      }
    }
    return forecasts
  }
}

extension Node {
  fileprivate var asSeries: Series {
    Series(item: item, location: location, region: region, category: category)
  }
}

extension PublishedForecast {
  private static let daysPerWeek = 7

  /// The stale forecast over a later run's days. Days beyond its end repeat its last week.
  fileprivate func continued(from table: ForecastTable) -> PublishedForecast {
    guard let first = table.days.first, !means.isEmpty else { return self }
    let places = table.days.indices.map { index -> Int in
      var place = (first + index) - firstDay
      while place >= means.count { place -= min(PublishedForecast.daysPerWeek, means.count) }
      return max(place, 0)
    }
    return PublishedForecast(
      node: node, origin: origin, isStale: true, tier: tier, reason: reason, firstDay: first,
      means: places.map { means[$0] }, quantiles: quantiles.map { row in places.map { row[$0] } },
      spread: spread)
  }

  /// This sum with further parts, which are stale; its quantiles move with its mean.
  fileprivate func adding(
    _ parts: [PublishedForecast], settings: ForecastSettings
  ) -> PublishedForecast {
    guard !parts.isEmpty else { return self }
    let sums = parts.reduce(into: means) { sums, part in
      for (place, mean) in part.means.enumerated() { sums[place] += mean }
    }
    let growth = Double(sums.reduce(0, +)) / max(1, Double(means.reduce(0, +)))
    let spread = spread.scaled(by: growth)
    return PublishedForecast(
      node: node, origin: min(origin, parts.map(\.origin).min() ?? origin), isStale: true,
      tier: tier, reason: reason, firstDay: firstDay, means: sums,
      quantiles: PublishedForecast.quantiles(of: sums, spread, settings), spread: spread)
  }

  /// A sum that has only stale parts.
  fileprivate static func sum(
    of parts: [PublishedForecast], as node: Node, settings: ForecastSettings
  ) -> PublishedForecast? {
    guard let largest = parts.max(by: { $0.means.reduce(0, +) < $1.means.reduce(0, +) }) else {
      return nil
    }
    let seed = PublishedForecast(
      node: node, origin: largest.origin, isStale: true, tier: largest.tier,
      reason: largest.reason, firstDay: largest.firstDay, means: largest.means,
      quantiles: largest.quantiles, spread: largest.spread)
    return seed.adding(parts.filter { $0.node != largest.node }, settings: settings)
  }

  private static func quantiles(
    of means: [Int64], _ spread: DemandSpread, _ settings: ForecastSettings
  ) -> [[Double]] {
    let columns = means.enumerated().map { index, mean in
      spread.quantiles(settings.quantiles, mean: Double(mean) / 1000, lead: index + 1)
    }
    return settings.quantiles.indices.map { row in columns.map { $0[row] } }
  }
}

extension DemandSpread {
  /// The spread of a sum that grew by parts alike: relative scatter stays as it is.
  fileprivate func scaled(by growth: Double) -> DemandSpread {
    switch self {
    case .squareRoot(let scale, let deviation, let growthPerLead):
      .squareRoot(scale: scale * growth, deviation: deviation, growth: growthPerLead)
    case .negativeBinomial, .certain: self
    }
  }
}
