import Glibc

/// max(X, 0)² with X normal: what a Gaussian on the square-root scale is in units.
///
/// Its mean is (μ² + σ²) Φ(μ/σ) + μ σ φ(μ/σ), which is μ² + σ² as long as μ is several σ above 0.
struct SquareRootNormal: Hashable, Sendable {
  /// μ, square roots of units.
  let center: Double
  /// σ, square roots of units, >= 0.
  let deviation: Double

  /// The distribution that has the given mean (units, > 0) and deviation.
  ///
  /// Newton's method from the right: the mean is convex and rising in μ, and μ = √mean lies right
  /// of the root, so each step approaches it from one side.
  init(mean: Double, deviation: Double) {
    self.deviation = deviation
    let root = mean.squareRoot()
    guard root < 7 * deviation else {
      // Φ(7) differs from 1 by 1e-12.
      center = (mean - deviation * deviation).squareRoot()
      return
    }
    var guess = root
    for _ in 0..<100 {
      let ratio = guess / deviation
      let below = NormalDistribution.cumulative(ratio)
      let density = NormalDistribution.density(ratio)
      let error =
        (guess * guess + deviation * deviation) * below + guess * deviation * density - mean
      let slope = 2 * (guess * below + deviation * density)
      // Beyond 37 deviations below zero everything underflows and nothing is left to solve.
      guard slope > 0 else { break }
      let step = error / slope
      guess -= step
      if step.magnitude <= 1e-13 * (guess.magnitude + deviation) { break }
    }
    center = guess
  }

  /// The value at `score` standard deviations from the centre.
  func value(atScore score: Double) -> Double {
    let x = max(center + deviation * score, 0)
    return x * x
  }
}
