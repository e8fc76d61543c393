/// Exponential smoothing of units as they are, for those who ask for a form by its name.
extension Smoothing {
  /// A spread needs fewer paths than a moment: its deviation is known to 3 %.
  private static let pathCount = 500

  /// The fit of one form, or the least corrected criterion of several; nil where none can be
  /// estimated.
  ///
  /// - Parameter demand: units, NaN where it is not demand, the first of them known.
  public static func fit(
    _ demand: [Double], among forms: [ExponentialSmoothing.Form]
  ) -> ExponentialSmoothing.Fit? {
    let values = demand.map { $0.isFinite ? $0 : .nan }
    return forms.count == 1
      ? ExponentialSmoothing.fit(values, form: forms[0])
      : ExponentialSmoothing.best(values, among: forms)
  }

  /// A fit's point forecasts, none below 0, and a spread that meets its variance at the first and
  /// the last lead.
  ///
  /// With μ_h the means, v_h the fit's variances and m the mean of the last year, the variance of
  /// demand on the square-root scale is about μ m s_h², so s² = v_1 / (μ_1 m), and the growth
  /// follows from v_H / μ_H. Nil where a moment is not finite or the last year sold nothing.
  public static func forecast(
    _ fit: ExponentialSmoothing.Fit, _ demand: [Double], year: Int, horizon: Int
  ) -> RungForecast? {
    let points = ExponentialSmoothing.points(
      from: fit.pass.state, form: fit.form, rates: fit.rates, horizon: horizon)
    let moments = ExponentialSmoothing.moments(of: fit, horizon: horizon, paths: pathCount)
    let scale = DemandClass.mean(demand.suffix(year).map { max($0, 0) })
    guard scale > 0, (points + moments.variances).allSatisfy(\.isFinite) else { return nil }
    let means = points.map { max($0, 0) }
    // A mean near 0 would make any variance an enormous one.
    let shares = zip(means, moments.variances).map { max($1, 0) / (max($0, 0.1 * scale) * scale) }
    let widening =
      horizon > 1 && shares[0] > 0
      ? max(shares[horizon - 1] / shares[0] - 1, 0) / Double(horizon - 1) : 0
    return RungForecast(
      means: means,
      spread: .squareRoot(
        scale: scale, deviation: shares[0].squareRoot(), growth: widening.squareRoot()))
  }
}
