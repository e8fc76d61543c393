/// The ladder's smoothing rung: additive exponential smoothing on the square-root scale, its form
/// chosen by AICc.
public enum Smoothing {
  /// Forms are simple, damped trend, seasonal, and both; an undamped trend, which is worse on
  /// demand (Gardner and McKenzie 1985), is left to those who ask for it.
  public static func forms(season: Int, count: Int) -> [ExponentialSmoothing.Form] {
    let plain = [
      ExponentialSmoothing.Form(),
      ExponentialSmoothing.Form(trend: .additive, isDamped: true),
    ]
    guard season > 1, count >= 3 * season else { return plain }
    return [
      ExponentialSmoothing.Form(season: .additive, period: season),
      ExponentialSmoothing.Form(
        trend: .additive, isDamped: true, season: .additive, period: season),
    ] + plain
  }

  /// Means and spread of the next buckets; nil without demand in the last year, or fewer than eight
  /// values.
  ///
  /// On z = 2 (sqrt(y / m) − 1) the forecast variance is analytic; a mean in units is
  /// m (max(1 + z/2, 0)² + variance / 4). Values above `DemandCeiling` are not demand.
  ///
  /// - Parameters:
  ///   - demand: units, NaN where it is not demand.
  ///   - season: buckets; 1 for none.
  ///   - year: buckets whose mean is the scale.
  public static func forecast(
    _ demand: [Double], season: Int, year: Int, horizon: Int
  ) -> RungForecast? {
    let ceiling = demand.withUnsafeBufferPointer(DemandCeiling.ceiling)
    let known = demand.withUnsafeBufferPointer { DemandCeiling.demand(in: $0, below: ceiling) }
    guard let scale = RootScale(lastYearOf: known, year: year),
      let first = known.firstIndex(where: \.isFinite)
    else { return nil }
    let values = known[first...].map { $0.isNaN ? .nan : scale.scaled($0) }
    let count = values.reduce(0) { $1.isNaN ? $0 : $0 + 1 }
    guard count >= 8 else { return nil }
    let forms = forms(season: season, count: count)
    guard let best = ExponentialSmoothing.best(values, among: forms) else { return nil }
    return forecast(best, scale, horizon: horizon)
  }

  /// Point forecasts in units of the form that `ExponentialSmoothing.automatic` chooses, not below
  /// 0; nil under eight values, or where an answer is not finite.
  public static func automatic(_ demand: [Double], season: Int, horizon: Int) -> [Double]? {
    let ceiling = demand.withUnsafeBufferPointer(DemandCeiling.ceiling)
    let known = demand.withUnsafeBufferPointer { DemandCeiling.demand(in: $0, below: ceiling) }
    guard let first = known.firstIndex(where: \.isFinite),
      known.reduce(0, { $1.isNaN ? $0 : $0 + 1 }) >= 8,
      let fit = ExponentialSmoothing.automatic(Array(known[first...]), period: season)
    else { return nil }
    let points = ExponentialSmoothing.points(
      from: fit.pass.state, form: fit.form, rates: fit.rates, horizon: horizon)
    return points.allSatisfy(\.isFinite) ? points.map { max($0, 0) } : nil
  }

  private static func forecast(
    _ fit: ExponentialSmoothing.Fit, _ scale: RootScale, horizon: Int
  ) -> RungForecast? {
    let points = ExponentialSmoothing.points(
      from: fit.pass.state, form: fit.form, rates: fit.rates, horizon: horizon)
    let variances = ExponentialSmoothing.variances(
      form: fit.form, rates: fit.rates, horizon: horizon)
    let means = zip(points, variances).map { scale.units($0, variance: $1 * fit.variance) }
    guard means.allSatisfy(\.isFinite) else { return nil }
    // The growth that meets the analytic variance at the horizon.
    let widening = horizon > 1 ? (variances[horizon - 1] - 1) / Double(horizon - 1) : 0
    return RungForecast(
      means: means,
      spread: .squareRoot(
        scale: scale.mean, deviation: fit.variance.squareRoot(), growth: widening.squareRoot()))
  }
}
