/// The last known season again.
public enum SeasonalNaive {
  /// Each lead repeats the last value known of its phase; nil where a phase has none.
  ///
  /// The spread is the deviation of changes over one season on the square-root scale; it grows by
  /// as much with each season ahead.
  ///
  /// - Parameters:
  ///   - demand: units, NaN where it is not demand.
  ///   - season: buckets; 1 repeats the last value.
  public static func forecast(_ demand: [Double], season: Int, horizon: Int) -> RungForecast? {
    let last = (0..<season).map { phase in
      stride(from: demand.count - season + phase, through: 0, by: -season)
        .first { demand.indices.contains($0) && demand[$0].isFinite }
        .map { max(demand[$0], 0) }
    }
    let known = last.compactMap { $0 }
    guard known.count == season else { return nil }
    return RungForecast(
      means: (0..<horizon).map { known[$0 % season] },
      spread: spread(demand, season: season))
  }

  private static func spread(_ demand: [Double], season: Int) -> DemandSpread {
    let mean = DemandClass.mean(demand)
    guard mean > 0 else { return .certain }
    let changes = demand.indices.dropFirst(season).compactMap { index -> Double? in
      let change =
        max(demand[index], 0).squareRoot() - max(demand[index - season], 0).squareRoot()
      return change.isFinite ? 2 * change / mean.squareRoot() : nil
    }
    guard !changes.isEmpty else { return .negativeBinomial(dispersion: 1) }
    let variance = changes.reduce(0) { $0 + $1 * $1 } / Double(changes.count)
    return .squareRoot(
      scale: mean, deviation: variance.squareRoot(), growth: 1 / Double(season).squareRoot())
  }
}
