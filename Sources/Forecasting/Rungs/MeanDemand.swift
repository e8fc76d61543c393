/// The mean of the last buckets, for series that nothing else fits.
public enum MeanDemand {
  /// Every lead is the mean of the last `window` values known; nil where there is none.
  public static func forecast(_ demand: [Double], window: Int, horizon: Int) -> RungForecast? {
    let known = demand.filter(\.isFinite).suffix(window).map { max($0, 0) }
    guard !known.isEmpty else { return nil }
    let mean = known.reduce(0, +) / Double(known.count)
    guard mean.isFinite else { return nil }
    return RungForecast(
      means: Array(repeating: mean, count: horizon),
      spread: mean > 0
        ? .negativeBinomial(dispersion: Dispersion.ratio(known, mean: mean)) : .certain)
  }
}

/// No demand, for series that never sold.
public enum ZeroDemand {
  public static func forecast(horizon: Int) -> RungForecast {
    RungForecast(means: Array(repeating: 0, count: horizon), spread: .certain)
  }
}
