import Inventory
import Planning
import Postgres
import Storage
import TestKit
import Testing

@testable import Service

@Suite("The scheduler puts slots into the queue")
struct SchedulerTests {
  private static let clock = ZoneClock(deploymentZone: "UTC")

  /// The schedule as if it had been looked at last so long ago.
  private func lastLooked(
    _ interval: String, at cron: String = "0 * * * *", in session: Session
  ) async throws {
    try await session.run { db in
      _ = try db.execute(
        """
        UPDATE schedule SET cron = \(cron), considered_through =
          date_trunc('hour', clock_timestamp(), 'UTC') - \(interval)::text::interval
        """)
    }
  }

  private func requests(in session: Session) async throws -> [RunRequest] {
    try await session.run { db in try RunRequestStore.latest(100, in: db) }
  }

  @Test("migrating makes a daily schedule at half past six, whose first slot is still to come")
  func daily() async throws {
    try await withDatabase(.migrated) { session, _ in
      let entries = try await Schedules.list(clock: SchedulerTests.clock, in: session)
      #expect(entries.map(\.record.name.text) == ["daily"])
      #expect(entries.first?.zone == "UTC")
      #expect(entries.first?.next?.description.hasSuffix("T06:30:00Z") == true)
      #expect(try await Scheduler(clock: SchedulerTests.clock).look(in: session).isEmpty)
    }
  }

  @Test("missed slots become one request for the newest, which counts them")
  func missed() async throws {
    try await withDatabase(.migrated) { session, _ in
      try await lastLooked("10 hours", in: session)
      let scheduler = Scheduler(clock: SchedulerTests.clock)
      let due = try #require(try await scheduler.look(in: session).first?.get())
      #expect(due.missedSlots == 9)
      #expect(try await scheduler.look(in: session).isEmpty)
      let queue = try await requests(in: session)
      #expect(queue.count == 1)
      #expect(queue[0].slot == due.slot && queue[0].missedSlots == 9 && queue[0].state == .waiting)
      // Nobody has worked on it, and more come due: it becomes the newest's.
      try await lastLooked("-1 hours", in: session)
      try await session.run { db in
        _ = try db.execute("UPDATE run_request SET slot = slot - interval '3 hours'")
      }
      try await lastLooked("2 hours", in: session)
      #expect(try await scheduler.look(in: session).count == 1)
      let later = try await requests(in: session)
      #expect(later.map(\.missedSlots) == [9 + 2] && later[0].slot == due.slot)
    }
  }

  @Test("a slot is requested once, however many instances look")
  func instances() async throws {
    try await withDatabase(.migrated) { session, target in
      for _ in 0..<5 {
        try await lastLooked("1 hours", in: session)
        try await session.run { db in _ = try db.execute("DELETE FROM run_request") }
        let found = try await withThrowingTaskGroup(of: Int.self) { group in
          for _ in 0..<4 {
            group.addTask {
              let own = try await Session.connect(target)
              let count = try await Scheduler(clock: SchedulerTests.clock).look(in: own).count
              await own.close()
              return count
            }
          }
          return try await group.reduce(0, +)
        }
        #expect(found == 1)
        #expect(try await requests(in: session).count == 1)
        // Even one who does not know that it was looked at adds none.
        try await lastLooked("1 hours", in: session)
        #expect(try await Scheduler(clock: SchedulerTests.clock).look(in: session).isEmpty)
        #expect(try await requests(in: session).count == 1)
      }
    }
  }

