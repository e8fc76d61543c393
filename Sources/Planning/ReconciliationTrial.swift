public import Inventory

/// Which reconciliation a run should use: the one with which the gate's weekly origins were
/// forecast best.
///
/// From each of them, on the run's data cut at that day, all nodes are fitted once and made to
/// agree in each way; the error is the gate's, WAPE as the mean over the levels. The plain sum of
/// series stays unless another is at least `ReconciliationChoice.leastGain` better.
public struct ReconciliationTrial: Sendable {
  public enum Outcome: Sendable {
    /// The equations of so many would take longer than the run.
    case tooManySeries(Int)
    case tooLittleHistory
    case compared([(method: ForecastSettings.Reconciliation, wape: Double)], origins: Int)
  }

  public static let seriesLimit = ReconciliationChoice.seriesLimit

  public let method: ForecastSettings.Reconciliation
  public let outcome: Outcome

  private init(_ outcome: Outcome) {
    self.outcome = outcome
    guard case .compared(let wapes, _) = outcome, let plain = wapes.first,
      let best = wapes.min(by: { $0.wape < $1.wape }),
      best.wape < (1 - ReconciliationChoice.leastGain) * plain.wape
    else {
      method = .bottomUp
      return
    }
    method = best.method
  }

  /// - Parameters:
  ///   - settings: of the run, whatever their reconciliation.
  ///   - horizon: days ahead that are judged.
  public static func run(
    _ histories: [DemandHistory], events: [CalendarEvent], prices: [Price], origin: Day,
    settings: ForecastSettings, horizon: Int, limits: GateLimits
  ) throws -> ReconciliationTrial {
    guard histories.count <= seriesLimit else {
      return ReconciliationTrial(.tooManySeries(histories.count))
    }
    let trial = GateTrial(
      histories, events: events, origin: origin, horizon: horizon, limits: limits, seed: 1)
    var trials = ReconciliationChoice.candidates.map { (method: $0, trial: trial) }
    var tried = settings
    tried.quantiles = []
    // Its errors are kept, which the others do without.
    tried.reconciliation = .mint
    for past in trial.origins {
      let work = try ForecastWork(
        histories: histories.compactMap { $0.known(through: past) }, events: events,
        prices: prices, origin: past, settings: tried)
      let answers = try work.shards.indices.map { try work.answer(shard: $0) }
      for place in trials.indices {
        trials[place].trial.add(
          try work.table(answers, reconciling: trials[place].method), champion: [:])
      }
    }
    let wapes = trials.compactMap { one in
      one.trial.naive().map { (method: one.method, wape: $0.challenger) }
    }
    return ReconciliationTrial(
      wapes.count == trials.count
        ? .compared(wapes, origins: trial.origins.count) : .tooLittleHistory)
  }
}
