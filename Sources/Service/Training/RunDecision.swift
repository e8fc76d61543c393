internal import Inventory
internal import Planning
internal import Postgres
internal import Storage

/// From fitted forecasts to what is published of them: they are blended, locked days are held, what
/// is abnormal is flagged, and the gate decides.
struct RunDecision: Sendable {
  let view: TrainingView
  let configuration: RunConfiguration
  /// The forecasts as the data makes them.
  let fitted: ForecastTable
  let trial: GateTrial

  /// Stores the run and publishes or refuses it.
  ///
  /// A lock that is set or taken away before the end is heeded: the numbers are made again.
  ///
  /// - Parameter stored: the last thing in the transaction; what it throws undoes all of it.
  func settle(
    _ record: RunRecord, in session: Session,
    stored: @Sendable (_ run: Int, isolated Session) throws -> Void
  ) async throws -> (made: Challenger, run: Int, refusal: RunRefusal?) {
    while true {
      do {
        return try await attempt(record, in: session, stored: stored)
      } catch is LocksChanged {
        continue
      }
    }
  }

  private func attempt(
    _ record: RunRecord, in session: Session,
    stored: @Sendable (_ run: Int, isolated Session) throws -> Void
  ) async throws -> (made: Challenger, run: Int, refusal: RunRefusal?) {
    let (view, configuration, fitted, trial) = (view, configuration, fitted, trial)
    let held = try await session.run { db in
      try db.transaction(isolation: .repeatableRead, readOnly: true) { db in
        try HeldForecasts.live(after: view.origin, in: db)
      }
    }
    let blend = BlendDecision(configuration.blend, trial, champion: view.champion)
    let (made, verdict) = try await ComputeThread.run {
      let table = Steadying(blend: blend.blend(view), held: held).steadied(fitted)
      let publication = Publication(
        table, of: view.dataset.histories.map(\.series), carried: view.carried, locks: held)
      let made = Challenger(
        table: table, forecasts: publication.forecasts,
        flags: Detection.flags(view.detectionInput(table)))
      return (made, Gate.verdict(view.gateInput(table, trial, configuration)))
    }
    var record = record
    record.locks = held.cells(in: made.forecasts)
    (record.blendWeight, record.blendFinding) = (blend.weight, blend.finding)
    let complete = record
    let (run, refusal) = try await session.run { db in
      try db.transaction { db in
        let decided = try Promotions.decide(
          complete, made, verdict, trial, against: view.champion, in: db)
        try LocksChanged.check(held, after: view.origin, in: db)
        try stored(decided.run, db)
        return decided
      }
    }
    return (made, run, refusal)
  }
}
