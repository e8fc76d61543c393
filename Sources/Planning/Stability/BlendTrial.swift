internal import Forecasting
internal import Inventory

/// Which share of the forecast before would have forecast past origins best.
///
/// From each of the gate's origins but the oldest the forecast is blended, by each weight of a
/// small grid, with that from a week earlier, and held against the demand that came. The error is
/// the gate's: WAPE, the mean over the levels. Of weights whose errors differ by less than
/// `Gate.slack` of demand from the least one the largest is taken: it changes plans least.
public struct BlendTrial: Sendable {
  /// More than half would let the forecast lag behind for weeks.
  static let grid = [0, 0.1, 0.2, 0.3, 0.4, 0.5]

  fileprivate struct Errors {
    var absolute = BlendTrial.grid.map { _ in 0.0 }
    var demand = 0.0
  }

  /// A weight with what it came to.
  public struct Finding: Hashable, Sendable {
    public let weight: Double
    /// In shares of demand: with it, and unblended.
    public let wape: Double
    public let unblended: Double
    /// How many origins had another before them.
    public let origins: Int
  }

  fileprivate var errors: [Level: Errors] = [:]
  private var newer: (origin: Day, means: [Node: DailyMeans])?
  private var origins = 0

  public init() {}

  /// Adds an origin, after the one a week later.
  ///
  /// - Parameter demand: of a node after an origin, for so many days; NaN where it is not known,
  ///   nil for nodes that are not compared.
  mutating func add(
    _ forecasts: [NodeMeans], from origin: Day,
    demand: (_ node: Node, _ after: Day, _ count: Int) -> [Double]?
  ) {
    let first = origin + 1
    if let newer {
      origins += 1
      for forecast in forecasts {
        guard let means = newer.means[forecast.node] else { continue }
        let earlier = DailyMeans(firstDay: first, means: forecast.means)
        guard let known = demand(forecast.node, newer.origin, means.means.count) else { continue }
        errors[forecast.node.level, default: Errors()].add(known, means, earlier)
      }
    }
    newer = (
      origin,
      Dictionary(
        forecasts.map { ($0.node, DailyMeans(firstDay: first, means: $0.means)) },
        uniquingKeysWith: { first, _ in first })
    )
  }

  /// Nil where there was nothing to learn from.
  public var finding: Finding? {
    let levels = errors.filter { $0.value.demand > 0 }.sorted { $0.key < $1.key }.map(\.value)
    guard !levels.isEmpty else { return nil }
    let wapes = BlendTrial.grid.indices.map { place in
      levels.reduce(0) { $0 + $1.absolute[place] / $1.demand } / Double(levels.count)
    }
    let least = wapes.min() ?? 0
    let chosen = wapes.lastIndex { $0 <= least + Gate.slack } ?? 0
    return Finding(
      weight: BlendTrial.grid[chosen], wape: wapes[chosen], unblended: wapes[0], origins: origins)
  }
}

extension BlendTrial.Errors {
  /// Adds the days that are known and that both forecasts cover.
  fileprivate mutating func add(_ demand: [Double], _ newer: DailyMeans, _ earlier: DailyMeans) {
    for (lead, demand) in demand.enumerated() where demand.isFinite {
      let day = newer.firstDay + lead
      guard let new = newer.units(on: day), let old = earlier.units(on: day) else { continue }
      for (place, weight) in BlendTrial.grid.enumerated() {
        absolute[place] += (demand - ((1 - weight) * new + weight * old)).magnitude
      }
      self.demand += demand
    }
  }
}
