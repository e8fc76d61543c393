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
