public import Inventory

/// Told how many of the nodes that need a fit have one.
public typealias ForecastProgress = (_ done: Int, _ of: Int) -> Void

/// Why no forecast can be made at all. A single bad series is never a reason.
public enum ForecastFailure: Error, Hashable, Sendable {
  case seriesTwice(Series)
  case horizonNotPositive(Int)
}

/// From demand histories to coherent forecasts of all nodes.
///
/// 1. Histories come onto one grid of buckets; closures, stockouts and promotions are taken out.
/// 2. Nodes of all levels are summed from them.
/// 3. Dense nodes are fitted together by the hybrid; sparse series share the forecast of their sum;
///    what neither can fit falls down the ladder.
/// 4. The series' means are rounded once and added up; quantiles are each node's own, centred on
///    its sum.
public enum Forecaster {
  /// Forecasts of all nodes from one origin.
  ///
  /// Equal input gives equal output, in whatever order the histories and events stand.
  ///
  /// - Parameters:
  ///   - histories: no two of one series. What lies after the origin is not looked at.
  ///   - events: past and future; those after the horizon do no harm.
  ///   - prices: past and, as far as they are known, future. Promotions among them are events;
  ///     for the rest see `PriceElasticity`.
  ///   - kept: the fits of an earlier origin that stand instead of new ones; what they do not know
  ///     of, as a series that came later, is fitted.
  ///   - keepsFits: whether the table brings its fits along for a later origin.
  ///   - isExplained: the nodes whose forecasts are taken apart in the table's `explanations`.
  ///   - origin: the last day seen; the bucket that holds it is the last of history.
  public static func forecast(
    histories: [DemandHistory], events: [CalendarEvent], prices: [Price] = [], origin: Day,
    settings: ForecastSettings, keeping kept: KeptFits? = nil, keepsFits: Bool = false,
    progress: ForecastProgress? = nil, explaining isExplained: (Node) -> Bool = { _ in false }
  ) throws -> ForecastTable {
    let work = try ForecastWork(
      histories: histories, events: events, prices: prices, origin: origin, settings: settings,
      keeping: kept, explaining: isExplained)
    let (shards, total) = (work.shards, work.shards.reduce(0, +))
    var done = 0
    let answers = try shards.indices.map { shard in
      let answer = try work.answer(shard: shard)
      done += shards[shard]
      progress?(done, total)
      return answer
    }
    return try work.table(answers, keepsFits: keepsFits)
  }
}
