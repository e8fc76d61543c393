internal import Inventory
internal import Planning
internal import Postgres
internal import Storage

extension Steadying {
  /// What became of a run's fitted forecasts, so that they can be made again.
  ///
  /// - Throws: `RunReplayRefusal.forecastsDropped` where an earlier run's are not kept.
  static func ofRun(_ run: Int, in db: isolated Session) throws -> Steadying {
    let held = try HeldForecasts.held(byRun: run, in: db)
    guard let record = try RunStore.run(run, in: db), let weight = record.blendWeight, weight > 0,
      let earlier = record.comparedWith
    else { return Steadying(blend: nil, held: held) }
    guard let basis = try RunStore.basis(ofRun: earlier, in: db), basis.hasForecasts else {
      throw RunReplayRefusal.forecastsDropped(run: earlier)
    }
    let said = EarlierForecasts(
      run: earlier, quantiles: basis.quantiles,
      try ForecastStore.forecasts(ofRun: earlier, in: db))
    return Steadying(blend: Blend(weight: weight, of: said), held: held)
  }
}

/// The share of the forecast in use that a run took, and why.
struct BlendDecision: Sendable {
  /// Nil where none was asked for.
  let weight: Double?
  let finding: String?

  /// - Parameter champion: the run in use; nothing is blended without one.
  init(_ choice: BlendChoice, _ trial: GateTrial, champion: PublishedRun?) {
    guard choice != .none, champion != nil else {
      (weight, finding) = (nil, nil)
      return
    }
    switch choice {
    case .weight(let weight): (self.weight, finding) = (weight, nil)
    case .backtest:
      guard let found = trial.blend?.finding else {
        (weight, finding) = (0, "there is too little history to choose by")
        return
      }
      weight = found.weight
      finding =
        "chosen from \(found.origins) weekly origins: off by \(Double?(found.wape).percent),"
        + " unblended by \(Double?(found.unblended).percent)"
    }
  }

  func blend(_ view: TrainingView) -> Blend? {
    guard let weight, weight > 0, let champion = view.champion else { return nil }
    return Blend(
      weight: weight,
      of: EarlierForecasts(
        run: champion.run, quantiles: champion.quantiles, view.published))
  }
}

extension RunConfiguration {
  /// With the reconciliation that was chosen in place of the wish to choose one.
  func reconciled(_ method: ForecastSettings.Reconciliation) -> RunConfiguration {
    var configuration = self
    configuration.reconciliation = method
    return configuration
  }
}
