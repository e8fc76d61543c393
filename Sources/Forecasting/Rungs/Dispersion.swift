/// How much more counts scatter than Poisson counts would: variance / mean.
public enum Dispersion {
  /// Σ (y − μ)² / Σ μ over known values, shrunk towards a pool's ratio with weight 5 / (Σ μ + 5),
  /// and never below 1.
  ///
  /// - Parameters:
  ///   - demand: units, NaN where it is not demand.
  ///   - mean: μ, units per bucket.
  ///   - pool: the ratio of similar series; 1 where none is known.
  public static func ratio(_ demand: some Sequence<Double>, mean: Double, pool: Double = 1)
    -> Double
  {
    var squares = 0.0
    var expected = 0.0
    for value in demand where value.isFinite {
      squares += (value - mean) * (value - mean)
      expected += mean
    }
    guard expected > 0, squares.isFinite else { return max(pool, 1) }
    let weight = expected / (expected + 5)
    return max(1, weight * squares / expected + (1 - weight) * pool)
  }
}
