import LinearAlgebra

/// Exponential smoothing and ridge regression in one: least squares for a local level (ETS(A,N,N))
/// with calendar regressors, shrunk towards zero or towards a parent, for all series of a panel.
///
/// 1. z = 2 (sqrt(y / m) − 1), m the mean of the last year; gaps and unmarked closures are filled.
/// 2. Data and features pass through the same exponential filter; see `ExponentialFilter`.
/// 3. One Gram matrix and one eigendecomposition serve all series that start together; each takes
///    its penalty by generalised cross-validation; see `RidgeDesign` and `RidgeFit`.
/// 4. Outliers are pulled in and the fit is made once more; see `ObservationBlock`.
/// 5. A level, levels of weekdays and an echo of last year follow the residual; see
///    `ResidualLevel`. One level rate is chosen for all series together.
/// 6. Means return to units with the correction for the root's curvature, v / 4.
///
/// `docs/methods.md` holds the formulas, defaults and what each part is worth.
public enum Hybrid {
  /// Runs `body` for 0..<count in any order and returns when all are done.
  public typealias Loop = (_ count: Int, _ body: (Int) -> Void) -> Void

  /// One forecast per column; nil where a column has too little history. A lower rung must take
  /// over there, and where an answer is not plausible.
  ///
  /// Results do not depend on how `loop` orders or overlaps its calls. Cost: about
  /// 6 T p operations per series and 20 T p² / 2 + 9 p³ per window of history.
  public static func forecast(
    _ panel: Panel, parameters: Parameters? = nil,
    loop: Loop = { count, body in for index in 0..<count { body(index) } }
  ) throws(Failure) -> [Forecast?] {
    try checkFeatures(panel.features)
    let parameters =
      parameters ?? Parameters.standard(season: panel.season, year: panel.year)
    var fit = HybridFit(panel, parameters, plan: try HybridPlan(panel, parameters))
    try fit.run(loop)
    return fit.forecasts()
  }

  /// Per column and lead, the mean squared error of √y of forecasts from each of the last buckets,
  /// and of how many; the calendar's effects are the panel's `given` ones. Nil where none are
  /// given or nothing was tried.
  public static func trialErrors(
    _ panel: Panel, buckets: Int, parameters: Parameters? = nil,
    loop: Loop = { count, body in for index in 0..<count { body(index) } }
  ) throws(Failure) -> [[TrialError]?] {
    try checkFeatures(panel.features)
    var parameters =
      parameters ?? Parameters.standard(season: panel.season, year: panel.year)
    parameters.trial = buckets
    var fit = HybridFit(panel, parameters, plan: try HybridPlan(panel, parameters))
    try fit.run(loop)
    return fit.trialErrors()
  }

  /// Of one lead.
  public struct TrialError: Hashable, Sendable {
    /// Units.
    public var meanSquare: Double
    public var count: Int
  }

  private static func checkFeatures(_ features: Matrix) throws(Failure) {
    if let place = features.storage.firstIndex(where: { !$0.isFinite }) {
      throw .featureNotFinite(row: place % features.rows, column: place / features.rows)
    }
  }
}
