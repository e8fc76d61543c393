public import Inventory

/// What is known of one series' demand, bucket by bucket without a gap.
public struct DemandHistory: Sendable {
  public let series: Series
  /// The day that names the first bucket.
  public let start: Day
  /// Units per bucket. NaN where the demand is missing; never where it is known to be zero.
  public let values: [Double]
  /// Positions in `values` at which the item was out of stock: there demand was at least the value.
  public let stockouts: [Int]

  public init(series: Series, start: Day, values: [Double], stockouts: [Int] = []) {
    self.series = series
    self.start = start
    self.values = values
    self.stockouts = stockouts
  }
}