  @Test("a paused schedule has no slots, and those of its rest are not made up for")
  func paused() async throws {
    try await withDatabase(.migrated) { session, _ in
      let daily: ScheduleName = code("daily")
      try await Schedules.pause(daily, actor: "ann", in: session)
      try await lastLooked("10 hours", in: session)
      let scheduler = Scheduler(clock: SchedulerTests.clock)
      #expect(try await scheduler.look(in: session).isEmpty)
      #expect(try await Schedules.list(clock: SchedulerTests.clock, in: session)[0].next == nil)
      try await Schedules.resume(daily, actor: "ann", in: session)
      #expect(try await scheduler.look(in: session).isEmpty)
      // Resuming what goes on already does not lose a slot.
      try await lastLooked("1 hours", in: session)
      try await Schedules.resume(daily, actor: "ann", in: session)
      #expect(try await scheduler.look(in: session).count == 1)
      let audit = try await session.run { db in try AuditStore.latest(9, in: db) }
      #expect(
        audit.map(\.action) == ["schedule-resumed", "schedule-resumed", "schedule-paused"])
    }
  }

  @Test("setting a schedule does not bring its earlier slots, and zones and names are checked")
  func set() async throws {
    try await withDatabase(.migrated) { session, _ in
      try await lastLooked("10 hours", in: session)
      let hourly = try ScheduleExpression("0 * * * *")
      try await Schedules.set(
        code("daily"), hourly, timeZone: "Asia/Tokyo", actor: "ann", in: session)
      try await Schedules.set(code("extra"), hourly, timeZone: nil, actor: "ann", in: session)
      #expect(try await Scheduler(clock: SchedulerTests.clock).look(in: session).isEmpty)
      let entries = try await Schedules.list(clock: SchedulerTests.clock, in: session)
      #expect(entries.map(\.zone) == ["Asia/Tokyo", "UTC"])
      await #expect(throws: UnknownZone.self) {
        try await Schedules.set(
          code("daily"), hourly, timeZone: "Mars/Base", actor: "ann", in: session)
      }
      let unknown = await #expect(throws: ScheduleError.self) {
        try await Schedules.pause(code("dialy"), actor: "ann", in: session)
      }
      #expect(
        unknown?.sentence == "there is no schedule 'dialy'; known are daily and extra")
    }
  }

  /// Lets the database say that it is another time.
  private func tell(_ instant: String, in session: Session) async throws {
    try await session.run { db in
      try db.script(
        """
        CREATE SCHEMA IF NOT EXISTS told;
        CREATE OR REPLACE FUNCTION told.clock_timestamp() RETURNS timestamptz
          LANGUAGE sql STABLE AS 'SELECT ''\(instant)''::timestamptz';
        SET search_path = told, pg_catalog, public;
        """)
    }
  }

  /// The slots that a scheduler puts into the queue which looks every ten minutes.
  private func slots(
    _ cron: String, zone: String, from start: String, minutes: Int, in session: Session
  ) async throws -> [String] {
    try await tell(start, in: session)
    try await Schedules.set(
      code("daily"), ScheduleExpression(cron), timeZone: zone, actor: "ann", in: session)
    let scheduler = Scheduler(clock: SchedulerTests.clock)
    let first = try #require(Instant(start)).microseconds
    var found: [String] = []
    for minute in stride(from: 0, through: minutes, by: 10) {
      let now = Instant(microseconds: first + Int64(minute) * 60_000_000)
      try await tell(now.description, in: session)
      found += try await scheduler.look(in: session).map { try $0.get().slot.description }
    }
    let queued = try await requests(in: session)
    #expect(queued.count == 1 && queued[0].slot?.description == found.last)
    return found
  }

  @Test("the night in which clocks go forward has its slot at the next minute there is")
  func forward() async throws {
    try await withDatabase(.migrated) { session, _ in
      // Berlin's 02:30 of 31 March 2024 was skipped, at 01:00 UTC.
      let found = try await slots(
        "30 2 * * *", zone: "Europe/Berlin", from: "2024-03-30T00:05:00Z", minutes: 4000,
        in: session)
      #expect(
        found == ["2024-03-30T01:30:00Z", "2024-03-31T01:00:00Z", "2024-04-01T00:30:00Z"])
    }
  }

  @Test("the night in which clocks go back has its slot once, the first time")
  func back() async throws {
    try await withDatabase(.migrated) { session, _ in
      // Berlin's 02:30 of 27 October 2024 came twice, at 00:30 and 01:30 UTC.
      let found = try await slots(
        "30 2 * * *", zone: "Europe/Berlin", from: "2024-10-26T00:05:00Z", minutes: 4000,
        in: session)
      #expect(
        found == ["2024-10-26T00:30:00Z", "2024-10-27T00:30:00Z", "2024-10-28T01:30:00Z"])
    }
  }

  @Test("a schedule that cannot be read does not keep the others from firing")
  func unreadable() async throws {
    try await withDatabase(.migrated) { session, _ in
      try await Schedules.set(
        code("extra"), ScheduleExpression("0 * * * *"), timeZone: nil, actor: "ann", in: session)
      try await lastLooked("2 hours", in: session)
      try await session.run { db in
        _ = try db.execute("UPDATE schedule SET cron = 'soon' WHERE name = 'daily'")
      }
      let looked = try await Scheduler(clock: SchedulerTests.clock).look(in: session)
      let names = looked.compactMap { try? $0.get().schedule.text }
      #expect(looked.count == 2 && names == ["extra"])
    }
  }
}
