internal import Inventory

/// Which reconciliation suits a data set: the one with which its past was forecast best.
///
/// All are tried from up to `origins` past origins, one horizon apart, and the one of least WRMSSE,
/// averaged over the levels, is taken; the plain sum of series unless another is at least
/// `leastGain` better: what is chosen for less is chosen by chance. That costs nine forecasts, so
/// hierarchies of more than `seriesLimit` series, and histories too short to cut, are summed up
/// plainly.
enum ReconciliationChoice {
  static let origins = 3
  static let seriesLimit = 5_000
  /// M5's departments would lose 0.2 % by choosing whatever was best on three origins.
  static let leastGain = 0.01
  static let candidates: [ForecastSettings.Reconciliation] = [.bottomUp, .wls, .mint]

  /// The settings with a method in place of `auto`.
  static func settled(
    _ settings: ForecastSettings, histories: [DemandHistory], events: [CalendarEvent],
    prices: [Price], origin: Day
  ) throws -> ForecastSettings {
    guard settings.reconciliation == .auto else { return settings }
    var settled = settings
    settled.reconciliation = try best(
      histories: histories, events: events, prices: prices, origin: origin, settings: settings)
    return settled
  }

  private static func best(
    histories: [DemandHistory], events: [CalendarEvent], prices: [Price], origin: Day,
    settings: ForecastSettings
  ) throws -> ForecastSettings.Reconciliation {
    let grid = BucketGrid(settings.bucket, following: histories.map(\.start))
    let last = grid.position(of: origin)
    let known = histories.filter { grid.position(of: $0.start) <= last }
      .map { $0.cut(after: last, grid) }
    guard known.count > 1, known.count <= seriesLimit else { return .bottomUp }
    let first = known.map { grid.position(of: $0.start) }.min() ?? last
    let past = (1...origins).map { last - $0 * settings.horizon }
      .filter { $0 - first >= 2 * settings.bucket.season + settings.horizon }
    guard !past.isEmpty else { return .bottomUp }
    var errors: [Double] = []
    for candidate in candidates {
      var accuracy = AccuracyTable(known, bucket: settings.bucket, last: origin)
      var tried = settings
      tried.reconciliation = candidate
      for position in past {
        accuracy.add(
          try Forecaster.forecast(
            histories: known.filter { grid.position(of: $0.start) <= position }, events: events,
            prices: prices, origin: grid.days(at: position).upperBound, settings: tried))
      }
      let levels = accuracy.lines.compactMap(\.wrmsse)
      errors.append(levels.reduce(0, +) / Double(max(levels.count, 1)))
    }
    let best = errors.indices.min { errors[$0] < errors[$1] } ?? 0
    return errors[best] < (1 - leastGain) * errors[0] ? candidates[best] : .bottomUp
  }
}

extension DemandHistory {
  /// Without the buckets after a position.
  fileprivate func cut(after last: Int, _ grid: BucketGrid) -> DemandHistory {
    let count = last - grid.position(of: start) + 1
    guard count < values.count else { return self }
    return DemandHistory(
      series: series, start: start, values: Array(values.prefix(count)),
      stockouts: stockouts.filter { $0 < count })
  }
}
