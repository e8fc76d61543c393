public import Forecasting
public import Inventory

/// The rung of the fallback ladder that a forecast stands on, best first.
public enum Tier: String, CaseIterable, Hashable, Sendable {
  case hybrid
  case smoothing
  case profile
  case seasonalNaive = "seasonal-naive"
  case mean
  case zero
}

/// The forecast of one node: coherent means, and quantiles of its own.
public struct NodeForecast: Sendable {
  public let node: Node
  public let tier: Tier
  /// Why this tier, in a few words: "71 days of history", "never sold".
  public let reason: String
  /// Thousandths of a unit per bucket. Sums of nodes are sums of these integers.
  public let means: [Int64]
  /// Units, one row per quantile asked for, one column per bucket; quantiles do not add.
  public let quantiles: [[Double]]
  public let spread: DemandSpread
  /// An answer that was not believed and replaced.
  public let refused: RefusedForecast?
  /// What its history was lately; nil for weeks and months.
  public let recent: RecentDemand?
  /// The lock that holds each bucket, 0 where none does; empty where no bucket is locked.
  public let locks: [Int]

  public init(
    node: Node, tier: Tier, reason: String, means: [Int64], quantiles: [[Double]],
    spread: DemandSpread, refused: RefusedForecast? = nil, recent: RecentDemand? = nil,
    locks: [Int] = []
  ) {
    self.locks = locks
    self.node = node
    self.tier = tier
    self.reason = reason
    self.means = means
    self.quantiles = quantiles
    self.spread = spread
    self.refused = refused
    self.recent = recent
  }
}

/// Forecasts of all nodes from one origin.
public struct ForecastTable: Sendable {
  /// The last day the forecast has seen.
  public let origin: Day
  public let settings: ForecastSettings
  /// The days that name the buckets ahead.
  public let days: [Day]
  /// In the order of `Level`, then of their codes.
  public let nodes: [NodeForecast]
  /// Of the nodes that were asked about.
  public let explanations: [Explanation]
  /// What a later origin can go on with instead of fitting again, if it was asked for.
  public let fits: KeptFits?

  public init(
    origin: Day, settings: ForecastSettings, days: [Day], nodes: [NodeForecast],
    explanations: [Explanation] = [], fits: KeptFits? = nil
  ) {
    self.fits = fits
    self.explanations = explanations
    self.origin = origin
    self.settings = settings
    self.days = days
    self.nodes = nodes
  }
}
