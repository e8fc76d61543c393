import Inventory
import Planning
import TestKit

@testable import Service

/// A retailer of a few series on an evening, with a champion that has published every week.
struct GateScene {
  static let settings = ForecastSettings(horizon: 42)

  let origin: Day
  let histories: [DemandHistory]
  /// What the challenger's configuration says from an origin of data known today.
  let challenger: ForecastTable
  let past: [ForecastTable]
  /// What the champion published, of data known then.
  let published: [Day: ForecastTable]

  /// Each seed is another retailer. What the champion saw was corrected later, in one value of
  /// fifty.
  init(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let origin = Day("2024-05-01")! + Int.random(in: 0..<365, using: &random)
    let histories = Self.retailer(through: origin, &random)
    self.origin = origin
    self.histories = histories
    challenger = try Self.table(histories, origin)
    let origins = (1...4).map { origin - 7 * $0 }
    past = try origins.map { origin in
      try Self.table(histories.compactMap { $0.known(through: origin) }, origin)
    }
    var published: [Day: ForecastTable] = [:]
    for origin in origins {
      let seen = histories.compactMap { $0.known(through: origin)?.misreported(&random) }
      published[origin] = try Self.table(seen, origin)
    }
    self.published = published
  }

  /// Three regions of two locations with four items of two categories each, for a year and more.
  static func retailer(
    through origin: Day, _ random: inout SeededGenerator
  ) -> [DemandHistory] {
    var histories: [DemandHistory] = []
    let weekdays = (0..<7).map { _ in Double.random(in: 0.6...1.6, using: &random) }
    for (region, location) in [
      ("north", "leeds"), ("north", "york"), ("south", "bath"), ("south", "exeter"),
      ("west", "cardiff"), ("west", "swansea"),
    ] {
      for (item, category) in [
        ("oats", "food"), ("rye", "food"), ("soap", "home"), ("wax", "home"),
      ] {
        let level = Double.random(in: 4...40, using: &random)
        let start = origin - Int.random(in: 200...380, using: &random)
        let values = (0...(origin - start)).map { number -> Double in
          let noise = Double.random(in: 0.6...1.4, using: &random)
          return (level * weekdays[(start + number).weekday - 1] * noise).rounded()
        }
        histories.append(
          DemandHistory(
            series: Series(
              item: code(item), location: code(location), region: code(region),
              category: code(category)), start: start, values: values))
      }
    }
    return histories
  }

  private static func table(_ histories: [DemandHistory], _ origin: Day) throws -> ForecastTable {
    try Forecaster.forecast(histories: histories, events: [], origin: origin, settings: settings)
  }

  /// What the gate says of a challenger whose tables are all altered alike.
  func verdict(
    _ alter: (ForecastTable) -> ForecastTable = { $0 }
  ) -> GateVerdict {
    let limits = GateLimits()
    var trial = GateTrial(
      histories, events: [], origin: origin, horizon: 28, limits: limits, seed: 1)
    for table in past {
      trial.add(alter(table), champion: published[table.origin]?.daily ?? [:])
    }
    let inUse = published[origin - 7].map { table in
      Publication(table, of: histories.map(\.series), carried: []).forecasts
    }
    return Gate.verdict(
      GateInput(
        table: alter(challenger), histories: histories, trial: trial, previous: inUse ?? [],
        locations: 1, freshLocations: 1, horizon: 28, limits: limits))
  }

  /// A way to spoil forecasts, and what it is called.
  struct Fault {
    let name: String
    let alter: @Sendable (ForecastTable) -> ForecastTable
  }

  /// One of each kind, as strong as the generator says.
  func faults(_ random: inout SeededGenerator) -> [Fault] {
    Self.faults(of: histories, &random)
  }

