import Testing

@testable import Inventory

struct DateRuleTests {
  @Test(
    "Easter falls where the churches' tables have it",
    arguments: [
      (1961, "1961-04-02", "1961-04-09"), (2000, "2000-04-23", "2000-04-30"),
      (2008, "2008-03-23", "2008-04-27"), (2011, "2011-04-24", "2011-04-24"),
      (2024, "2024-03-31", "2024-05-05"), (2038, "2038-04-25", "2038-04-25"),
      (2100, "2100-03-28", "2100-05-02"),
    ])
  func easter(year: Int, western: String, orthodox: String) {
    #expect(Day.easter(year) == Day(western))
    #expect(Day.orthodoxEaster(year) == Day(orthodox))
  }

  @Test("Easter is a Sunday from 22 March to 25 April, for three centuries")
  func span() throws {
    for year in 1900...2199 {
      let easter = try #require(Day.easter(year))
      #expect(easter.weekday == 7)
      #expect((322...425).contains(easter.civil.month * 100 + easter.civil.day))
      #expect(try #require(Day.orthodoxEaster(year)).weekday == 7)
    }
  }

  @Test("a rule has its day in every year that has one")
  func days() {
    #expect(DateRule.nth(4, weekday: 4, month: 11).day(in: 2015) == Day("2015-11-26"))
    #expect(DateRule.nth(1, weekday: 7, month: 3).day(in: 2015) == Day("2015-03-01"))
    #expect(DateRule.nth(-1, weekday: 1, month: 5).day(in: 2016) == Day("2016-05-30"))
    #expect(DateRule.nth(5, weekday: 5, month: 2).day(in: 2015) == nil)
    #expect(DateRule.nth(5, weekday: 6, month: 2).day(in: 2020) == Day("2020-02-29"))
    #expect(DateRule.fixed(month: 2, day: 29).day(in: 2015) == nil)
    #expect(DateRule.easter(-2).day(in: 2015) == Day("2015-04-03"))
    let midsummer = DateRule.onOrAfter(weekday: 6, month: 6, day: 20)
    #expect(midsummer.day(in: 2015) == Day("2015-06-20"))
    #expect(midsummer.day(in: 2016) == Day("2016-06-25"))
  }

  @Test("a span holds all of a rule's days in it, its ends included")
  func spans() throws {
    let christmas = DateRule.fixed(month: 12, day: 25)
    let from = try #require(Day("2012-12-25"))
    let through = try #require(Day("2014-12-25"))
    #expect(
      christmas.days(in: from...through).map(\.description)
        == ["2012-12-25", "2013-12-25", "2014-12-25"])
    #expect(christmas.days(in: from + 1...through - 1).count == 1)
  }

  @Test("a rule reads as people say it")
  func words() {
    #expect("\(DateRule.fixed(month: 12, day: 25))" == "25 December")
    #expect("\(DateRule.nth(4, weekday: 4, month: 11))" == "4th Thursday of November")
    #expect("\(DateRule.nth(-1, weekday: 1, month: 5))" == "last Monday of May")
    #expect("\(DateRule.easter(-2))" == "Easter - 2" && "\(DateRule.easter(0))" == "Easter")
    #expect("\(DateRule.onOrAfter(weekday: 6, month: 6, day: 20))" == "Saturday from 20 June")
  }
}
