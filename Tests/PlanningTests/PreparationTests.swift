import Inventory
import Testing

@testable import Planning

struct PreparationTests {
  private static let start = day("2020-01-06")

  private func prepare(
    _ histories: [DemandHistory], events: [CalendarEvent] = [], horizon: Int = 28
  ) -> Preparation {
    let grid = BucketGrid(.day, namedBy: Self.start)
    let last = histories.map { $0.start + $0.values.count }.max() ?? Self.start
    return Preparation(
      histories, order: Array(histories.indices), events: events, covered: [], grid: grid,
      next: grid.position(of: last), horizon: horizon)
  }

  private func history(
    days: Int, stockouts: [Int] = [], _ value: (Day) -> Double
  ) -> DemandHistory {
    DemandHistory(
      series: series("A", at: "L", in: "R", of: "C"), start: Self.start,
      values: (0..<days).map { value(Self.start + $0) }, stockouts: stockouts)
  }

  @Test("a stockout is masked and at least what was sold is expected of it")
  func stockout() {
    let one = prepare([history(days: 100, stockouts: [50, 51]) { $0.weekday == 3 ? 30 : 10 }])
    #expect(one.series[0].values[50].isNaN)
    #expect(one.series[0].masks.map(\.expected) == [10, 30])
    #expect(one.series[0].masks.map(\.reason) == [.stockout, .stockout])
  }

  @Test("what precedes the first value is nothing, what follows the last is missing")
  func ends() {
    let values = [Double.nan, .nan, 1, 2, .nan, 3]
    let history = DemandHistory(series: series("A"), start: Self.start, values: values)
    let grid = BucketGrid(.day, namedBy: Self.start)
    let one = PreparedSeries(history, grid: grid, next: grid.position(of: Self.start) + 8)
    #expect(one.start == grid.position(of: Self.start) + 2)
    #expect(one.values.count == 6)
    #expect(one.values.map(\.isNaN) == [false, false, true, false, true, true])
  }

  @Test("a closed day is masked behind and noted ahead, within its scope only")
  func closedDays() {
    let events = [Self.start + 30, Self.start + 105].map {
      CalendarEvent(
        day: $0, name: "inventory", kind: .closed,
        scope: CalendarEvent.Scope(location: LocationCode("L")))
    }
    let elsewhere = CalendarEvent(
      day: Self.start + 31, name: "inventory", kind: .closed,
      scope: CalendarEvent.Scope(location: LocationCode("M")))
    let one = prepare([history(days: 100) { _ in 5 }], events: events + [elsewhere])
    #expect(one.series[0].values[30].isNaN)
    #expect(one.series[0].values[31] == 5)
    #expect(one.series[0].closedAhead == [one.next + 5])
  }

  @Test("an event on which nothing was ever sold is a closure; one on which little was sold is not")
  func learnedEvent() {
    let feast = ["2020-12-25", "2021-12-25", "2022-12-25"].map(day)
    let sale = ["2020-11-27", "2021-11-26", "2022-12-20"].map(day)
    let events = zip(feast, sale).flatMap {
      [CalendarEvent(day: $0, name: "feast"), CalendarEvent(day: $1, name: "sale")]
    }
    let days = day("2022-12-10") - Self.start
    let one = prepare(
      [history(days: days) { feast.contains($0) ? 0 : sale.contains($0) ? 4 : 10 }],
      events: events)
    #expect(one.series[0].closedAhead == [Int(day("2022-12-25").ordinal)])
    #expect(one.series[0].values[feast[0] - Self.start].isNaN)
  }

  @Test("a date of the year is learnt as a closure without a calendar")
  func learnedDate() {
    let days = day("2022-12-10") - Self.start
    let one = prepare([
      history(days: days) { $0.civil.month == 12 && $0.civil.day == 25 ? 0 : 10 }
    ])
    #expect(one.series[0].closedAhead == [Int(day("2022-12-25").ordinal)])
  }

  @Test("a weekday without sales is a closure where other weekdays sell")
  func learnedWeekday() {
    let one = prepare([history(days: 200) { $0.weekday == 7 ? 0 : 3 }], horizon: 14)
    #expect(one.series[0].closedAhead.count == 2)
    #expect(one.series[0].closedAhead.allSatisfy { Day(ordinal: Int32($0)).weekday == 7 })
  }

  @Test("zeros of a sparse series are demand, not closures")
  func sparse() {
    var random = SplitMix(3)
    let values = (0..<1100).map { _ in Double.random(in: 0..<1, using: &random) < 0.1 ? 1.0 : 0 }
    let one = prepare([history(days: values.count) { values[$0 - Self.start] }], horizon: 60)
    #expect(one.series[0].closedAhead.isEmpty)
    #expect(one.series[0].masks.isEmpty)
  }

  @Test("a promotion's uplift is taken out of history and kept for the days ahead")
  func promotion() {
    let promoted = [20, 21, 22, 60, 61, 62, 63, 80, 81, 82, 103]
    let events = promoted.map {
      CalendarEvent(
        day: Self.start + $0, name: "half price", kind: .promotion,
        scope: CalendarEvent.Scope(item: ItemCode("A")))
    }
    let one = prepare(
      [history(days: 100) { promoted.contains($0 - Self.start) ? 30 : 10 }], events: events)
    let factor = one.promotionsAhead[0]?[one.next + 3] ?? 0
    #expect(factor > 2 && factor < 3, "towards 3, but only ten days have been seen")
    #expect(abs(one.series[0].values[21] - 30 / factor) < 1e-9)
    #expect(one.promotionsAhead[0]?.count == 1)
  }
}
