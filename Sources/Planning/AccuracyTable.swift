internal import Forecasting
public import Inventory

/// How far forecasts of one or more origins were from what happened, group by group.
///
/// Per node and origin, over the buckets whose demand is known:
///
///     RMSSE = sqrt(mean (y - f)^2 / mean (y_t - y_(t-1))^2)     the latter over history
///     MASE = mean |y - f| / mean |y_t - y_(t-s)|                s the buckets of a season
///     WRMSSE, MASE of a group = sum w x / sum w, w a node's share of the weights
///     WAPE = sum |y - f| / sum y      bias = sum (f - y) / sum y
///     sMAPE = mean 2 |y - f| / (y + f), 0 where both are 0
///     pinball = mean over quantiles and buckets of the pinball loss / mean y
///     coverage = share of y inside the outermost quantiles
///
/// RMSSE and its weighted mean are those of the M5 competition (Makridakis, Spiliotis,
/// Assimakopoulos 2022, International Journal of Forecasting 38(4), section 2.3), MASE is Hyndman
/// and Koehler's (2006, same journal, 22(4)).
public struct AccuracyTable: Sendable {
  /// What stands together in a line.
  public enum Grouping: String, CaseIterable, Hashable, Sendable {
    /// Sums of one kind.
    case level
    /// Series that sell alike, judged by their history before the origin.
    case demandClass = "class"
    /// Series so many buckets ahead.
    case lead
  }

  public struct Line: Sendable {
    /// `item-location`, `lumpy`, `28`.
    public let group: String
    /// Means over the origins; by lead there are none, because a single bucket has no such error.
    public let wrmsse: Double?
    public let mase: Double?
    public let wape: Double
    public let bias: Double
    public let smape: Double
    public let pinball: Double
    public let coverage: Double
  }

  /// Ascending in the order in which they are shown.
  private struct Group: Hashable, Comparable {
    let rank: Int
    let name: String

    static func < (left: Group, right: Group) -> Bool { left.rank < right.rank }
  }

  private struct Sums {
    var origins = 0.0
    var wrmsse = 0.0
    var mase = 0.0
    var absolute = 0.0
    var signed = 0.0
    var actual = 0.0
    var relative = 0.0
    var pinball = 0.0
    var covered = 0.0
    var count = 0.0

    mutating func add(
      _ demand: Double, _ mean: Double, _ quantiles: [Double], probabilities: [Double]
    ) {
      let error = mean - demand
      absolute += error.magnitude
      signed += error
      actual += demand
      relative += mean + demand > 0 ? 2 * error.magnitude / (mean + demand) : 0
      count += 1
      guard let low = quantiles.first, let high = quantiles.last else { return }
      if demand >= low, demand <= high { covered += 1 }
      let losses = zip(quantiles, probabilities).reduce(0) { sum, quantile in
        let above = demand - quantile.0
        return sum + max(quantile.1 * above, (quantile.1 - 1) * above)
      }
      pinball += losses / Double(quantiles.count)
    }
  }

  /// Scaled errors of one origin and group, weighted.
  private struct Scaled {
    var rmsse = 0.0
    var mase = 0.0
    var weight = 0.0
  }

  public let grouping: Grouping
  private let grid: BucketGrid
  private let actuals: [Node: NodeHistory]
  private let weights: [Node: Double]
  private var sums: [Group: Sums] = [:]

  /// - Parameters:
  ///   - histories: with the buckets that were forecast.
  ///   - last: the last day of any of them.
  ///   - weights: per series, not negative; nil weighs by demand.
  public init(
    _ histories: [DemandHistory], bucket: Bucket, last: Day, weights: [Series: Double]? = nil,
    by grouping: Grouping = .level
  ) {
    self.grouping = grouping
    grid = BucketGrid(bucket, following: histories.map(\.start))
    let next = grid.position(of: last) + 1
    let hierarchy = Hierarchy(histories.map(\.series))
    let bySeries = Dictionary(
      histories.map { ($0.series, $0) }, uniquingKeysWith: { first, _ in first })
    let grid = grid
    let prepared = hierarchy.series.compactMap { series in
      bySeries[series].map { history in
        var one = PreparedSeries(history, grid: grid, next: next)
        one.mask(
          closed: [], stockouts: [], season: bucket.season, next: next, horizon: 0,
          perYear: Int(bucket.perYear))
        return one
      }
    }
    let weightOf = hierarchy.series.map { series in
      weights.map { $0[series] ?? 0 }
        ?? bySeries[series].map { $0.values.reduce(0) { $1.isNaN ? $0 : $0 + $1 } } ?? 0
    }
    var actuals: [Node: NodeHistory] = [:]
    var shares: [Node: Double] = [:]
    for (node, members) in zip(hierarchy.nodes, hierarchy.members) {
      actuals[node] = NodeHistory(sumOf: members.lazy.map { prepared[$0] }, next: next)
      shares[node] = members.reduce(0) { $0 + weightOf[$1] }
    }
    self.actuals = actuals
    self.weights = shares
  }

