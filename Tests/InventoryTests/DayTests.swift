import Inventory
import Testing

@Suite("Day")
struct DayTests {
  @Test(
    "known dates have their known ordinals and weekdays",
    arguments: [
      ("1970-01-01", 0, 4), ("2000-02-29", 11_016, 2), ("2016-04-24", 16_915, 7),
      ("1900-01-01", -25_567, 1), ("2199-12-31", 84_005, 2),
    ])
  func knownDates(text: String, ordinal: Int32, weekday: Int) throws {
    let day = try #require(Day(text))
    #expect(day.ordinal == ordinal)
    #expect(day.weekday == weekday)
    #expect(day.description == text)
  }

  @Test("every day of the range survives the way through text and civil parts")
  func roundTrip() {
    for ordinal in Day.earliest.ordinal...Day.latest.ordinal {
      let day = Day(ordinal: ordinal)
      let civil = day.civil
      #expect(Day(year: civil.year, month: civil.month, day: civil.day) == day)
      if ordinal % 97 == 0 { #expect(Day(day.description) == day) }
    }
  }

  @Test(
    "what is no date of the form YYYY-MM-DD is refused",
    arguments: [
      "", "2016-4-24", "2016-13-01", "2016-02-30", "1900-02-29", "2016/04/24", "24-04-2016",
      "2016-04-24 ", "20160424", "1899-12-31", "2200-01-01", "2016-00-10", "2016-04-00", "２016-1-1",
      "2016-04-2x",
    ])
  func refused(text: String) {
    #expect(Day(text) == nil)
  }

  @Test("months begin and end where the calendar says")
  func months() throws {
    let leapDay = try #require(Day("2016-02-29"))
    #expect(leapDay.monthStart.description == "2016-02-01")
    #expect(leapDay.nextMonthStart.description == "2016-03-01")
    let december = try #require(Day("2015-12-31"))
    #expect(december.nextMonthStart.description == "2016-01-01")
  }

  @Test("a week steps back to its Monday")
  func weekStart() throws {
    let sunday = try #require(Day("2016-04-24"))
    #expect(sunday.onOrBefore(weekday: 1).description == "2016-04-18")
    #expect(sunday.onOrBefore(weekday: 7) == sunday)
  }
}
