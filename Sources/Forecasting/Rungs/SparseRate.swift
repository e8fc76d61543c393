/// Simple exponential smoothing of units, zeros included: the level of a sparse series.
///
/// l = Σ a (1 − a)^k y(T − k) / (1 − (1 − a)^n), the exponentially weighted mean of what is known,
/// so that a young series is not drawn towards an arbitrary start. On intermittent demand it is
/// level with TSB and ahead of Croston and SBA.
public enum SparseRate {
  public static let rate = 0.05

  /// Units per bucket; nil where nothing is known.
  ///
  /// - Parameter demand: units, NaN where it is not demand: the level stays.
  public static func level(_ demand: some Sequence<Double>, rate: Double = rate) -> Double? {
    var level = 0.0
    var remaining = 1.0
    for value in demand where value.isFinite {
      level += rate * (max(value, 0) - level)
      remaining *= 1 - rate
    }
    return remaining < 1 ? level / (1 - remaining) : nil
  }

  /// The level at every lead, with negative binomial spread.
  ///
  /// - Parameter pool: variance / mean of similar series, towards which the own one is shrunk.
  public static func forecast(
    _ demand: [Double], rate: Double = rate, year: Int, horizon: Int, pool: Double = 1
  ) -> RungForecast? {
    guard let level = level(demand, rate: rate), level.isFinite else { return nil }
    return RungForecast(
      means: Array(repeating: level, count: horizon),
      spread: spread(demand, level: level, year: year, pool: pool))
  }

  static func spread(_ demand: [Double], level: Double, year: Int, pool: Double) -> DemandSpread {
    guard level > 0 else { return .certain }
    let recent = demand.suffix(year)
    let mean = DemandClass.mean(Array(recent))
    return .negativeBinomial(
      dispersion: Dispersion.ratio(recent, mean: mean > 0 ? mean : level, pool: pool))
  }
}