  /// - Parameter histories: the retailer's, with what came after the forecasts.
  static func faults(
    of histories: [DemandHistory], _ random: inout SeededGenerator
  ) -> [Fault] {
    let factor =
      Bool.random(using: &random)
      ? Double.random(in: 0.3...0.75, using: &random)
      : Double.random(in: 1.35...3, using: &random)
    let days = Int.random(in: 2...4, using: &random)
    let regions = Set(histories.compactMap(\.series.region)).sorted()
    let region = regions[Int.random(in: 0..<regions.count, using: &random)]
    let broken = Double.random(in: 1.7...4, using: &random)
    let items = Set(histories.compactMap(\.series.item)).sorted()
    let share = Double.random(in: 0.35...1, using: &random)
    let gone = Set(items.shuffled(using: &random).prefix(Int(share * Double(items.count))))
    let victim = Int.random(in: 0..<1_000, using: &random)
    let knowing = Double.random(in: 0.6...1, using: &random)
    return [
      Fault(name: "scaled by \(factor)") { $0.altered { _, means in means.map { $0 * factor } } },
      Fault(name: "shifted by \(days) days") { table in
        table.altered { _, means in means.indices.map { means[($0 + days) % means.count] } }
      },
      Fault(name: "zeroed, \(gone.count) of \(items.count) items") { table in
        table.altered { node, means in
          node.item.map(gone.contains) == true ? means.map { _ in 0 } : means
        }
      },
      Fault(name: "no number at node \(victim)") { $0.withoutNumber(at: victim) },
      Fault(name: "\(region) times \(broken)") { table in
        table.altered { node, means in
          node.region == region ? means.map { $0 * broken } : means
        }
      },
      Fault(name: "leaking, \(knowing) of it known") { leaking($0, histories, knowing) },
    ]
  }

  /// A forecast of days that have been mixed with what they brought.
  private static func leaking(
    _ table: ForecastTable, _ histories: [DemandHistory], _ share: Double
  ) -> ForecastTable {
    var known: [Series: DemandHistory] = [:]
    for history in histories { known[history.series] = history }
    return table.altered { node, means in
      let series = Series(
        item: node.item, location: node.location, region: node.region, category: node.category)
      guard let history = known[series] else { return means }
      return means.enumerated().map { lead, mean in
        let place = (table.origin + 1 + lead) - history.start
        guard history.values.indices.contains(place), history.values[place].isFinite else {
          return mean
        }
        return share * history.values[place] + (1 - share) * mean
      }
    }
  }
}

extension DemandHistory {
  /// As it was told at first.
  fileprivate func misreported(_ random: inout SeededGenerator) -> DemandHistory {
    let told = values.map { value in
      Int.random(in: 0..<50, using: &random) == 0 ? (value * 0.7).rounded() : value
    }
    return DemandHistory(series: series, start: start, values: told)
  }
}

extension ForecastTable {
  /// Other means of the series, added up over all sums again.
  func altered(_ alter: (Node, [Double]) -> [Double]) -> ForecastTable {
    let level = nodes.last?.node.level
    var changed: [Node: [Int64]] = [:]
    var series: [Series] = []
    for forecast in nodes where forecast.node.level == level {
      let node = forecast.node
      let means = alter(node, forecast.means.map { Double($0) / 1000 })
      changed[node] = means.map { Int64(($0 * 1000).rounded()) }
      series.append(
        Series(
          item: node.item, location: node.location, region: node.region, category: node.category))
    }
    let hierarchy = Hierarchy(series)
    for (node, members) in zip(hierarchy.nodes, hierarchy.members) where changed[node] == nil {
      var sum = [Int64](repeating: 0, count: days.count)
      for member in members {
        let means = changed[Node(level ?? .itemLocation, of: hierarchy.series[member])] ?? []
        for (lead, mean) in means.enumerated() { sum[lead] += mean }
      }
      changed[node] = sum
    }
    return with(nodes.map { $0.with(means: changed[$0.node] ?? $0.means) })
  }

  func withoutNumber(at place: Int) -> ForecastTable {
    var nodes = nodes
    let place = place % nodes.count
    var quantiles = nodes[place].quantiles
    if !quantiles.isEmpty { quantiles[0][0] = .nan }
    nodes[place] = nodes[place].with(means: nodes[place].means, quantiles: quantiles)
    return with(nodes)
  }

  fileprivate var daily: [Node: DailyMeans] {
    Dictionary(
      nodes.map { ($0.node, DailyMeans(firstDay: days[0], means: $0.means)) },
      uniquingKeysWith: { first, _ in first })
  }

  private func with(_ nodes: [NodeForecast]) -> ForecastTable {
    ForecastTable(origin: origin, settings: settings, days: days, nodes: nodes)
  }
}

extension NodeForecast {
  func with(means: [Int64], quantiles: [[Double]]? = nil) -> NodeForecast {
    NodeForecast(
      node: node, tier: tier, reason: reason, means: means,
      quantiles: quantiles ?? self.quantiles, spread: spread, refused: refused, recent: recent)
  }
}
