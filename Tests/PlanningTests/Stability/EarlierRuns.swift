import Forecasting
import Inventory

@testable import Planning

/// Two runs over the same four series, a day apart, with numbers drawn by a seed.
struct EarlierRuns {
  static let origin = day("2024-03-31")
  static let horizon = 10
  static let quantiles = [0.1, 0.5, 0.9]
  static let series = [
    PlanningTests.series("oats", at: "leeds", in: "north", of: "food"),
    PlanningTests.series("oats", at: "york", in: "north", of: "food"),
    PlanningTests.series("soap", at: "leeds", in: "north", of: "home"),
    PlanningTests.series("soap", at: "bath", in: "south", of: "home"),
  ]

  /// Of some of the series.
  static func table(
    seed: UInt64, origin: Day = EarlierRuns.origin, of series: [Series] = EarlierRuns.series,
    quantiles: [Double] = EarlierRuns.quantiles, closing: (location: String, lead: Int)? = nil
  ) -> ForecastTable {
    var random = SplitMix(seed)
    let hierarchy = Hierarchy(series)
    let bottoms = hierarchy.series.map { one in
      (0..<horizon).map { lead in
        let mean = Int64.random(in: 1000...9999, using: &random)
        return closing.map { $0 == (one.location?.text ?? "", lead) } ?? false ? 0 : mean
      }
    }
    let spread = DemandSpread.squareRoot(scale: 5, deviation: 0.4, growth: 0.2)
    let nodes = zip(hierarchy.nodes, hierarchy.members).map { node, members in
      let means = (0..<horizon).map { lead in members.reduce(0) { $0 + bottoms[$1][lead] } }
      let columns = means.enumerated().map { lead, mean in
        spread.quantiles(quantiles, mean: Double(mean) / 1000, lead: lead + 1)
      }
      return NodeForecast(
        node: node, tier: .hybrid, reason: "", means: means,
        quantiles: quantiles.indices.map { row in columns.map { $0[row] } }, spread: spread)
    }
    return ForecastTable(
      origin: origin, settings: ForecastSettings(horizon: horizon, quantiles: quantiles),
      days: (1...horizon).map { origin + $0 }, nodes: nodes)
  }

  static func published(
    _ table: ForecastTable, of series: [Series] = EarlierRuns.series
  ) -> [PublishedForecast] {
    Publication(table, of: series, carried: []).forecasts
  }

  static func said(
    _ table: ForecastTable, of series: [Series] = EarlierRuns.series, run: Int = 1
  ) -> EarlierForecasts {
    EarlierForecasts(
      run: run, quantiles: table.settings.quantiles, published(table, of: series))
  }

  static func lock(
    _ id: Int = 1, region: String? = nil, location: String? = nil, item: String? = nil,
    days: ClosedRange<Int> = 1...4, run: Int = 1
  ) -> ForecastLock {
    ForecastLock(
      id: id, region: region.flatMap { RegionCode($0) },
      location: location.flatMap { LocationCode($0) }, item: item.flatMap { ItemCode($0) },
      firstDay: origin + days.lowerBound, lastDay: origin + days.upperBound, run: run)
  }
}

extension [PublishedForecast] {
  subscript(_ level: Level, _ series: Series) -> PublishedForecast? {
    first { $0.node == Node(level, of: series) }
  }

  /// Whether every sum is that of its series, on all nine levels and every day.
  var areCoherent: Bool {
    var sums: [Node: [Int64]] = [:]
    for forecast in self where forecast.node.level == .itemLocation {
      let node = forecast.node
      let own = Series(
        item: node.item, location: node.location, region: node.region, category: node.category)
      for level in Level.allCases {
        let known = sums[Node(level, of: own)] ?? forecast.means.map { _ in 0 }
        sums[Node(level, of: own)] = zip(known, forecast.means).map { $0 + $1 }
      }
    }
    return sums.count == count && allSatisfy { sums[$0.node] == $0.means }
  }
}
