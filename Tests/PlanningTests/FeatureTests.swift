import Inventory
import Testing

@testable import Planning

struct FeatureTests {
  private func window(
    _ bucket: Bucket, from start: Day, history: Int, horizon: Int = 28
  ) -> FeatureWindow {
    let grid = BucketGrid(bucket, namedBy: start)
    let first = grid.position(of: start)
    return FeatureWindow(
      grid: grid, positions: first..<first + history + horizon, historyCount: history)
  }

  private func event(
    _ text: String, _ name: String = "feast", kind: CalendarEvent.Kind = .holiday,
    region: String? = nil, item: String? = nil
  ) -> CalendarEvent {
    CalendarEvent(
      day: day(text), name: name, kind: kind,
      scope: CalendarEvent.Scope(
        region: region.flatMap { RegionCode($0) }, item: item.flatMap { ItemCode($0) }))
  }

  @Test(
    "annual terms wait for the history that can tell them",
    arguments: [(500, [0, 0]), (600, [6, 0]), (1000, [6, 24])])
  func annualTerms(days: Int, counts: [Int]) {
    let groups = SeasonalFeatures.groups(window(.day, from: day("2020-01-01"), history: days))
    let columns = [FeatureTable.Group.Kind.annual, .weekdayByAnnual].map { kind in
      groups.filter { $0.kind == kind }.reduce(0) { $0 + $1.columns.count }
    }
    #expect(columns == counts)
    #expect(groups.filter { $0.kind == .weekday }.flatMap(\.columns).count == 7)
  }

  @Test("a column of a day is the same wherever the data begins")
  func anchoredPhases() {
    let early = SeasonalFeatures.groups(window(.day, from: day("2020-01-01"), history: 1000))
    let late = SeasonalFeatures.groups(window(.day, from: day("2020-02-11"), history: 1000))
    for (one, other) in zip(early.flatMap(\.columns), late.flatMap(\.columns)) {
      #expect(zip(one.dropFirst(41), other).allSatisfy { $0 == $1 })
    }
  }

  @Test("weekday dummies follow the calendar, Monday first")
  func weekdays() {
    let groups = SeasonalFeatures.groups(window(.day, from: day("2024-01-03"), history: 100))
    let wednesday = groups[0].columns[2]
    #expect(Array(wednesday.prefix(8)) == [1, 0, 0, 0, 0, 0, 0, 1])
  }

  @Test("a named event has a column for each day from two before to one after")
  func lags() throws {
    let shape = window(.day, from: day("2024-01-01"), history: 30, horizon: 10)
    let features = EventFeatures([event("2024-01-10"), event("2024-02-05")], shape)
    let columns = try #require(features.groups.first).columns
    #expect(columns.map { $0.firstIndex(of: 1) } == [7, 8, 9, 10])
    #expect(columns.map { $0.lastIndex(of: 1) } == [33, 34, 35, 36])
  }

  @Test("paydays of two regions have a column each, of their own day only")
  func paydays() {
    let features = EventFeatures(
      [
        event("2024-01-10", "pay", kind: .payday, region: "N"),
        event("2024-01-12", "pay", kind: .payday, region: "S"),
      ], window(.day, from: day("2024-01-01"), history: 30))
    #expect(features.groups.map(\.columns.count) == [1, 1])
    #expect(features.groups.map { $0.columns[0].firstIndex(of: 1) } == [9, 11])
  }

  @Test("events of single items and closed days have no column; events of the future alone neither")
  func withoutColumn() {
    let features = EventFeatures(
      [
        event("2024-01-10", kind: .promotion, item: "A"), event("2024-01-10", kind: .closed),
        event("2024-02-15", "first fair", kind: .event),
      ], window(.day, from: day("2024-01-01"), history: 30))
    #expect(features.groups.isEmpty)
    #expect(features.covered.map(\.name) == ["first fair"])
  }

  @Test("a week takes the share of the days around an event that fall into it")
  func weeklyShares() throws {
    // The feast is the Wednesday of the second week.
    let shape = window(.week, from: day("2024-01-01"), history: 6, horizon: 2)
    let columns = try #require(EventFeatures([event("2024-01-10")], shape).groups.first).columns
    #expect(columns.count == 3)
    #expect(columns[0].prefix(3).map { ($0 * 7).rounded() } == [5, 2, 0])
    #expect(Array(columns[1].prefix(3)) == [0, 1, 0])
    #expect(columns[2].prefix(3).map { ($0 * 7).rounded() } == [0, 4, 3])
  }

  @Test("when there are more events than columns the widest scopes stay")
  func limit() {
    let names = (0..<100).map { "event \($0)" }
    let narrow = names.map { event("2024-01-10", $0, region: "N") }
    let wide = event("2024-01-12", "everywhere")
    let features = EventFeatures(
      narrow + [wide], window(.day, from: day("2024-01-01"), history: 30))
    #expect(features.groups.reduce(0) { $0 + $1.columns.count } <= EventFeatures.columnLimit)
    #expect(features.covered.contains(EventColumn(wide)))
    #expect(features.covered.count == EventFeatures.columnLimit / 4)
  }
}
