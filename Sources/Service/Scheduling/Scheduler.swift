public import Inventory
internal import Planning
public import Postgres
internal import Storage

/// Turns slots that are due into requests for runs. Any number of instances may do it at once.
public struct Scheduler: Sendable {
  /// A slot that came due.
  public struct Due: Hashable, Sendable {
    public let schedule: ScheduleName
    public let slot: Instant
    /// Earlier slots that nobody looked at in time, and for which this one stands.
    public let missedSlots: Int
  }

  private let clock: ZoneClock

  /// - Parameter clock: for the zones; what time it is says the database.
  public init(clock: ZoneClock) { self.clock = clock }

  /// Looks at every schedule once and returns the slots that this call put into the queue.
  ///
  /// A schedule that this program cannot read is passed over and returned with its failure, so that
  /// the others go on.
  public func look(in session: Session) async throws -> [Result<Due, ScheduleFailure>] {
    let clock = clock
    return try await session.run { db in
      try db.transaction { db in
        let now = try ScheduleStore.now(in: db)
        try Scheduler.endWaiting(clock, in: db)
        return try ScheduleStore.running(in: db).compactMap { record in
          let slots: ScheduleSlots
          do {
            slots = try record.slots(clock)
          } catch {
            return .failure(ScheduleFailure(name: record.name, cause: FailureReport(error)))
          }
          let (count, newest) = slots.due(after: record.consideredThrough, through: now)
          guard let newest else { return nil }
          try ScheduleStore.considered(record, through: newest, in: db)
          let isNew = try RunRequestStore.request(
            slot: newest, missed: count - 1, of: record, in: db)
          return isNew
            ? .success(Due(schedule: record.name, slot: newest, missedSlots: count - 1)) : nil
        }
      }
    }
  }
}

extension Scheduler {
  /// Lets slots that wait for late data begin once no region is behind.
  private static func endWaiting(_ clock: ZoneClock, in db: isolated Session) throws {
    guard try RunRequestStore.waitsForData(in: db) else { return }
    let clock = clock.current
    let locations = try DatasetStore.locations(in: db).map { $0.freshness(clock) }
    guard TrainingScope(locations: locations, asOf: clock.today(zone: nil)).behind.isEmpty else {
      return
    }
    try RunRequestStore.stopWaiting(in: db)
  }
}

/// A schedule in the database that cannot be followed.
public struct ScheduleFailure: Failure {
  public let name: ScheduleName
  public let cause: FailureReport

  public var code: String { cause.code }
  public var exitCode: ExitCode { cause.exitCode }
  public var sentence: String { "schedule '\(name)' cannot be followed: \(cause.sentence)" }
}
