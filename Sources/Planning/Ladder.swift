internal import Forecasting
internal import Inventory

/// A forecast before it is made coherent.
struct Fit {
  let tier: Tier
  let reason: String
  /// Units per bucket, finite and not negative.
  let means: [Double]
  let spread: DemandSpread
  /// A better rung's answer that did not hold.
  var refused: RefusedForecast?

  /// Stands in a node's place until its siblings are known.
  static func waiting(horizon: Int) -> Fit {
    Fit(
      tier: .zero, reason: "waits for its siblings", means: Array(repeating: 0, count: horizon),
      spread: .certain)
  }
}

/// The fallback ladder of one history: the best rung that holds.
///
/// hybrid -> own smoothing -> parent's profile at its own level -> seasonal naive -> mean -> zero.
/// A forecast that is not finite, or above ten times the last year's largest bucket, does not hold.
struct Ladder {
  static let trustedMultiple = 10.0

  let choice: ForecastSettings.Choice
  let bucket: Bucket
  let horizon: Int

  private var season: Int { bucket.season }
  /// Buckets.
  private var year: Int { Int(bucket.perYear) }

  /// - Parameters:
  ///   - hybrid: the hybrid's answer; nil where it was not asked or had none.
  ///   - parent: a node that holds this one, with its forecast.
  func fit(
    _ history: NodeHistory, hybrid: Hybrid.Forecast?,
    parent: (history: NodeHistory, fit: Fit)? = nil
  ) -> Fit {
    let pattern = DemandPattern(history.values, perYear: year)
    guard pattern.validCount > 0 else { return zero("no demand is known") }
    guard pattern.everSold else { return zero("never sold") }
    guard pattern.mean > 0 else { return zero("nothing sold for a year") }
    var known = "\(pattern.validCount) buckets of history"
    let limit = Ladder.trustedMultiple * pattern.maximum
    var refused: RefusedForecast?
    if let hybrid {
      refused =
        RefusedForecast(hybrid.means, tier: .hybrid, limit: limit)
        ?? (hybrid.isPlausible
          ? nil : RefusedForecast(tier: .hybrid, worst: hybrid.means.max() ?? .nan, limit: limit))
      let answer = RungForecast(means: hybrid.means, spread: hybrid.spread)
      if refused == nil { return Fit(.hybrid, known, answer) }
    }
    switch NamedMethod(choice: choice, bucket: bucket, horizon: horizon)
      .forecast(history.values, known: pattern.validCount)
    {
    case nil: break
    case .refused(let reason): known = reason
    case .answer(let answer):
      refused = RefusedForecast(answer.forecast.means, tier: answer.tier, limit: limit)
      if refused == nil { return Fit(answer.tier, answer.reason, answer.forecast) }
    }
    for (tier, rung) in rungs(history, pattern, parent: parent) {
      guard let answer = rung() else { continue }
      if let worst = RefusedForecast(answer.means, tier: tier, limit: limit) {
        refused = refused ?? worst
      } else {
        return Fit(tier, known, answer, refused: refused)
      }
    }
    return zero("no method holds", refused: refused)
  }

  private func rungs(
    _ history: NodeHistory, _ pattern: DemandPattern, parent: (history: NodeHistory, fit: Fit)?
  ) -> [(Tier, () -> RungForecast?)] {
    let values = history.values
    let repeated = bucket.repeatedSeason(known: pattern.validCount)
    let smoothing = {
      pattern.isSparse
        ? sparse(values)
        : Smoothing.forecast(
          values, season: repeated, year: year, horizon: horizon)
    }
    let profile = {
      parent.flatMap {
        YoungProfile.forecast(
          history, parent: $0.history, parentMeans: $0.fit.means, season: season)
      }
    }
    let naive = { SeasonalNaive.forecast(values, season: repeated, horizon: horizon) }
    let mean = { MeanDemand.forecast(values, window: year, horizon: horizon) }
    return switch choice {
    case .mean: [(.mean, mean)]
    case .naive, .last, .croston, .sba, .tsb, .form:
      [(.seasonalNaive, naive), (.mean, mean)]
    case .ets: [(.smoothing, smoothing), (.seasonalNaive, naive), (.mean, mean)]
    case .auto, .hybrid, .combined:
      // Two seasons tell a level; fewer tell only a share of the parent's.
      pattern.validCount < 2 * season
        ? [(.profile, profile), (.smoothing, smoothing), (.seasonalNaive, naive), (.mean, mean)]
        : [(.smoothing, smoothing), (.profile, profile), (.seasonalNaive, naive), (.mean, mean)]
    }
  }

  private func sparse(_ values: [Double]) -> RungForecast {
    let level = SparseLevel(values, perYear: year)
    return RungForecast(
      means: Array(repeating: level.level, count: horizon),
      spread: level.spread(pool: SparseLevel.dispersion(of: [level])))
  }

  private func zero(_ reason: String, refused: RefusedForecast? = nil) -> Fit {
    Fit(.zero, reason, ZeroDemand.forecast(horizon: horizon), refused: refused)
  }
}

extension Fit {
  fileprivate init(
    _ tier: Tier, _ reason: String, _ answer: RungForecast, refused: RefusedForecast? = nil
  ) {
    self.init(
      tier: tier, reason: reason, means: answer.means, spread: answer.spread, refused: refused)
  }
}
