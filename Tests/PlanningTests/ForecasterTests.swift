import Inventory
import Testing

@testable import Planning

/// Eight series of two items at four locations in two regions: level, week, year and noise.
private struct Shop {
  var start = day("2021-03-01")
  var days = 800
  var factor = 1.0
  var seed: UInt64 = 11

  var histories: [DemandHistory] {
    ["N1", "N2", "S1", "S2"].enumerated().flatMap { place, location in
      ["cola", "soap"].enumerated().map { number, item in
        DemandHistory(
          series: series(item, at: location, in: String(location.prefix(1)), of: item + "s"),
          start: start, values: values(level: Double(20 + 10 * place + 7 * number)))
      }
    }
  }

  private func values(level: Double) -> [Double] {
    var random = SplitMix(seed + UInt64(level))
    return (0..<days).map { offset in
      let weekly = [0.8, 0.8, 0.9, 1, 1.2, 1.5, 0.8][offset % 7]
      let noise = Double.random(in: 0.8..<1.2, using: &random)
      return factor * (level * weekly * noise).rounded()
    }
  }
}

private func forecast(
  _ histories: [DemandHistory], events: [CalendarEvent] = [], origin: Day? = nil,
  settings: ForecastSettings = ForecastSettings(horizon: 14)
) throws -> ForecastTable {
  let last = histories.map { $0.start + $0.values.count - 1 }.max() ?? .earliest
  return try Forecaster.forecast(
    histories: histories, events: events, origin: origin ?? last, settings: settings)
}

