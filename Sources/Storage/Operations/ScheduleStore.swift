public import Inventory
public import Postgres

/// When all regions are trained, as it is kept.
public struct ScheduleRecord: Hashable, Sendable {
  public let id: Int32
  public let name: ScheduleName
  /// Five fields, checked before they were stored.
  public let cron: String
  /// Nil takes the deployment's.
  public let timeZone: String?
  public let isPaused: Bool
  /// Slots up to here were dealt with.
  public let consideredThrough: Instant
  /// How long a slot waits for regions that are behind.
  public let graceMinutes: Int
  /// How long a run may take; nil is for ever.
  public let deadlineMinutes: Int?
}

public enum ScheduleError: Error, Hashable, Sendable {
  case unknownSchedule(ScheduleName, known: [ScheduleName])
}

/// Schedules. Every method runs inside the caller's transaction.
public enum ScheduleStore {
  /// The database's clock, by which slots are due and leases end.
  public static func now(in db: isolated Session) throws -> Instant {
    try db.rows("SELECT clock_timestamp()")[0][0]
  }

  /// Every schedule by name.
  public static func list(in db: isolated Session) throws -> [ScheduleRecord] {
    try db.rows(
      """
      SELECT schedule_id, name::text, cron, time_zone, paused, considered_through, grace_minutes,
        deadline_minutes
      FROM schedule ORDER BY name
      """
    ).map(record)
  }

  public static func schedule(
    _ name: ScheduleName, in db: isolated Session
  ) throws -> ScheduleRecord {
    let all = try list(in: db)
    guard let found = all.first(where: { $0.name == name }) else {
      throw ScheduleError.unknownSchedule(name, known: all.map(\.name))
    }
    return found
  }

  /// Makes a schedule or changes it. Slots that the new one would have had before now are nobody's.
  public static func set(
    _ name: ScheduleName, cron: String, timeZone: String?, graceMinutes: Int = 0,
    deadlineMinutes: Int? = nil, in db: isolated Session
  ) throws {
    try db.execute(
      """
      INSERT INTO schedule (name, cron, time_zone, grace_minutes, deadline_minutes)
      VALUES (\(name), \(cron), \(timeZone), \(Int32(graceMinutes)),
        \(deadlineMinutes.map { Int32($0) }))
      ON CONFLICT (name) DO UPDATE
      SET cron = excluded.cron, time_zone = excluded.time_zone,
        grace_minutes = excluded.grace_minutes, deadline_minutes = excluded.deadline_minutes,
        considered_through = clock_timestamp()
      """)
  }

  /// Stops a schedule or lets it go on; slots of the time between are nobody's.
  public static func setPaused(
    _ isPaused: Bool, _ name: ScheduleName, in db: isolated Session
  ) throws {
    let changed = try db.execute(
      """
      UPDATE schedule SET paused = \(isPaused), considered_through = CASE
        WHEN paused AND NOT \(isPaused) THEN clock_timestamp() ELSE considered_through END
      WHERE name = \(name)
      """)
    if changed == 0 { _ = try schedule(name, in: db) }
  }

  /// The running schedules that no other instance looks at just now, locked until COMMIT.
  public static func running(in db: isolated Session) throws -> [ScheduleRecord] {
    try db.rows(
      """
      SELECT schedule_id, name::text, cron, time_zone, paused, considered_through, grace_minutes,
        deadline_minutes
      FROM schedule WHERE NOT paused ORDER BY schedule_id FOR UPDATE SKIP LOCKED
      """
    ).map(record)
  }

  public static func considered(
    _ schedule: ScheduleRecord, through moment: Instant, in db: isolated Session
  ) throws {
    try db.execute(
      """
      UPDATE schedule SET considered_through = \(moment) WHERE schedule_id = \(schedule.id)
      """)
  }

  private static func record(_ row: Row) throws -> ScheduleRecord {
    try ScheduleRecord(
      id: row[0], name: row[1], cron: row[2], timeZone: row[3], isPaused: row[4],
      consideredThrough: row[5], graceMinutes: row[6], deadlineMinutes: row[7])
  }
}
