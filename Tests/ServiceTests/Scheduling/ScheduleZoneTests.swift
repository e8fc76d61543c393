import Inventory
import Planning
import TestKit
import Testing

@testable import Service

@Suite("Schedules on the clocks of time zones")
struct ScheduleZoneTests {
  func slots(
    _ cron: String, zone: String, from start: String, through end: String
  ) throws -> [String] {
    let secondsEast = ZoneClock(deploymentZone: "UTC").secondsEast(zone: zone)
    let slots = ScheduleSlots(try ScheduleExpression(cron), secondsEast: secondsEast)
    var moment = try #require(Instant(start))
    let last = try #require(Instant(end))
    var found: [String] = []
    while let next = slots.next(after: moment), next <= last {
      found.append(next.description)
      moment = next
    }
    return found
  }

  @Test("a slot that daylight saving skips fires at the next minute there is")
  func skipped() throws {
    // Berlin's clocks went from 02:00 to 03:00 on 31 March 2024, at 01:00 UTC.
    #expect(
      try slots(
        "30 2 * * *", zone: "Europe/Berlin", from: "2024-03-30T00:00:00Z",
        through: "2024-04-01T12:00:00Z")
        == ["2024-03-30T01:30:00Z", "2024-03-31T01:00:00Z", "2024-04-01T00:30:00Z"])
    // Slots that meet there are one.
    #expect(
      try slots(
        "0,30 2,3 * * *", zone: "Europe/Berlin", from: "2024-03-30T22:00:00Z",
        through: "2024-03-31T12:00:00Z") == ["2024-03-31T01:00:00Z", "2024-03-31T01:30:00Z"])
    // Lord Howe's go forward by half an hour, at 02:00.
    #expect(
      try slots(
        "15 2 * * *", zone: "Australia/Lord_Howe", from: "2024-10-05T00:00:00Z",
        through: "2024-10-06T00:00:00Z") == ["2024-10-05T15:30:00Z"])
    // Beirut's midnight of 31 March 2024 was skipped.
    #expect(
      try slots(
        "0 0 * * *", zone: "Asia/Beirut", from: "2024-03-30T12:00:00Z",
        through: "2024-03-31T12:00:00Z") == ["2024-03-30T22:00:00Z"])
  }

  @Test("a slot that daylight saving repeats fires the first time only")
  func repeated() throws {
    // Chicago's 01:00 to 02:00 came twice on 3 November 2024, from 06:00 UTC.
    #expect(
      try slots(
        "30 1 * * *", zone: "America/Chicago", from: "2024-11-03T00:00:00Z",
        through: "2024-11-04T12:00:00Z") == ["2024-11-03T06:30:00Z", "2024-11-04T07:30:00Z"])
    // Begun within the second pass, today's slot is over.
    #expect(
      try slots(
        "30 1 * * *", zone: "America/Chicago", from: "2024-11-03T07:10:00Z",
        through: "2024-11-04T12:00:00Z") == ["2024-11-04T07:30:00Z"])
    #expect(
      try slots(
        "45 1 * * *", zone: "Australia/Lord_Howe", from: "2024-04-06T00:00:00Z",
        through: "2024-04-07T12:00:00Z") == ["2024-04-06T14:45:00Z"])
  }

  @Test(
    "slots are those of a scan of every minute",
    arguments: [
      "Europe/Berlin", "America/Chicago", "Australia/Lord_Howe", "Asia/Kathmandu", "Asia/Beirut",
      "America/St_Johns", "Africa/Casablanca", "Pacific/Apia", "America/Asuncion", "UTC",
      "Antarctica/Troll",
    ])
  func scan(zone: String) throws {
    var random = SeededGenerator(seed: 23)
    let secondsEast = ZoneClock(deploymentZone: "UTC").secondsEast(zone: zone)
    let changes = changes(
      of: secondsEast, from: "2009-01-01T00:00:00Z", through: "2026-01-01T00:00:00Z")
    let anywhere = try #require(Instant("2011-12-30T10:00:00Z"))
    for _ in 0..<12 {
      let cron = randomCron(using: &random)
      let slots = ScheduleSlots(try ScheduleExpression(cron), secondsEast: secondsEast)
      let centre = changes.randomElement(using: &random) ?? anywhere
      let start = centre.minutes - Int64.random(in: 0...2880, using: &random)
      let scanned = Set(scan(slots, from: start, minutes: 4320))
      let (from, to) = (Instant(minutes: start), Instant(minutes: start + 4320))
      let due = slots.due(after: from, through: to)
      #expect(due.count == scanned.count, "\(cron) in \(zone) from \(from)")
      #expect(due.newest == scanned.max())
    }
  }

  /// Each minute of real time at which the clock shows a matching minute that it did not show
  /// before, or was set over one.
  private func scan(_ slots: ScheduleSlots, from start: Int64, minutes: Int64) -> [Instant] {
    var furthest = Int64.min
    var found: [Instant] = []
    // Two days ahead, so that the furthest minute shown is known at the start.
    for minute in (start - 2880)...(start + minutes) {
      let moment = Instant(minutes: minute)
      let shown = minute + Int64(slots.secondsEast(moment) / 60)
      if furthest == .min { furthest = shown - 1 }
      guard shown > furthest else { continue }
      let reached = (furthest + 1)...shown
      furthest = shown
      if minute > start,
        reached.contains(where: { slots.expression.matches(LocalTime(minutes: $0)) })
      {
        found.append(moment)
      }
    }
    return found
  }

  private func changes(
    of secondsEast: (Instant) -> Int, from start: String, through end: String
  ) -> [Instant] {
    guard let start = Instant(start)?.minutes, let end = Instant(end)?.minutes else { return [] }
    let days = stride(from: start, through: end, by: 1440).map { Instant(minutes: $0) }
    return zip(days, days.dropFirst()).filter { secondsEast($0) != secondsEast($1) }.map(\.1)
  }
}

extension Instant {
  fileprivate init(minutes: Int64) { self.init(microseconds: minutes * 60_000_000) }
  fileprivate var minutes: Int64 { microseconds / 60_000_000 }
}

extension LocalTime {
  fileprivate init(minutes: Int64) {
    self.init(day: Day(ordinal: Int32(minutes / 1440)), minuteOfDay: Int(minutes % 1440))
  }
}

/// An expression of random lists, ranges and steps, on any day of the month there always is.
private func randomCron(using random: inout SeededGenerator) -> String {
  let minute = ["0", "*/15", "30", "0,45", "*", "59"].randomElement(using: &random) ?? "*"
  let hour = ["*", "2", "1-3", "0", "23", "*/2", "2,3"].randomElement(using: &random) ?? "*"
  let weekday = ["*", "*", "*", "0", "sun,mon", "sat"].randomElement(using: &random) ?? "*"
  return "\(minute) \(hour) * * \(weekday)"
}
