/// How demand scatters around its forecast mean: enough to draw quantiles and seeded sample paths
/// of any stretch of days again from the mean alone.
public enum DemandSpread: Hashable, Sendable {
  /// Gaussian in z = 2 (sqrt(y / scale) − 1), the scale on which the hybrid works.
  ///
  /// - `scale`: the series' level in units (the mean of its last year).
  /// - `deviation`: standard deviation of z one bucket ahead.
  /// - `growth`: α of the level; the variance at lead h is deviation² (1 + (h − 1) α²).
  case squareRoot(scale: Double, deviation: Double, growth: Double)
  /// Counts with variance `dispersion` × mean, dispersion >= 1, for sparse series.
  case negativeBinomial(dispersion: Double)
  /// No scatter is known, as with a series that never sold.
  case certain
}

extension DemandSpread {
  /// The demand that is not exceeded with probability p, in units, >= 0.
  ///
  /// The distribution is centred so that its mean is `mean`: quantiles of a coherent mean belong
  /// to that mean. A mean of 0, as on a closure, has only the quantile 0.
  ///
  /// - Parameters:
  ///   - p: above 0 and below 1; the answer never falls as p rises.
  ///   - mean: units, finite, >= 0.
  ///   - lead: buckets ahead of the origin, from 1.
  public func quantile(_ p: Double, mean: Double, lead: Int) -> Double {
    quantiles([p], mean: mean, lead: lead)[0]
  }

  /// The quantiles of several probabilities, in their order, for the cost of one centring.
  public func quantiles(_ probabilities: [Double], mean: Double, lead: Int) -> [Double] {
    precondition(probabilities.allSatisfy { $0 > 0 && $0 < 1 }, "probabilities are inside (0, 1)")
    guard mean > 0, mean.isFinite else { return probabilities.map { _ in 0 } }
    switch self {
    case .squareRoot(let scale, let deviation, let growth):
      let spread = DemandSpread.rootDeviation(scale, deviation, growth, lead: lead)
      guard spread > 0 else { return probabilities.map { _ in mean } }
      let normal = SquareRootNormal(mean: mean, deviation: spread)
      return probabilities.map { normal.value(atScore: NormalDistribution.quantile($0)) }
    case .negativeBinomial(let dispersion):
      return NegativeBinomial(mean: mean, dispersion: dispersion).quantiles(probabilities)
    case .certain:
      return probabilities.map { _ in mean }
    }
  }

  /// Seeded draws of the total demand over a stretch of buckets, in units.
  ///
  /// The expected total is the sum of the means. Buckets of one origin err together, so variances
  /// must not be added: see `RootPaths`. A total of counts is negative binomial with variance
  /// dispersion × total + (0.4 × total)². The draws are one stratified sample, not independent
  /// ones: the i-th of n totals of counts comes from the i-th n-th of its distribution.
  ///
  /// - Parameters:
  ///   - means: units per bucket of the stretch, finite, >= 0.
  ///   - firstLead: the lead of the first of them.
  ///   - paths: how many draws.
  ///   - seed: equal seeds give equal draws, on every machine.
  public func sampleTotals(
    means: [Double], firstLead: Int = 1, paths: Int, seed: UInt64
  ) -> [Double] {
    var generator = SeededGenerator(seed: seed)
    let expected = means.reduce(0, +)
    guard expected > 0, expected.isFinite, paths > 0 else {
      return Array(repeating: 0, count: max(paths, 0))
    }
    switch self {
    case .squareRoot(let scale, let deviation, let growth):
      let spread = DemandSpread.rootDeviation(scale, deviation, growth, lead: 1)
      guard spread > 0 else { return Array(repeating: expected, count: paths) }
      return RootPaths(
        means: means, deviation: spread, growth: growth, firstLead: firstLead
      ).totals(paths: paths, from: &generator)
    case .negativeBinomial(let dispersion):
      let total = NegativeBinomial(
        mean: expected, dispersion: max(dispersion, 1) + DemandSpread.levelVariance * expected)
      return total.quantiles((0..<paths).map { generator.uniform(stratum: $0, of: paths) })
    case .certain:
      return Array(repeating: expected, count: paths)
    }
  }

  /// The squared coefficient of variation of a sparse series' level over a lead time.
  static let levelVariance = 0.16

  /// The deviation of sqrt(y) at a lead. z/2 is sqrt(y / scale) − 1, hence the half.
  private static func rootDeviation(
    _ scale: Double, _ deviation: Double, _ growth: Double, lead: Int
  ) -> Double {
    let widening = (1 + Double(max(lead, 1) - 1) * growth * growth).squareRoot()
    let spread = 0.5 * deviation * widening * max(scale, 0).squareRoot()
    return spread.isFinite ? max(spread, 0) : 0
  }
}
