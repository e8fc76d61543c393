import Inventory
import Testing

@testable import Service

@Suite("Civil dates in time zones")
struct ZoneClockTests {
  private let clock = ZoneClock(asOf: nil, deploymentZone: "America/Chicago")

  @Test("a moment has the civil date of its place")
  func days() throws {
    let moment = try #require(Instant("2024-03-10T05:30:00Z"))
    #expect(clock.day(of: moment, zone: nil) == day("2024-03-09"))
    #expect(clock.day(of: moment, zone: "Europe/Berlin") == day("2024-03-10"))
    #expect(clock.day(of: moment, zone: "Pacific/Kiritimati") == day("2024-03-10"))
  }

  @Test(
    "a day begins and ends where its zone says, on days of 23 and 25 hours too",
    arguments: [
      ("2024-03-10", "2024-03-10T06:00:00Z", "2024-03-11T05:00:00Z"),
      ("2024-11-03", "2024-11-03T05:00:00Z", "2024-11-04T06:00:00Z"),
      ("2024-06-30", "2024-06-30T05:00:00Z", "2024-07-01T05:00:00Z"),
    ])
  func bounds(date: String, start: String, next: String) throws {
    #expect(clock.startOfDay(day(date), zone: nil).description == start)
    #expect(clock.startOfDay(day(date) + 1, zone: nil).description == next)
    let last = clock.endOfDay(day(date), zone: nil)
    #expect(clock.day(of: last, zone: nil) == day(date))
    #expect(clock.day(of: Instant(microseconds: last.microseconds + 1), zone: nil) == day(date) + 1)
  }

  @Test(
    "clocks show a moment; the first of two, and beyond the gap where there is none",
    arguments: [
      ("2024-06-30", 6.5, "2024-06-30T11:30:00Z"), ("2024-01-15", 0, "2024-01-15T06:00:00Z"),
      ("2024-03-10", 1.5, "2024-03-10T07:30:00Z"), ("2024-03-10", 2.5, "2024-03-10T08:30:00Z"),
      ("2024-03-10", 3.5, "2024-03-10T08:30:00Z"), ("2024-11-03", 1.5, "2024-11-03T06:30:00Z"),
      ("2024-11-03", 2.5, "2024-11-03T08:30:00Z"),
    ])
  func clocks(date: String, hours: Double, moment: String) {
    let shown = clock.instant(of: day(date), second: Int(hours * 3600), zone: nil)
    #expect(shown.description == moment)
  }

  @Test("as of a day, its end is now everywhere")
  func asOf() {
    let clock = ZoneClock(asOf: day("2016-04-24"), deploymentZone: "UTC")
    #expect(clock.today(zone: "Asia/Tokyo") == day("2016-04-24"))
    #expect(clock.due(.oneDay, zone: "Asia/Tokyo") == day("2016-04-23"))
    #expect(clock.now.description == "2016-04-25T00:00:00Z")
  }
}
