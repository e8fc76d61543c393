internal import Forecasting

/// The fallback ladder of one history: the best rung that holds.
///
/// hybrid -> own smoothing -> parent's profile at its own level -> seasonal naive -> mean -> zero.
/// A forecast that is not finite, or above ten times the last year's largest bucket, does not hold.
struct Ladder {
  static let trustedMultiple = 10.0
  /// Smoothing needs this many seasons' worth of values, and at least as many values.
  static let fewestSmoothed = 14

  let choice: ForecastSettings.Choice
  let bucketSeason: Int
  let perYear: Int
  let horizon: Int

  /// - Parameters:
  ///   - hybrid: the hybrid's answer; nil where it was not asked or had none.
  ///   - parent: a node that holds this one, with its forecast.
  func fit(
    _ history: NodeHistory, hybrid: Hybrid.Forecast?,
    parent: (history: NodeHistory, fit: Fit)? = nil
  ) -> Fit {
    let pattern = DemandPattern(history.values, perYear: perYear)
    guard pattern.validCount > 0 else {
      return Fallbacks.zero("no demand is known", horizon: horizon)
    }
    guard pattern.everSold else { return Fallbacks.zero("never sold", horizon: horizon) }
    guard pattern.mean > 0 else {
      return Fallbacks.zero("nothing sold for a year", horizon: horizon)
    }
    let known = "\(pattern.validCount) buckets of history"
    var reason = known
    if let hybrid {
      let fit = Fit(tier: .hybrid, reason: known, means: hybrid.means, spread: hybrid.spread)
      if holds(fit, pattern) { return fit }
      reason = "the fit did not hold"
    }
    for fit in rungs(history, pattern, reason, parent: parent) {
      if let fit = fit(), holds(fit, pattern) { return fit }
    }
    return Fallbacks.zero("no method holds", horizon: horizon)
  }

  private func rungs(
    _ history: NodeHistory, _ pattern: DemandPattern, _ reason: String,
    parent: (history: NodeHistory, fit: Fit)?
  ) -> [() -> Fit?] {
    let values = history.values
    let smoothing = { () -> Fit? in
      pattern.isSparse
        ? sparse(values, reason) : nil
    }
    let profile = { () -> Fit? in
      parent.flatMap { parent in
        Fallbacks.profile(
          values, parent: parent.history, parentMeans: parent.fit.means,
          parentSpread: parent.fit.spread, reason, window: 8 * bucketSeason)
      }
    }
    let naive = {
      Fallbacks.seasonalNaive(values, reason, season: bucketSeason, horizon: horizon)
    }
    let mean = { Fallbacks.mean(values, reason, perYear: perYear, horizon: horizon) }
    switch choice {
    case .mean: return [mean]
    case .naive: return [naive, mean]
    case .ets: return [smoothing, naive, mean]
    case .auto, .hybrid:
      return pattern.validCount < Ladder.fewestSmoothed
        ? [profile, smoothing, naive, mean] : [smoothing, profile, naive, mean]
    }
  }

  /// Simple exponential smoothing of units.
  private func sparse(_ values: [Double], _ reason: String) -> Fit {
    let level = SparseLevel(values, perYear: perYear)
    return Fit(
      tier: .smoothing, reason: reason,
      means: Array(repeating: level.level, count: horizon),
      spread: level.spread(pool: SparseLevel.dispersion(of: [level])))
  }

  private func holds(_ fit: Fit, _ pattern: DemandPattern) -> Bool {
    let limit = Ladder.trustedMultiple * pattern.maximum
    return fit.means.allSatisfy { $0.isFinite && $0 >= 0 && $0 <= limit }
  }
}
