/// How far forecasts were from what happened, as sums over series and days, from which every ratio
/// is made, of any group:
///
///     WAPE = sum |y - f| / sum y      bias = sum (f - y) / sum y
///     RMSSE = sqrt(sum ((y - f)^2 / mean (y_t - y_(t-1))^2) / n)    the mean over history
///     pinball = sum of the mean pinball loss over the quantiles / sum y
///     coverage = share of y inside the outermost quantiles
///     value added = sum (|y - f'| - |y - f|) / sum y    where there is a seasonal naive f'
///
/// RMSSE is the root of a mean over all days and series of the group, so that a single day ahead
/// has one, too; M5's is a mean of the series' roots. The other terms are those of `AccuracyTable`.
public struct AccuracySums: Hashable, Sendable {
  public var observations = 0
  public var demand = 0.0
  public var absoluteError = 0.0
  /// Of f - y: above 0 the forecasts were too high.
  public var signedError = 0.0
  public var scaledSquaredError = 0.0
  /// Observations of series whose history changes at all.
  public var scaledObservations = 0
  public var pinballLoss = 0.0
  public var covered = 0
  /// Demand where there is a seasonal naive forecast, its error there, and ours there.
  public var naiveDemand = 0.0
  public var naiveAbsoluteError = 0.0
  public var naiveForecastAbsoluteError = 0.0

  public init() {}

  public var wape: Double? { demand > 0 ? absoluteError / demand : nil }
  public var bias: Double? { demand > 0 ? signedError / demand : nil }
  public var rmsse: Double? {
    scaledObservations > 0
      ? (scaledSquaredError / Double(scaledObservations)).squareRoot() : nil
  }
  public var pinball: Double? { demand > 0 ? pinballLoss / demand : nil }
  public var coverage: Double? {
    observations > 0 ? Double(covered) / Double(observations) : nil
  }
  public var naiveWAPE: Double? { naiveDemand > 0 ? naiveAbsoluteError / naiveDemand : nil }
  /// The seasonal naive forecast's WAPE less ours on the same days; below 0 ours is worse.
  public var valueAdded: Double? {
    naiveDemand > 0 ? (naiveAbsoluteError - naiveForecastAbsoluteError) / naiveDemand : nil
  }

  mutating func add(
    _ demand: Double, mean: Double, quantiles: some Sequence<(value: Double, probability: Double)>,
    changes: Double?, naive: Double?
  ) {
    let error = mean - demand
    observations += 1
    self.demand += demand
    absoluteError += error.magnitude
    signedError += error
    if let changes {
      scaledSquaredError += error * error / changes
      scaledObservations += 1
    }
    var (losses, count) = (0.0, 0)
    var (low, high) = (Double.infinity, -Double.infinity)
    for quantile in quantiles {
      let above = demand - quantile.value
      losses += max(quantile.probability * above, (quantile.probability - 1) * above)
      (low, high) = (min(low, quantile.value), max(high, quantile.value))
      count += 1
    }
    if count > 0 { pinballLoss += losses / Double(count) }
    if demand >= low, demand <= high { covered += 1 }
    guard let naive else { return }
    naiveDemand += demand
    naiveAbsoluteError += (naive - demand).magnitude
    naiveForecastAbsoluteError += error.magnitude
  }
}
