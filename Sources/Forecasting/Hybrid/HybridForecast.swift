extension Hybrid {
  /// What the method says of one column, and the parts it is made of.
  ///
  /// On the scale z = 2 (sqrt(y / scale) − 1) the forecast of lead h is
  /// features(T + h) · coefficients + level + (h + 1) slope + weekday[h] + echo[h], h from 0.
  public struct Forecast: Sendable {
    /// H means in units, finite, >= 0, 0 on closures.
    public var means: [Double]
    /// Whether the answer can be true; what is finite and within ten times the last year's maximum
    /// can. If not, a lower rung must take over, and the means are only what was refused.
    public var isPlausible: Bool
    public var spread: DemandSpread
    /// The mean of the last year's demand, units.
    public var scale: Double
    /// p effects on the z scale.
    public var coefficients: [Double]
    /// The level of the residual at the origin, with what was followed of a step.
    public var level: Double
    /// What the level moves by per bucket ahead; 0 for days and weeks.
    public var slope: Double
    /// The step of the level that was followed, if any.
    public var step: Step?
    /// H effects of the weekday's own level; zeros without a short season.
    public var weekday: [Double]
    /// H echoes of the residuals of a year ago; zeros without a year to look back.
    public var echo: [Double]
    /// α of the level.
    public var smoothing: Double
    /// μ, the ridge penalty chosen; nil where the parent's coefficients stand as they are.
    public var penalty: Double?
    /// How many features' worth of freedom the ridge used.
    public var degreesOfFreedom: Double
    /// One-step errors in units of the last `Parameters.keptErrors` buckets, the newest last, 0
    /// where demand is not known; outliers are pulled in. Empty where none were kept.
    public var errors: [Double] = []
  }

  /// Why no column at all could be fitted.
  public enum Failure: Error, Hashable, Sendable {
    case featureNotFinite(row: Int, column: Int)
    case parentsInCircle(column: Int)
    case eigenvaluesNotConverged
  }
}
