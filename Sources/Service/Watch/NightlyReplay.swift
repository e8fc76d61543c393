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
    let record = try await ServedReplay.make(
      of: run, sample: sample, seed: seed, clock: clock, in: session)
    try await session.run { db in
      try db.transaction { db in _ = try ServedReplay.keep(record, in: db) }
    }
    return record
  }
}
