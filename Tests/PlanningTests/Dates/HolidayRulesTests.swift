import Inventory
import Testing

@testable import Planning

@Suite("Holidays by rule")
struct HolidayRulesTests {
  private func days(_ country: String, _ year: Int) throws -> [String: String] {
    let rules = try #require(HolidayRules(country: country))
    let events = rules.events(in: day("\(year)-01-01")...day("\(year)-12-31"))
    #expect(events.map(\.day) == events.map(\.day).sorted())
    return Dictionary(
      events.map { ($0.name, $0.day.description) }, uniquingKeysWith: { first, _ in first })
  }

  @Test("the holidays of 2024 fall where almanacs have them")
  func almanac() throws {
    let us = try days("US", 2024)
    #expect(us["Thanksgiving"] == "2024-11-28" && us["Black Friday"] == "2024-11-29")
    #expect(us["Labor Day"] == "2024-09-02" && us["Memorial Day"] == "2024-05-27")
    #expect(us["Martin Luther King Day"] == "2024-01-15")
    let canada = try days("ca", 2024)
    #expect(canada["Victoria Day"] == "2024-05-20" && canada["Thanksgiving"] == "2024-10-14")
    let britain = try days("GB", 2024)
    #expect(britain["Mothering Sunday"] == "2024-03-10")
    #expect(britain["Summer Bank Holiday"] == "2024-08-26")
    let germany = try days("DE", 2024)
    #expect(germany["Ascension"] == "2024-05-09" && germany["Whit Monday"] == "2024-05-20")
    let sweden = try days("SE", 2024)
    #expect(sweden["Midsummer Eve"] == "2024-06-21" && sweden["All Saints"] == "2024-11-02")
  }

  @Test("Black Friday is the day after the fourth Thursday of November, in every year")
  func blackFriday() throws {
    for year in 2000...2060 {
      let days = try days("US", year)
      let thanksgiving = try #require(days["Thanksgiving"].flatMap { Day($0) })
      #expect(days["Black Friday"] == (thanksgiving + 1).description)
    }
  }

  @Test("every country's days have names of their own, one a year, and Christmas")
  func countries() throws {
    for country in HolidayRules.countries {
      let holidays = try #require(HolidayRules(country: country)).holidays
      #expect(Set(holidays.map(\.name)).count == holidays.count, "\(country)")
      #expect(Set(holidays.map(\.rule)).count == holidays.count, "\(country)")
      #expect(try days(country, 2025).count == holidays.count, "\(country)")
      #expect(try days(country, 2025)["Christmas"] == "2025-12-25")
    }
    #expect(HolidayRules(country: "XX") == nil)
  }
}
