extension Hybrid {
  /// When a level is believed to have stepped, and how far it is followed.
  public struct StepRule: Hashable, Sendable {
    /// Candidate ages of a step, buckets, ascending; empty switches the test off.
    public var lengths: [Int]
    /// α of the level that a step is measured against.
    public var rate: Double
    /// What counts as a step, in typical sizes: sums are quieter than series.
    public var sumThreshold: Double
    public var seriesThreshold: Double
    /// The last buckets whose mean is the level after the step.
    public var longestMean: Int
    /// The share of a step that is followed: 0.6 under the first age, 0.8 under the second, then 1;
    /// a young step may pass.
    public var youngAge: Int
    public var grownAge: Int

    public static let daily = StepRule(
      lengths: [5, 7, 10, 14, 21, 28], rate: 0.07, sumThreshold: 3.5, seriesThreshold: 5,
      longestMean: 14, youngAge: 10, grownAge: 14)
    public static let weekly = StepRule(
      lengths: [2, 3, 4, 6], rate: 0.25, sumThreshold: 4, seriesThreshold: 5, longestMean: 4,
      youngAge: 0, grownAge: 0)
    public static let off = StepRule(
      lengths: [], rate: 0.1, sumThreshold: 4, seriesThreshold: 5, longestMean: 1, youngAge: 0,
      grownAge: 0)

    func trust(buckets: Int) -> Double {
      buckets < youngAge ? 0.6 : buckets < grownAge ? 0.8 : 1
    }
  }

  /// A step of the level that a forecast took into account.
  public struct Step: Hashable, Sendable {
    /// The column whose history shows it best: the forecast's own or an ancestor.
    public var column: Int
    /// How many buckets ago.
    public var buckets: Int
    /// t, in multiples of what chance allows; above 1.
    public var strength: Double
    /// a, on the z scale: the level since the step less the smoothed level.
    public var size: Double
    /// How much of it the level was moved by.
    public var followed: Double
  }
}