struct ForecasterTests {
  @Test("every sum is exactly the sum of its series, on every level and day")
  func exactSums() throws {
    let table = try forecast(Shop().histories)
    let own = table.nodes.filter { $0.node.level == .itemLocation }
    #expect(own.count == 8)
    for level in Level.allCases {
      let nodes = table.nodes.filter { $0.node.level == level }
      for lead in table.days.indices {
        #expect(
          nodes.reduce(0) { $0 + $1.means[lead] } == own.reduce(0) { $0 + $1.means[lead] }
            || nodes.isEmpty)
      }
    }
    // Each item has a category of its own here, so the item's levels repeat the category's.
    let levels: Set<Level> = [
      .total, .region, .location, .category, .categoryRegion, .itemLocation,
    ]
    #expect(Set(table.nodes.map(\.node.level)) == levels)
  }

  @Test("the order of the histories and events does not change a bit")
  func permutation() throws {
    var random = SplitMix(5)
    let events = (0..<6).map {
      CalendarEvent(day: day("2021-05-01") + 130 * $0, name: "fair \($0 % 2)")
    }
    let histories = Shop(days: 400).histories
    let table = try forecast(histories, events: events)
    let shuffled = try forecast(
      histories.shuffled(using: &random), events: events.shuffled(using: &random))
    #expect(shuffled.nodes.map(\.means) == table.nodes.map(\.means))
    #expect(shuffled.nodes.map(\.quantiles) == table.nodes.map(\.quantiles))
  }

  @Test("demand in other units has its forecast in those units")
  func scale() throws {
    let plain = try forecast(Shop().histories)
    let scaled = try forecast(Shop(factor: 12).histories)
    for (one, other) in zip(plain.nodes, scaled.nodes) {
      for (mean, twelvefold) in zip(one.means, other.means) {
        // Each of at most eight series is rounded to a thousandth on both sides.
        #expect(abs(twelvefold - 12 * mean) <= 8 * 7)
      }
    }
  }

  @Test("28 years later, when calendars repeat, forecasts repeat")
  func shift() throws {
    let years = 10_227
    let plain = try forecast(Shop().histories)
    let later = try forecast(Shop(start: Shop().start + years).histories)
    #expect(later.days.first == plain.days.first.map { $0 + years })
    for (one, other) in zip(plain.nodes, later.nodes) {
      for (mean, shifted) in zip(one.means, other.means) { #expect(abs(mean - shifted) <= 8) }
    }
  }

  @Test("what comes after the origin is not looked at")
  func laterDays() throws {
    let histories = Shop().histories
    let origin = Shop().start + 599
    let cut = histories.map {
      DemandHistory(series: $0.series, start: $0.start, values: Array($0.values.prefix(600)))
    }
    let table = try forecast(histories, origin: origin)
    #expect(table.days.first == origin + 1)
    #expect(table.nodes.map(\.means) == (try forecast(cut, origin: origin)).nodes.map(\.means))
  }

  @Test("the week is found, and quantiles rise and straddle the mean")
  func plausible() throws {
    let table = try forecast(Shop().histories)
    let total = try #require(table.nodes.first)
    #expect(total.node.level == .total)
    let saturday = table.days.firstIndex { $0.weekday == 6 } ?? 0
    let sunday = table.days.firstIndex { $0.weekday == 7 } ?? 0
    #expect(Double(total.means[saturday]) > 1.6 * Double(total.means[sunday]))
    for node in table.nodes {
      #expect(node.tier == .hybrid)
      for lead in table.days.indices {
        let column = node.quantiles.map { $0[lead] }
        #expect(column == column.sorted())
        #expect(column[0] * 1000 < Double(node.means[lead]))
        #expect(column[7] * 1000 > Double(node.means[lead]))
      }
    }
  }

  @Test("a closed location sells nothing and the sums know it")
  func closure() throws {
    let shop = Shop()
    let closed = shop.start + shop.days + 3
    let event = CalendarEvent(
      day: closed, name: "stocktaking", kind: .closed,
      scope: CalendarEvent.Scope(location: LocationCode("N1")))
    let table = try forecast(shop.histories, events: [event])
    for node in table.nodes where node.node.location == LocationCode("N1") {
      #expect(node.means[3] == 0)
      #expect(node.quantiles.allSatisfy { $0[3] == 0 })
      #expect(node.means[2] > 0)
    }
    let region = table.nodes.first { $0.node == Node(.region, of: shop.histories[0].series) }
    let other = table.nodes.first { $0.node == Node(.location, of: shop.histories[2].series) }
    #expect(region?.means[3] == other?.means[3])
  }

  @Test("an item's promotion ahead lifts it as far as its past promotions did")
  func promotion() throws {
    let shop = Shop()
    let promoted = Set((0..<40).map { 200 + 7 * $0 } + [shop.days + 5])
    let histories = shop.histories.map { history in
      DemandHistory(
        series: history.series, start: history.start,
        values: history.values.enumerated().map {
          promoted.contains($0.offset) && history.series.item == ItemCode("cola")
            ? 2 * $0.element : $0.element
        })
    }
    let events = promoted.map {
      CalendarEvent(
        day: shop.start + $0, name: "two for one", kind: .promotion,
        scope: CalendarEvent.Scope(item: ItemCode("cola")))
    }
    let plain = try forecast(shop.histories)
    let lifted = try forecast(histories, events: events)
    for (one, other) in zip(plain.nodes, lifted.nodes) where one.node.item == ItemCode("cola") {
      let ratio = Double(other.means[5]) / Double(one.means[5])
      #expect(ratio > 1.85 && ratio < 2.1)
      let usual = Double(other.means[6]) / Double(one.means[6])
      #expect(usual > 0.95 && usual < 1.05)
    }
  }

  static let hopelessValues: [[Double]] = [
    [], [7], [.nan, .nan, .nan], (0..<10).map { Double($0) },
    Array(repeating: 0, count: 500), Array(repeating: 3, count: 500),
    (0..<500).map { (offset: Int) -> Double in offset == 250 ? 1e9 : 1 },
    (0..<500).map { (offset: Int) -> Double in
      offset.isMultiple(of: 3) ? .greatestFiniteMagnitude : 2
    },
    (0..<500).map { (offset: Int) -> Double in [2, .infinity, 3, -.infinity][offset % 4] },
    (0..<500).map { (offset: Int) -> Double in offset < 40 ? 5 : .nan },
    (0..<500).map { (offset: Int) -> Double in offset.isMultiple(of: 50) ? 1 : 0 },
  ]

  @Test("hopeless series have a forecast, and harm no other", arguments: hopelessValues)
  func hopeless(values: [Double]) throws {
    let histories = Shop(days: 500).histories
    let origin = Shop().start + 499
    let bad = DemandHistory(
      series: series("odd", at: "N1", in: "N", of: "odds"),
      start: values.count == 500 ? Shop().start : origin - max(0, values.count - 1), values: values)
    let table = try forecast(histories + [bad], origin: origin)
    for node in table.nodes {
      #expect(node.means.allSatisfy { $0 >= 0 && $0 < 1_000_000 })
      #expect(node.quantiles.allSatisfy { $0.allSatisfy { $0.isFinite && $0 >= 0 } })
    }
    let plain = try forecast(histories, origin: origin)
    let soap = Node(.itemLocation, of: histories[1].series)
    let before = plain.nodes.first { $0.node == soap }?.means ?? []
    let after = table.nodes.first { $0.node == soap }?.means ?? []
    for (one, other) in zip(before, after) {
      #expect(abs(Double(one - other)) < 0.05 * Double(one))
    }
  }

  @Test("one method for all is one method for all", arguments: ForecastSettings.Choice.allCases)
  func choices(choice: ForecastSettings.Choice) throws {
    let table = try forecast(
      Shop(days: 300).histories, settings: ForecastSettings(horizon: 7, choice: choice))
    let expected: Tier =
      switch choice {
      case .auto, .hybrid, .combined: .hybrid
      case .ets, .croston, .sba, .tsb, .form: .smoothing
      case .naive, .last: .seasonalNaive
      case .mean: .mean
      }
    #expect(table.nodes.allSatisfy { $0.tier == expected })
  }

  @Test("weeks and months are forecast under the names their data gave them")
  func buckets() throws {
    let weekly = (0..<160).map { 100 + 20 * Double($0 % 4) }
    let week = try forecast(
      [DemandHistory(series: series("A"), start: day("2020-01-03"), values: weekly)],
      origin: day("2020-01-03") + 7 * 159,
      settings: ForecastSettings(horizon: 3, bucket: .week))
    #expect(week.days == (160..<163).map { day("2020-01-03") + 7 * $0 })
    let month = try forecast(
      [DemandHistory(series: series("A"), start: day("2020-01-31"), values: weekly)],
      origin: day("2033-04-30"), settings: ForecastSettings(horizon: 2, bucket: .month))
    #expect(month.days == [day("2033-05-31"), day("2033-06-30")])
  }

  @Test("no series make an empty table, and two histories of one series are refused")
  func edges() throws {
    #expect(try forecast([], origin: day("2024-01-01")).nodes.isEmpty)
    let one = Shop(days: 100).histories[0]
    #expect(throws: ForecastFailure.seriesTwice(one.series)) { try forecast([one, one]) }
    #expect(throws: ForecastFailure.horizonNotPositive(0)) {
      try forecast([one], settings: ForecastSettings(horizon: 0))
    }
  }

  @Test("a sum no day of which is known whole scatters as its series do")
  func sumOfPieces() throws {
    // Each series is known on every third day, never together with another; the first days,
    // when one of them is all there is, are more than a year ago.
    let histories = (0..<3).map { number in
      let values: [Double] = (0..<400).map { offset in
        offset % 3 == number ? Double(50 + offset * 7 % 11) : Double.nan
      }
      return DemandHistory(
        series: series("P-\(number)", at: "L"), start: day("2024-01-01"), values: values)
    }
    let table = try forecast(histories)
    let total = try #require(table.nodes.first { $0.node.level == .total })
    #expect(total.reason == "the sum of 3 series")
    #expect(total.tier != .zero)
    for lead in total.means.indices {
      let mean = Double(total.means[lead]) / 1000
      #expect(mean > 100)
      let (low, high) = (total.quantiles[0][lead], total.quantiles.last?[lead] ?? 0)
      #expect(low < mean && mean < high)
    }
  }
}
