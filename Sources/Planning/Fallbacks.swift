internal import Forecasting

/// A forecast before it is made coherent.
struct Fit {
  let tier: Tier
  let reason: String
  /// Units per bucket, finite and not negative.
  let means: [Double]
  let spread: DemandSpread
}

/// The lower rungs of the ladder: what can be said without a model.
enum Fallbacks {
  /// Nothing is expected.
  static func zero(_ reason: String, horizon: Int) -> Fit {
    Fit(
      tier: .zero, reason: reason, means: Array(repeating: 0, count: horizon), spread: .certain)
  }

  /// The mean of the last year. Nil without a value.
  static func mean(_ values: [Double], _ reason: String, perYear: Int, horizon: Int) -> Fit? {
    let year = values.suffix(perYear).filter { !$0.isNaN }
    guard !year.isEmpty else { return nil }
    let mean = year.reduce(0, +) / Double(year.count)
    return Fit(
      tier: .mean, reason: reason, means: Array(repeating: mean, count: horizon),
      spread: spread(of: year.map { ($0, mean) }, scale: mean))
  }

  /// The last value of the same phase of the season. Nil where a phase has no value.
  static func seasonalNaive(_ values: [Double], _ reason: String, season: Int, horizon: Int)
    -> Fit?
  {
    var last = [Double](repeating: .nan, count: season)
    var pairs: [(actual: Double, expected: Double)] = []
    for (offset, value) in values.enumerated() where !value.isNaN {
      let phase = offset % season
      if !last[phase].isNaN { pairs.append((value, last[phase])) }
      last[phase] = value
    }
    guard !last.contains(where: \.isNaN) else { return nil }
    let means = (0..<horizon).map { last[(values.count + $0) % season] }
    let scale = means.reduce(0, +) / Double(max(1, horizon))
    return Fit(
      tier: .seasonalNaive, reason: reason, means: means,
      spread: spread(of: pairs.suffix(730), scale: scale))
  }

  /// A parent's forecast in the proportion of what both sold on the same days.
  static func profile(
    _ values: [Double], parent: NodeHistory, parentMeans: [Double], parentSpread: DemandSpread,
    _ reason: String, window: Int
  ) -> Fit? {
    var own = 0.0
    var parents = 0.0
    for back in 1...window where back <= values.count && back <= parent.values.count {
      let value = values[values.count - back]
      let others = parent.values[parent.values.count - back]
      if value.isNaN || others.isNaN { continue }
      own += value
      parents += others
    }
    guard parents > 0 else { return nil }
    let share = own / parents
    return Fit(
      tier: .profile, reason: reason, means: parentMeans.map { $0 * share },
      // Nothing of its own is known of the scatter of a handful of days: that of counts.
      spread: .negativeBinomial(dispersion: 2))
  }

  /// Gaussian in z = 2 (sqrt(y / scale) - 1), from past errors on that scale.
  static func spread(
    of pairs: some Collection<(actual: Double, expected: Double)>, scale: Double
  ) -> DemandSpread {
    guard scale > 0, !pairs.isEmpty else { return .certain }
    var squares = 0.0
    for pair in pairs {
      let error =
        2 * (max(pair.actual, 0) / scale).squareRoot()
        - 2 * (max(pair.expected, 0) / scale).squareRoot()
      squares += error * error
    }
    return .squareRoot(
      scale: scale, deviation: (squares / Double(pairs.count)).squareRoot(), growth: 0.1)
  }
}
