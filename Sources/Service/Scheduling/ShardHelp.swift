internal import Inventory
internal import Planning
internal import Postgres
internal import Storage

/// Helps with the shards of requests that other workers hold. What was made of a request's data
/// is kept while there are shards of it.
actor ShardHelp {
  enum Outcome: Sendable {
    case fitted(ShardClaim)
    /// The lease was lost before the answer was there.
    case refused(ShardClaim)
    /// This worker cannot make the request's work, and leaves it to others.
    case passed(FailureReport, request: Int)
  }

  private let hands: ShardHands
  private let clock: @Sendable (_ asOf: Day?) -> ZoneClock
  private var kept: (record: RunWork, work: ForecastWork)?
  private var passed: [Int] = []

  init(_ hands: ShardHands, clock: @escaping @Sendable (_ asOf: Day?) -> ZoneClock) {
    self.hands = hands
    self.clock = clock
  }

  /// Fits one shard; nil when there is none to fit.
  func once(in session: Session) async throws -> Outcome? {
    guard let claim = try await hands.claim(of: nil, passing: passed, in: session) else {
      kept = nil
      return nil
    }
    do {
      guard let work = try await work(of: claim.request, in: session) else {
        return .refused(claim)
      }
      return try await hands.fit(claim, of: work, in: session) ? .fitted(claim) : .refused(claim)
    } catch let error as PostgresError where error.isTransient || error.isConnectionLoss {
      throw error
    } catch {
      // The request's holder will meet the same, and say so where it is asked for.
      passed.append(claim.request)
      try await hands.release(in: session)
      return .passed(FailureReport(error), request: claim.request)
    }
  }

  private func work(of request: Int, in session: Session) async throws -> ForecastWork? {
    let record = try await session.run { db in try ShardStore.work(of: request, in: db) }
    guard let record else { return nil }
    if let kept, kept.record.hasSameAnswers(as: record) { return kept.work }
    kept = nil
    let clock = clock(record.asOf)
    let dataset = try await session.run { db in
      try db.transaction(isolation: .repeatableRead, readOnly: true) { db in
        try DatasetStore.dataset(
          ofRegions: record.regions, through: record.origin, version: .at(record.datasetVersion),
          civilDay: { clock.day(of: $0, zone: $1) }, in: db)
      }
    }
    guard dataset.contentDigest == record.contentDigest else {
      throw OtherData(version: record.datasetVersion)
    }
    guard let choice = ForecastSettings.Choice(rawValue: record.method),
      let reconciliation = ForecastSettings.Reconciliation(rawValue: record.reconciliation)
    else {
      throw StorageError.unknownWord(table: "run_work")
    }
    let work = try await ComputeThread.run {
      try ForecastWork(
        histories: dataset.histories, events: dataset.events, prices: dataset.prices,
        origin: record.origin,
        settings: ForecastSettings(
          horizon: record.horizon, choice: choice, reconciliation: reconciliation))
    }
    kept = (record, work)
    return work
  }
}

/// A dataset version that reads differently here than where the run was begun.
private struct OtherData: Failure {
  let version: Int64

  var code: String { "other-data" }
  var exitCode: ExitCode { .software }
  var sentence: String {
    "dataset version \(version) reads differently here than for the worker that began the run;"
      + " give all of them the same QUARTERMASTER_TIME_ZONE and time zone tables"
  }
}
