/// How far forecasts were from demand. Buckets whose demand is NaN are left out everywhere; where
/// nothing is left, or a denominator is 0, the answer is nil.
public enum Accuracy {
  /// Σ|y − f| / Σ|y|.
  public static func wape(_ demand: [Double], _ means: [Double]) -> Double? {
    let pairs = known(demand, means)
    return ratio(
      pairs.reduce(0) { $0 + ($1.0 - $1.1).magnitude }, pairs.reduce(0) { $0 + $1.0.magnitude })
  }

  /// Σ(f − y) / Σ y: above 0 the forecasts were too high.
  public static func bias(_ demand: [Double], _ means: [Double]) -> Double? {
    let pairs = known(demand, means)
    return ratio(pairs.reduce(0) { $0 + ($1.1 - $1.0) }, pairs.reduce(0) { $0 + $1.0 })
  }

  /// Mean |y − f| over the mean |y(t) − y(t − season)| of the history (Hyndman and Koehler 2006,
  /// International Journal of Forecasting 22, 679-688).
  public static func mase(
    _ demand: [Double], _ means: [Double], history: [Double], season: Int = 1
  ) -> Double? {
    let pairs = known(demand, means)
    guard !pairs.isEmpty else { return nil }
    let error = pairs.reduce(0) { $0 + ($1.0 - $1.1).magnitude } / Double(pairs.count)
    return meanStep(history, season) { $0.magnitude }.flatMap { ratio(error, $0) }
  }

  /// The root of mean (y − f)² over the mean (y(t) − y(t − 1))² of the history (Makridakis,
  /// Spiliotis and Assimakopoulos 2022, International Journal of Forecasting 38, 1325-1336).
  public static func rmsse(
    _ demand: [Double], _ means: [Double], history: [Double]
  ) -> Double? {
    let pairs = known(demand, means)
    guard !pairs.isEmpty else { return nil }
    let error = pairs.reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / Double(pairs.count)
    return meanStep(history, 1) { $0 * $0 }.flatMap { ratio(error, $0) }?.squareRoot()
  }

  /// Σ weight × RMSSE / Σ weight over the series that have an RMSSE; a weight is a series' revenue
  /// of the last 28 days.
  public static func wrmsse(_ errors: [Double?], weights: [Double]) -> Double? {
    precondition(errors.count == weights.count, "one weight per series")
    var sum = 0.0
    var total = 0.0
    for case (let error?, let weight) in zip(errors, weights) {
      sum += weight * error
      total += weight
    }
    return ratio(sum, total)
  }

  /// Mean 200 |y − f| / (|y| + |f|), in percent; both 0 counts as no error.
  public static func smape(_ demand: [Double], _ means: [Double]) -> Double? {
    let pairs = known(demand, means)
    let sum = pairs.reduce(0) { sum, pair in
      let size = pair.0.magnitude + pair.1.magnitude
      return sum + (size > 0 ? 200 * (pair.0 - pair.1).magnitude / size : 0)
    }
    return ratio(sum, Double(pairs.count))
  }

  /// Mean of p (y − q) where demand is above the quantile q, and (1 − p)(q − y) where below.
  public static func pinballLoss(
    _ demand: [Double], quantiles: [Double], probability: Double
  ) -> Double? {
    let pairs = known(demand, quantiles)
    let sum = pairs.reduce(0) { sum, pair in
      let above = pair.0 - pair.1
      return sum + max(probability * above, (probability - 1) * above)
    }
    return ratio(sum, Double(pairs.count))
  }

  /// The share of buckets whose demand lies between two quantiles, both included.
  public static func coverage(
    _ demand: [Double], lower: [Double], upper: [Double]
  ) -> Double? {
    precondition(lower.count == demand.count && upper.count == demand.count, "lengths agree")
    let known = demand.indices.filter { demand[$0].isFinite }
    let inside = known.filter { demand[$0] >= lower[$0] && demand[$0] <= upper[$0] }
    return ratio(Double(inside.count), Double(known.count))
  }

  private static func known(_ demand: [Double], _ means: [Double]) -> [(Double, Double)] {
    precondition(demand.count == means.count, "one forecast per bucket")
    return Array(zip(demand, means).filter { $0.0.isFinite })
  }

  private static func meanStep(
    _ history: [Double], _ season: Int, _ size: (Double) -> Double
  ) -> Double? {
    let steps = history.indices.dropFirst(season).compactMap { index -> Double? in
      let step = history[index] - history[index - season]
      return step.isFinite ? size(step) : nil
    }
    return ratio(steps.reduce(0, +), Double(steps.count))
  }

  private static func ratio(_ numerator: Double, _ denominator: Double) -> Double? {
    denominator > 0 ? numerator / denominator : nil
  }
}
