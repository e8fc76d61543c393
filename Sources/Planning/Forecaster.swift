internal import Forecasting
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
  ///   - isExplained: the nodes whose forecasts are taken apart in the table's `explanations`.
  ///   - origin: the last day seen; the bucket that holds it is the last of history.
  public static func forecast(
    histories: [DemandHistory], events: [CalendarEvent], prices: [Price] = [], origin: Day,
    settings: ForecastSettings, progress: ForecastProgress? = nil,
    explaining isExplained: (Node) -> Bool = { _ in false }
  ) throws -> ForecastTable {
    guard settings.horizon > 0 else { throw ForecastFailure.horizonNotPositive(settings.horizon) }
    let order = try sorted(histories)
    let starts = histories.map(\.start)
    let grid = BucketGrid(settings.bucket, following: starts.isEmpty ? [origin] : starts)
    let next = grid.position(of: origin) + 1
    let first = min(starts.map { grid.position(of: $0) }.min() ?? next, next)
    let window = FeatureWindow(
      grid: grid, positions: first..<next + settings.horizon, historyCount: next - first)
    let days = grid.firstDay(at: first)...grid.days(at: next + settings.horizon - 1).upperBound
    let events = events + PriceTable.promotions(prices, in: days)
    let shared = EventFeatures(events, window)
    let hierarchy = Hierarchy(order.map { histories[$0].series })
    let preparation = Preparation(
      histories, order: order, events: events, covered: shared.covered, prices: prices,
      grid: grid, next: next, horizon: settings.horizon)
    let learned = LearnedFeatures.groups(preparation.series, events: events, window)
    let features = FeatureTable(
      groups: SeasonalFeatures.groups(window) + shared.groups + learned,
      rows: window.positions.count)
    var fits = try NodeFits(
      hierarchy, preparation, settings: settings,
      panels: HybridPanels(window: window, features: features, horizon: settings.horizon),
      explaining: isExplained, progress: progress)
    let ahead = (next..<next + settings.horizon).map { grid.name(at: $0) }
    let nodes = fits.coherent(settings)
    return ForecastTable(
      origin: origin, settings: settings, days: ahead, nodes: nodes,
      explanations: fits.explanations(days: ahead))
  }

  /// The positions of the histories in the order of the hierarchy's series.
  private static func sorted(_ histories: [DemandHistory]) throws(ForecastFailure) -> [Int] {
    var seen: Set<Series> = []
    for history in histories where !seen.insert(history.series).inserted {
      throw .seriesTwice(history.series)
    }
    return histories.indices.sorted {
      Hierarchy.precedes(histories[$0].series, histories[$1].series)
    }
  }
}
