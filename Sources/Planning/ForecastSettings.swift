public import Inventory

/// What a forecast is asked for.
public struct ForecastSettings: Hashable, Sendable {
  /// Which method fits the series: the ladder's choice, or one rung for all.
  public enum Choice: String, CaseIterable, Hashable, Sendable {
    case auto, hybrid, ets, naive, mean
  }

  public static let defaultQuantiles = [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975]

  /// Buckets ahead of the origin.
  public var horizon: Int
  public var bucket: Bucket
  /// Ascending, each above 0 and below 1.
  public var quantiles: [Double]
  public var choice: Choice

  public init(
    horizon: Int = 28, bucket: Bucket = .day, quantiles: [Double] = defaultQuantiles,
    choice: Choice = .auto
  ) {
    self.horizon = horizon
    self.bucket = bucket
    self.quantiles = quantiles
    self.choice = choice
  }
}
