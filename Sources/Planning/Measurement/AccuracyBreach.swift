/// Up to where a region's forecasts are believed, judged by days that have arrived.
public struct AccuracyLimits: Hashable, Sendable {
  /// Our error as a part of the seasonal naive forecast's, at most.
  public var ratioToNaive = 1.1
  /// |sum of forecasts / sum of demand - 1|, at most.
  public var bias = 0.3
  /// Fewer days than these say too little.
  public var leastDays = 7

  public init() {}
}

/// A region whose forecasts are no longer believed.
public enum AccuracyBreach: Hashable, Sendable {
  /// Seasonal naive would have been better.
  case worseThanNaive(wape: Double, naive: Double)
  /// Too high or too low throughout.
  case biased(Double)

  /// Nil while they are believed, or too few days have arrived.
  public init?(_ sums: AccuracySums, days: Int, limits: AccuracyLimits) {
    guard days >= limits.leastDays, sums.demand > 0 else { return nil }
    let own = sums.naiveForecastAbsoluteError
    if sums.naiveDemand > 0, own > limits.ratioToNaive * sums.naiveAbsoluteError {
      self = .worseThanNaive(
        wape: own / sums.naiveDemand, naive: sums.naiveAbsoluteError / sums.naiveDemand)
    } else if let bias = sums.bias, bias.magnitude > limits.bias {
      self = .biased(bias)
    } else {
      return nil
    }
  }
}
