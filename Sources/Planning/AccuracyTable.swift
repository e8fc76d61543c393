internal import Forecasting
public import Inventory

/// How far forecasts of one or more origins were from what happened, level by level.
///
/// Per node and origin, over the buckets whose demand is known:
///
///     RMSSE = sqrt(mean (y - f)^2 / mean (y_t - y_(t-1))^2)     the latter over history
///     WRMSSE of a level = sum w RMSSE / sum w, w a node's share of the weights
///     WAPE = sum |y - f| / sum y      bias = sum (f - y) / sum y
///     coverage = share of y inside the outermost quantiles
///
/// RMSSE and its weighted mean are those of the M5 competition (Makridakis, Spiliotis,
/// Assimakopoulos 2022, International Journal of Forecasting 38(4), section 2.3).
public struct AccuracyTable: Sendable {
  public struct Line: Sendable {
    public let level: Level
    /// Means over the origins.
    public let wrmsse: Double
    public let wape: Double
    public let bias: Double
    public let coverage: Double
  }

  private struct Sums {
    var origins = 0.0
    var wrmsse = 0.0
    var absolute = 0.0
    var signed = 0.0
    var actual = 0.0
    var covered = 0.0
    var count = 0.0

    mutating func add(_ demand: [Double], _ means: [Double], _ quantiles: [[Double]]) {
      for (lead, demand) in demand.enumerated() where !demand.isNaN {
        absolute += (means[lead] - demand).magnitude
        signed += means[lead] - demand
        actual += demand
        count += 1
        if let low = quantiles.first?[lead], let high = quantiles.last?[lead], demand >= low,
          demand <= high
        {
          covered += 1
        }
      }
    }
  }

  private let grid: BucketGrid
  private let actuals: [Node: NodeHistory]
  private let weights: [Node: Double]
  private var sums: [Level: Sums] = [:]

  /// - Parameters:
  ///   - histories: with the buckets that were forecast.
  ///   - last: the last day of any of them.
  ///   - weights: per series, not negative; nil weighs by demand.
  public init(
    _ histories: [DemandHistory], bucket: Bucket, last: Day, weights: [Series: Double]? = nil
  ) {
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
    var weighted: [Level: (error: Double, weight: Double)] = [:]
    for forecast in table.nodes {
      guard let actual = actuals[forecast.node] else { continue }
      let next = grid.position(of: table.origin) + 1
      let history = actual.values.prefix(max(0, next - actual.start))
      let demand = forecast.means.indices.map { lead in
        let offset = next + lead - actual.start
        return actual.values.indices.contains(offset) ? actual.values[offset] : .nan
      }
      let means = forecast.means.map { Double($0) / Coherence.thousandths }
      let level = forecast.node.level
      sums[level, default: Sums()].add(demand, means, forecast.quantiles)
      guard let error = Accuracy.rmsse(demand, means, history: Array(history)) else { continue }
      let weight = weights[forecast.node] ?? 0
      weighted[level, default: (0, 0)].error += weight * error
      weighted[level, default: (0, 0)].weight += weight
    }
    for (level, sum) in weighted where sum.weight > 0 {
      sums[level, default: Sums()].wrmsse += sum.error / sum.weight
      sums[level, default: Sums()].origins += 1
    }
  }

  /// From the coarsest level to the finest.
  public var lines: [Line] {
    sums.sorted { $0.key < $1.key }.map { level, sum in
      Line(
        level: level, wrmsse: sum.wrmsse / sum.origins, wape: sum.absolute / sum.actual,
        bias: sum.signed / sum.actual, coverage: sum.covered / sum.count)
    }
  }
}
