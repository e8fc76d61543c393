internal import Inventory
internal import Planning
internal import Postgres
internal import Storage

/// A run that the service makes again: what comes of it is written down, and a mismatch of the run
/// in use is flagged and told.
enum ServedReplay {
  /// - Throws: what says nothing of the run, such as a lost connection.
  static func make(
    of run: Int, sample: Int?, seed: UInt64, clock: ZoneClock, in session: Session
  ) async throws -> ReplayRecord {
    let outcome: Result<RunReplay, any Error>
    do {
      outcome = .success(
        try await RunReplay.run(run, sample: sample, seed: seed, clock: clock, in: session))
    } catch {
      outcome = .failure(error)
    }
    return try record(outcome, run: run)
  }

  /// Returns the number of the replay. Call it inside one transaction.
  static func keep(_ record: ReplayRecord, in db: isolated Session) throws -> Int {
    let number = try ReplayStore.insert(record, in: db)
    // What a run that nobody reads would have been is for who asked.
    if try RunStore.published(in: db)?.run == record.run, let flag = flag(record),
      try WatchStore.raise(flag, run: record.run, in: db)
    {
      try Alerting.queue(replayMismatch: flag, run: record.run, in: db)
    }
    return number
  }

  private static func record(_ outcome: Result<RunReplay, any Error>, run: Int) throws
    -> ReplayRecord
  {
    switch outcome {
    case .success(let replay):
      let first = replay.comparison.firstFarApart ?? replay.comparison.first
      return ReplayRecord(
        run: run, verdict: replay.verdict.rawValue, compared: replay.comparison.values,
        differing: replay.comparison.differing, finding: first?.sentence)
    case .failure(let error as RunReplayRefusal):
      return ReplayRecord(
        run: run, verdict: "impossible", compared: 0, differing: 0, finding: error.sentence)
    case .failure(let error as DatasetVersionError):
      return ReplayRecord(
        run: run, verdict: "impossible", compared: 0, differing: 0, finding: error.sentence)
    case .failure(let error): throw error
    }
  }

  /// Nil for a run that comes out as it was published.
  private static func flag(_ record: ReplayRecord) -> Flag? {
    guard ["different", "impossible"].contains(record.verdict) else { return nil }
    let what =
      record.verdict == "different"
      ? "\(record.differing.grouped) of \(record.compared.grouped) values differ, first"
      : "it could not be made again"
    return Flag(
      rule: .replayMismatch, severity: .warning, region: nil, node: nil, expected: nil,
      found: Double(record.differing),
      message: "Run \(record.run), made again from its data, is not what was published: \(what):"
        + " \(record.finding ?? "no reason is known").")
  }
}