  /// Adds one origin's forecasts.
  public mutating func add(_ table: ForecastTable) {
    var scaled: [Group: Scaled] = [:]
    let own = table.nodes.last?.node.level
    for forecast in table.nodes where grouping == .level || forecast.node.level == own {
      guard let actual = actuals[forecast.node] else { continue }
      let next = grid.position(of: table.origin) + 1
      let history = Array(actual.values.prefix(max(0, next - actual.start)))
      guard let groups = groups(of: forecast, history: history) else { continue }
      let demand = demand(of: forecast.node, from: next, buckets: forecast.means.count)
      let means = forecast.means.map { Double($0) / Coherence.thousandths }
      for (lead, demand) in demand.enumerated() where !demand.isNaN {
        sums[groups[min(lead, groups.count - 1)], default: Sums()].add(
          demand, means[lead], forecast.quantiles.map { $0[lead] },
          probabilities: table.settings.quantiles)
      }
      let season = table.settings.bucket.season
      guard groups.count == 1, let error = Accuracy.rmsse(demand, means, history: history)
      else { continue }
      let weight = weights[forecast.node] ?? 0
      scaled[groups[0], default: Scaled()].rmsse += weight * error
      scaled[groups[0], default: Scaled()].mase +=
        weight * (Accuracy.mase(demand, means, history: history, season: season) ?? 0)
      scaled[groups[0], default: Scaled()].weight += weight
    }
    for (group, sum) in scaled where sum.weight > 0 {
      sums[group, default: Sums()].wrmsse += sum.rmsse / sum.weight
      sums[group, default: Sums()].mase += sum.mase / sum.weight
      sums[group, default: Sums()].origins += 1
    }
  }

  /// Of the nodes that are known, coarsest first.
  public var levels: [Level] { Set(actuals.keys.map(\.level)).sorted() }

  /// What happened in the buckets after an origin, in units; NaN where it is not known.
  public func demand(of node: Node, after origin: Day, buckets: Int) -> [Double] {
    demand(of: node, from: grid.position(of: origin) + 1, buckets: buckets)
  }

  /// What happened in the last buckets up to an origin, in units; NaN where it is not known.
  public func history(of node: Node, through origin: Day, buckets: Int) -> [Double] {
    demand(of: node, from: grid.position(of: origin) + 1 - buckets, buckets: buckets)
  }

  private func demand(of node: Node, from next: Int, buckets: Int) -> [Double] {
    guard let actual = actuals[node] else { return Array(repeating: .nan, count: buckets) }
    return (next - actual.start..<next - actual.start + buckets).map {
      actual.values.indices.contains($0) ? actual.values[$0] : .nan
    }
  }

  /// One group for all buckets ahead, or one for each; nil for what belongs to none.
  private func groups(of forecast: NodeForecast, history: [Double]) -> [Group]? {
    switch grouping {
    case .level:
      let level = forecast.node.level
      return [Group(rank: Level.allCases.firstIndex(of: level) ?? 0, name: level.rawValue)]
    case .demandClass:
      guard let found = DemandClass(history) else { return nil }
      return [Group(rank: DemandClass.allCases.firstIndex(of: found) ?? 0, name: found.rawValue)]
    case .lead:
      return forecast.means.indices.map { Group(rank: $0, name: String($0 + 1)) }
    }
  }

  /// From the coarsest level to the finest, from smooth to lumpy, from the first lead to the last.
  public var lines: [Line] {
    sums.sorted { $0.key < $1.key }.map { group, sum in
      Line(
        group: group.name, wrmsse: sum.origins > 0 ? sum.wrmsse / sum.origins : nil,
        mase: sum.origins > 0 ? sum.mase / sum.origins : nil, wape: sum.absolute / sum.actual,
        bias: sum.signed / sum.actual, smape: sum.relative / sum.count,
        pinball: sum.pinball / sum.actual, coverage: sum.covered / sum.count)
    }
  }
}
