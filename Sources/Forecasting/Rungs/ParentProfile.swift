/// Sparse series under a parent that can be forecast: each one's own level, in the shape of the
/// parent's days, all of them scaled to the parent's total.
///
/// A sparse series tells its level at best; its weekdays, seasons and events show only in the sum.
/// On items with mostly zero days this is level with simple smoothing item by item, and better in
/// their sum; it also beats a regression of their own below a few units a day.
public enum ParentProfile {
  /// Lead h of series i is level_i × parent_h / mean(parent), times total / Σ of all those.
  ///
  /// The spread is negative binomial; each series' variance / mean is shrunk towards that of all.
  ///
  /// - Parameters:
  ///   - demand: units per series, NaN where it is not demand.
  ///   - parent: the parent's H means, units, finite, >= 0.
  ///   - total: what these series shall sum to over the H leads: the parent's own total, less what
  ///     other children have; nil leaves the levels unscaled.
  ///   - closures: leads at which every series is 0.
  ///   - rate: α of the levels.
  ///   - year: buckets from which the spread is taken.
  /// - Returns: one forecast per series; nil where nothing is known of it.
  public static func forecasts(
    _ demand: [[Double]], parent: [Double], total: Double? = nil, closures: [Int] = [],
    rate: Double = SparseRate.rate, year: Int
  ) -> [RungForecast?] {
    let levels = demand.map { SparseRate.level($0, rate: rate) }
    let profile = shape(parent, closures)
    let sum = levels.reduce(0) { $0 + ($1 ?? 0) } * profile.reduce(0, +)
    let factor = total.map { sum > 0 ? max($0, 0) / sum : 1 } ?? 1
    let pool = pooledDispersion(demand, year: year)
    return zip(demand, levels).map { demand, level in
      guard let level, (level * factor).isFinite else { return nil }
      return RungForecast(
        means: profile.map { level * factor * $0 },
        spread: SparseRate.spread(demand, level: level * factor, year: year, pool: pool))
    }
  }

  /// Variance / mean of all series together: Σ (y − μ)² / Σ μ, each around its own mean.
  static func pooledDispersion(_ demand: [[Double]], year: Int) -> Double {
    var squares = 0.0
    var expected = 0.0
    for series in demand {
      let recent = Array(series.suffix(year))
      let mean = DemandClass.mean(recent)
      for value in recent where value.isFinite {
        squares += (value - mean) * (value - mean)
        expected += mean
      }
    }
    let ratio = squares / expected
    return expected > 0 && ratio.isFinite ? max(ratio, 1) : 1
  }

  /// The parent in shares of its mean over the leads that are open; flat where it has no shape.
  private static func shape(_ parent: [Double], _ closures: [Int]) -> [Double] {
    let closed = Set(closures)
    let open = parent.indices.filter { !closed.contains($0) && parent[$0].isFinite }
    let mean = open.reduce(0) { $0 + max(parent[$1], 0) } / Double(max(open.count, 1))
    return parent.indices.map { lead in
      if closed.contains(lead) { return 0 }
      return mean > 0 && parent[lead].isFinite ? max(parent[lead], 0) / mean : 1
    }
  }
}
