import Forecasting
import Inventory

@testable import Planning

/// Nodes of one store chain with flat demand, each at a level of its own, and what a forecast makes
/// of them.
struct DetectionSample {
  var origin = day("2025-06-01")
  /// Units a day of each series, until now and as it is forecast.
  var levels: [Series: (known: Double, ahead: Double)] = [:]
  /// A year ago the coming weeks sold this many times as much as the eight before.
  var season = 1.0
  var limits = DetectionLimits.standard

  static let items = ["tea", "coffee", "cola", "soap", "rice"]
  static let locations = ["N1", "N2", "S1", "S2"]

  init(known: Double = 20) {
    for item in Self.items {
      for location in Self.locations {
        levels[Self.series(item, location)] = (known, known)
      }
    }
  }

  static func series(_ item: String, _ location: String) -> Series {
    PlanningTests.series(
      item, at: location, in: String(location.prefix(1)), of: item == "soap" ? "care" : "food")
  }

  mutating func scale(_ factor: Double, where matches: (Series) -> Bool) {
    for (series, level) in levels where matches(series) {
      levels[series] = (level.known, level.known * factor)
    }
  }

  /// All nodes, as the forecaster would leave them.
  func table(
    of level: KeyPath<(known: Double, ahead: Double), Double> = \.ahead, origin: Day? = nil
  )
    -> ForecastTable
  {
    let origin = origin ?? self.origin
    let hierarchy = Hierarchy(Array(levels.keys))
    let nodes = hierarchy.nodes.indices.map { node in
      let parts = hierarchy.members[node].compactMap { levels[hierarchy.series[$0]] }
      let known = parts.reduce(0) { $0 + $1.known }
      let ahead = parts.reduce(0) { $0 + $1[keyPath: level] }
      return NodeForecast(
        node: hierarchy.nodes[node], tier: .hybrid, reason: "",
        means: Array(repeating: Int64(ahead * 1000), count: 28), quantiles: [],
        spread: .squareRoot(scale: max(known, 1), deviation: 0.1, growth: 0.1),
        recent: RecentDemand(
          lastWeeks: Self.weeks(known, 56),
          yearEarlier: Self.weeks(known, 56) + Self.weeks(known * season, 28),
          plainMeans: Array(repeating: ahead, count: 28)))
    }
    return ForecastTable(
      origin: origin, settings: ForecastSettings(), days: (1...28).map { origin + $0 },
      nodes: nodes)
  }

  /// Level demand with a little scatter, the same every week but for one unit in ten.
  private static func weeks(_ level: Double, _ days: Int) -> [Double] {
    (0..<days).map { level * ($0 / 7 % 2 == 0 ? 1.02 : 0.98) }
  }

  func published(origin: Day) -> [PublishedForecast] {
    let table = table(of: \.known, origin: origin)
    return table.nodes.map { one in
      PublishedForecast(
        node: one.node, origin: origin, isStale: false, tier: one.tier, reason: "",
        firstDay: origin + 1, means: one.means, quantiles: [], spread: one.spread)
    }
  }

  func flags(events: [CalendarEvent] = [], previous: [PublishedForecast] = []) -> [Flag] {
    Detection.flags(
      DetectionInput(table: table(), previous: previous, events: events, limits: limits))
  }
}

extension Flag {
  /// "level-jump tea@N1": the rule and the node's parts.
  var short: String {
    let parts = [
      node?.item?.text ?? node?.category?.text, node?.location?.text ?? node?.region?.text,
    ].compactMap(\.self)
    return rule.rawValue + " " + (parts.isEmpty ? "total" : parts.joined(separator: "@"))
  }
}
