public import Inventory
public import Planning
public import Postgres
public import Storage

/// Looking at schedules and changing them, each change with its line in the audit.
public enum Schedules {
  /// A schedule with what comes of it.
  public struct Entry: Sendable {
    public let record: ScheduleRecord
    /// The zone whose clocks it goes by.
    public let zone: String
    /// Nil while it is paused.
    public let next: Instant?
  }

  public static func list(clock: ZoneClock, in session: Session) async throws -> [Entry] {
    try await session.run { db in
      let now = try ScheduleStore.now(in: db)
      return try ScheduleStore.list(in: db).map { record in
        Entry(
          record: record, zone: record.timeZone ?? clock.deploymentZone,
          next: record.isPaused ? nil : try record.slots(clock).next(after: now))
      }
    }
  }

  /// - Parameters:
  ///   - timeZone: nil takes the deployment's.
  ///   - graceMinutes: how long a slot waits for regions that are behind.
  ///   - deadlineMinutes: how long a run may take; nil is for ever.
  public static func set(
    _ name: ScheduleName, _ expression: ScheduleExpression, timeZone: String?,
    graceMinutes: Int = 0, deadlineMinutes: Int? = nil, actor: String, in session: Session
  ) async throws {
    if let timeZone, !ZoneClock.knows(zone: timeZone) { throw UnknownZone(name: timeZone) }
    let zone = timeZone.map { ", \($0)" } ?? ""
    let grace = graceMinutes > 0 ? ", grace \(graceMinutes.asMinutes)" : ""
    let deadline = deadlineMinutes.map { ", deadline \($0.asMinutes)" } ?? ""
    try await change(
      actor: actor, action: "schedule-set",
      subject: "\(name): \(expression)\(zone)\(grace)\(deadline)",
      in: session
    ) { db in
      try ScheduleStore.set(
        name, cron: expression.text, timeZone: timeZone, graceMinutes: graceMinutes,
        deadlineMinutes: deadlineMinutes, in: db)
    }
  }

  public static func pause(
    _ name: ScheduleName, actor: String, in session: Session
  ) async throws {
    try await change(
      actor: actor, action: "schedule-paused", subject: name.text, in: session
    ) { db in try ScheduleStore.setPaused(true, name, in: db) }
  }

  public static func resume(
    _ name: ScheduleName, actor: String, in session: Session
  ) async throws {
    try await change(
      actor: actor, action: "schedule-resumed", subject: name.text, in: session
    ) { db in try ScheduleStore.setPaused(false, name, in: db) }
  }

  /// Asks for a run outside the schedule's slots and returns the request's number.
  ///
  /// - Parameter isForced: whether a run is made although nothing changed.
  public static func runNow(
    _ name: ScheduleName, asOf: Day?, isForced: Bool = false, actor: String, in session: Session
  ) async throws -> Int {
    try await change(
      actor: actor, action: "run-requested", subject: name.text + (isForced ? ", forced" : ""),
      in: session
    ) { db in
      let schedule = try ScheduleStore.schedule(name, in: db)
      return try RunRequestStore.request(
        of: schedule, asOf: asOf, isForced: isForced, by: actor, in: db)
    }
  }

  private static func change<R: Sendable>(
    actor: String, action: String, subject: String, in session: Session,
    _ work: @Sendable (isolated Session) throws -> R
  ) async throws -> R {
    try await session.run { db in
      try db.transaction { db in
        let result = try work(db)
        try AuditStore.append(actor: actor, action: action, subject: subject, in: db)
        return result
      }
    }
  }
}

extension ScheduleRecord {
  /// The moments at which it fires, by its own zone or the deployment's.
  func slots(_ clock: ZoneClock) throws -> ScheduleSlots {
    ScheduleSlots(try ScheduleExpression(cron), secondsEast: clock.secondsEast(zone: timeZone))
  }
}

/// A time zone that this machine's tables do not have.
struct UnknownZone: Failure {
  let name: String

  var code: String { "unknown-time-zone" }
  var exitCode: ExitCode { .data }
  var sentence: String { "there is no time zone '\(name)'; one is named as Europe/Berlin" }
}
