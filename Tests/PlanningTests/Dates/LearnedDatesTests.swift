import Inventory
import Testing

@testable import Planning

/// A region's days: a level of 400, a week, noise, and what a test plants.
private struct Town {
  var name = "R"
  var years = 4
  var start = day("2018-01-01")
  var seed: UInt64 = 3
  /// What a day's demand is multiplied by.
  var factor: (Day) -> Double = { _ in 1 }

  var end: Day { start + 365 * years - 1 }

  var history: DemandHistory {
    var random = SplitMix(seed)
    return DemandHistory(
      series: series("A", at: "L\(name)", in: name), start: start,
      values: (0..<365 * years).map { offset in
        let day = start + offset
        let week = [0.8, 0.8, 0.9, 1, 1.2, 1.5, 0.8][day.weekday - 1]
        let noise = Double.random(in: 0.9..<1.1, using: &random)
        return (400 * week * noise * factor(day)).rounded()
      })
  }

  var sum: DaySurprises {
    DaySurprises(
      NodeHistory(PreparedSeries(history, grid: grid, next: grid.position(of: end) + 1)))
  }

  var grid: BucketGrid { BucketGrid(.day, namedBy: start) }

  func rules(known: Set<Int> = []) -> [DateRule] {
    LearnedDates([sum], known: known, grid: grid).rules
  }
}

private let fair = DateRule.nth(3, weekday: 4, month: 8)

private func onFairs(_ day: Day) -> Double { fair.day(in: day.civil.year) == day ? 1.6 : 1 }

@Suite("Learned dates")
struct LearnedDatesTests {
  @Test("a moving holiday that nobody wrote down is learnt, and first of all")
  func moving() {
    #expect(Town(factor: onFairs).rules().first == fair)
    let easter = Town { Day.easter($0.civil.year) == $0 ? 0.5 : 1 }
    #expect(easter.rules().first == .easter(0))
  }

  @Test("noise teaches hardly a rule")
  func noise() {
    let learnt = (1...8).map { Town(years: 3, seed: $0).rules().count }
    // Chance's share is one of either sign in each.
    #expect(learnt.reduce(0, +) <= 3 * 8)
  }

  @Test("a holiday that helped in one year and hurt in another is not learnt")
  func signs() {
    let rules = Town {
      fair.day(in: $0.civil.year) == $0 ? ($0.civil.year.isMultiple(of: 2) ? 1.6 : 0.6) : 1
    }.rules()
    #expect(!rules.contains(fair))
  }

  @Test("what the calendar names is not learnt again")
  func named() {
    let town = Town(factor: onFairs)
    let known = fair.days(in: town.start...town.end).map { town.grid.position(of: $0) }
    #expect(!town.rules(known: Set(known)).contains(fair))
  }

  @Test("twenty-eight years later the same dates are learnt")
  func later() {
    let rules = Town(factor: onFairs).rules()
    let town = Town(start: Town().start + 10_227, factor: onFairs)
    #expect(town.rules() == rules)
  }

  @Test("the forecast knows a holiday that no calendar names, as does its explanation")
  func forecast() throws {
    let town = Town(factor: onFairs)
    let days = try #require(fair.day(in: 2021))
    let table = try Forecaster.forecast(
      histories: [town.history], events: [], origin: days - 5,
      settings: ForecastSettings(horizon: 14),
      explaining: { _ in true })
    let means = try #require(table.nodes.last).means
    #expect(Double(means[4]) > 1.3 * Double(means[11]))
    let parts = try #require(table.explanations.last).parts
    let part = try #require(parts.first { $0.name == "\(fair)" })
    #expect(part.kind == .event && part.units[4] > 100)
  }

  @Test("paydays that nobody wrote down are found in their region, and noise has none")
  func paydays() {
    let quiet = Town(years: 2)
    #expect(DatesOfMonth.removed(from: quiet.sum, grid: quiet.grid) == nil)
    let paid = Town(years: 2) { [3, 11].contains($0.civil.day) ? 1.2 : 1 }
    let rest = DatesOfMonth.removed(from: paid.sum, grid: paid.grid)
    #expect(rest != nil)
    let onPaydays = paid.sum.values.indices.filter {
      [3, 11].contains((paid.start + $0).civil.day) && !paid.sum.values[$0].isNaN
    }
    let left = onPaydays.reduce(0) { $0 + (rest?.values[$1] ?? .nan) } / Double(onPaydays.count)
    #expect(abs(left) < 0.5)
  }

  @Test("a year is too short to learn from")
  func short() throws {
    let town = Town(years: 1) { $0.civil.day == 3 ? 1.5 : 1 }
    #expect(town.rules().isEmpty)
    #expect(DatesOfMonth.removed(from: town.sum, grid: town.grid) == nil)
  }
}
