internal import Forecasting
public import Inventory

/// A forecast of all nodes, cut into shards that can be fitted apart: in any order, on any machine.
///
/// A shard is a slice of items with all their nodes, over all regions, because an item's nodes are
/// drawn towards each other; shards are cut by the data alone. Equal input makes equal work: an
/// answer from elsewhere is, bit for bit, the one that would have been found here, if processor
/// and program are of one kind.
public struct ForecastWork: Sendable {
  private var plan: FitPlan
  private let panels: [HybridPanels.Panel]
  private let settings: ForecastSettings
  private let origin: Day
  private let ahead: [Day]

  /// - Parameters: those of `Forecaster.forecast`.
  public init(
    histories: [DemandHistory], events: [CalendarEvent], prices: [Price] = [], origin: Day,
    settings: ForecastSettings, keeping kept: KeptFits? = nil,
    explaining isExplained: (Node) -> Bool = { _ in false }
  ) throws {
    guard settings.horizon > 0 else { throw ForecastFailure.horizonNotPositive(settings.horizon) }
    let order = try ForecastWork.sorted(histories)
    let settings = try ReconciliationChoice.settled(
      settings, histories: histories, events: events, prices: prices, origin: origin)
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
    plan = FitPlan(
      hierarchy, preparation, settings: settings,
      panels: HybridPanels(
        window: window, features: features, horizon: settings.horizon,
        keptErrors: NodeReconciliation.errorBuckets(settings, nodes: hierarchy.nodes.count)),
      explaining: isExplained)
    if let kept { plan.keep(kept) }
    panels = HybridPanels.panels(of: plan.columns)
    self.settings = settings
    self.origin = origin
    ahead = (next..<next + settings.horizon).map { grid.name(at: $0) }
  }

  /// How many nodes each shard fits.
  public var shards: [Int] { panels.map(\.own.count) }

  /// What fitting one shard takes.
  public func task(shard: Int) -> ShardTask { plan.panels.task(panels[shard], of: plan.columns) }

  /// Fits one shard on all processors.
  public func answer(shard: Int) throws -> ShardAnswer { try task(shard: shard).answer() }

  /// The forecasts of all nodes.
  ///
  /// - Parameters:
  ///   - answers: one per shard, in their order.
  ///   - reconciling: how sums and series are made to agree, if not as the settings say; `mint`
  ///     learns from errors that only settings with it keep.
  /// - Throws: `ShardAnswerError.notOfThisWork` when they do not fit.
  public func table(
    _ answers: [ShardAnswer], keepsFits: Bool = false,
    reconciling: ForecastSettings.Reconciliation? = nil
  ) throws -> ForecastTable {
    var settings = settings
    settings.reconciliation = reconciling ?? settings.reconciliation
    guard answers.map(\.forecasts.count) == shards else { throw ShardAnswerError.notOfThisWork }
    var hybrids = [Hybrid.Forecast?](repeating: nil, count: plan.columns.count)
    for (panel, answer) in zip(panels, answers) {
      for (column, forecast) in zip(panel.own, answer.forecasts) { hybrids[column] = forecast }
    }
    if !settings.quantiles.isEmpty {
      let calibration = try SpreadCalibration(panels: plan.panels, columns: plan.columns)
      for column in hybrids.indices {
        guard let spread = hybrids[column]?.spread else { continue }
        hybrids[column]?.spread = calibration.spread(spread, of: plan.columns[column])
      }
    }
    let combined =
      settings.choice == .combined
      ? try MethodCombination(panels: plan.panels).means(of: plan.columns, hybrids: hybrids) : []
    var fits = NodeFits(plan, hybrids: hybrids, combined: combined, settings: settings)
    let nodes = fits.coherent(settings)
    return ForecastTable(
      origin: origin, settings: settings, days: ahead, nodes: nodes,
      explanations: fits.explanations(days: ahead),
      fits: keepsFits ? KeptFits(plan, hybrids: hybrids) : nil)
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
