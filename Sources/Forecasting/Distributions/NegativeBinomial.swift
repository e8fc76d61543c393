import Glibc

/// Counts with a given mean and variance = dispersion × mean; Poisson where the dispersion is 1.
///
/// With r = mean / (dispersion − 1): P(0) = dispersion^−r and
/// P(k + 1) = P(k) (k + r) / (k + 1) (1 − 1 / dispersion).
/// Variances below the mean, which no mixture of Poissons has, are read as Poisson.
public struct NegativeBinomial: Hashable, Sendable {
  /// Units, finite, >= 0.
  public let mean: Double
  /// Variance / mean, finite, >= 1.
  public let dispersion: Double

  /// Values that are not finite or out of range are moved to the nearest that is allowed.
  public init(mean: Double, dispersion: Double) {
    self.mean = mean.isFinite ? max(mean, 0) : 0
    self.dispersion = dispersion.isFinite ? max(dispersion, 1) : 1
  }

  /// The smallest count whose cumulative probability reaches p, 0 < p < 1.
  ///
  /// Exact by summation up to `summationLimit` counts around the mean, and by the gamma quantile of
  /// Wilson and Hilferty (1931) beyond, where one count is less than 1e-4 of the mean.
  public func quantile(_ p: Double) -> Double { quantiles([p])[0] }

  /// The quantiles of several probabilities, in their order, for the cost of one walk.
  public func quantiles(_ probabilities: [Double]) -> [Double] {
    guard mean > 0 else { return probabilities.map { _ in 0 } }
    guard spanOfSummation <= NegativeBinomial.summationLimit else {
      return probabilities.map(gammaQuantile)
    }
    var answers = probabilities
    var count = firstCount
    var probability = probability(of: count)
    var cumulative = probability
    let last = count + spanOfSummation
    for index in probabilities.indices.sorted(by: { probabilities[$0] < probabilities[$1] }) {
      while cumulative < probabilities[index], count < last {
        probability *= ratio(after: count)
        count += 1
        cumulative += probability
      }
      answers[index] = count
    }
    return answers
  }

  /// The probability of a whole count.
  public func probability(of count: Double) -> Double {
    guard mean > 0 else { return count == 0 ? 1 : 0 }
    let excess = dispersion - 1
    // Below this excess r is so large that the difference of its gammas loses all digits.
    guard excess > 1e-9 else {
      return exp(count * log(mean) - mean - NegativeBinomial.logGamma(count + 1))
    }
    let size = mean / excess
    return exp(
      NegativeBinomial.logGamma(count + size) - NegativeBinomial.logGamma(size)
        - NegativeBinomial.logGamma(count + 1) - size * log(dispersion)
        + count * (log(excess) - log(dispersion)))
  }

  static let summationLimit = 20_000.0

  private var deviation: Double { (mean * dispersion).squareRoot() }

  /// What lies below has a probability under 1e-15.
  private var firstCount: Double {
    // A left tail this far out exists only where the distribution is close to symmetric.
    mean > 400 * dispersion ? (mean - 10 * deviation).rounded(.down) : 0
  }

  private var spanOfSummation: Double {
    mean - firstCount + 40 * deviation + 60 * dispersion
  }

  private func ratio(after count: Double) -> Double {
    let excess = dispersion - 1
    guard excess > 1e-9 else { return mean / (count + 1) }
    return (count + mean / excess) / (count + 1) * (excess / dispersion)
  }

  private func gammaQuantile(_ p: Double) -> Double {
    let shape = mean / dispersion
    let root = 1 - 1 / (9 * shape) + NormalDistribution.quantile(p) / (3 * shape.squareRoot())
    return (mean * max(root, 0) * max(root, 0) * max(root, 0)).rounded()
  }

  private static func logGamma(_ x: Double) -> Double {
    var sign: Int32 = 0
    return lgamma_r(x, &sign)
  }
}
