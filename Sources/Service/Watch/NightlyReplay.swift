internal import Inventory
internal import Planning
public import Postgres
public import Storage

/// Once a night the run in use is made again and compared; what differs is flagged.
public struct NightlyReplay: Sendable {
  /// Local hours at which nobody trains or orders.
  static let hours = 1..<5

  private let clock: ZoneClock
  private let sample: Int

  /// - Parameter sample: how many values are compared.
  public init(clock: ZoneClock, sample: Int) {
    self.clock = clock
    self.sample = sample
  }

  /// Whether it is night and the last replay is of another day.
  public func isDue(in session: Session) async throws -> Bool {
    let clock = clock
    let today = clock.today(zone: nil)
    let second =
      (clock.now.microseconds - clock.startOfDay(today, zone: nil).microseconds) / 1_000_000
    guard NightlyReplay.hours.contains(Int(second / 3600)) else { return false }
    return try await session.run { db in
      // A run and a replay at once would need twice the memory.
      guard try RunStore.published(in: db) != nil, try !RunRequestStore.isAnyUnderWay(in: db) else {
        return false
      }
      guard let latest = try ReplayStore.latest(in: db) else { return true }
      return clock.day(of: latest.at, zone: nil) < today
    }
  }

  /// Replays the run in use, writes down what came of it, and flags a mismatch.
  ///
  /// - Returns: nil where there is no run.
  public func replay(seed: UInt64, in session: Session) async throws -> ReplayRecord? {
    guard let run = try await session.run({ db in try RunStore.published(in: db)?.run }) else {
      return nil
    }
    let outcome: Result<RunReplay, any Error>
    do {
      outcome = .success(
        try await RunReplay.run(run, sample: sample, seed: seed, clock: clock, in: session))
    } catch {
      outcome = .failure(error)
    }
    let record = try NightlyReplay.record(outcome, run: run)
    try await session.run { db in
      try db.transaction { db in
        try ReplayStore.insert(record, in: db)
        if let flag = NightlyReplay.flag(record) {
          _ = try WatchStore.raise(flag, run: run, in: db)
        }
      }
    }
    return record
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
