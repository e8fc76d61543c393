import Forecasting
import Inventory
import Testing

@testable import Planning

struct SiblingFamiliesTests {
  @Test("noise is the share by which a bucket differs from what is usual")
  func noise() {
    var random = SplitMix(3)
    let even = Array(repeating: 9.0, count: 400)
    #expect(DemandPattern.noise(even, perYear: 365) == 0)
    #expect(DemandPattern.noise([], perYear: 365) == 0)
    #expect(DemandPattern.noise([0, .nan, 0], perYear: 365) == 0)
    let doubled = (0..<400).map { $0.isMultiple(of: 2) ? 4.0 : 16 }
    #expect(abs(DemandPattern.noise(doubled, perYear: 365) - 0.8.squareRoot()) < 0.001)
    // Binomial counts of 90 chances in ten: mean 9, variance 8.1, so about a third of the mean.
    let counts = (0..<800).map { _ in
      Double((0..<90).count { _ in Int.random(in: 0..<10, using: &random) == 0 })
    }
    #expect(abs(DemandPattern.noise(counts, perYear: 365) - 0.32) < 0.03)
  }

  /// Months of `count` items at one location; the noise is a uniform share of the level.
  private func months(_ count: Int, noise: Double, category: String? = "C") -> [DemandHistory] {
    var random = SplitMix(8)
    return (0..<count).map { item in
      DemandHistory(
        series: series("i\(item)", at: category.map { _ in "L" }, of: category),
        start: day("2018-01-01"),
        values: (0..<60).map { month in
          let season = [1.0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 3][month % 12]
          return (season * (30 + 200 * Double.random(in: -1...1, using: &random) * noise))
            .rounded()
        }.map { max($0, 0) })
    }
  }

  private func forecast(_ histories: [DemandHistory]) throws -> ForecastTable {
    try Forecaster.forecast(
      histories: histories, events: [], origin: day("2022-12-31"),
      settings: ForecastSettings(horizon: 12, bucket: .month))
  }

  @Test("noisy series under one sum take its season and a level learnt together")
  func noisy() throws {
    let table = try forecast(months(60, noise: 0.12))
    let own = table.nodes.filter { $0.node.item != nil }
    #expect(own.count == 60)
    #expect(own.allSatisfy { $0.tier == .profile })
    #expect(own[0].reason == "a level learnt among 60 series")
    for node in own {
      let december = Double(node.means[11])
      let usual = Double(node.means[..<10].reduce(0, +)) / 10
      #expect(december > 2 * usual && december < 4 * usual)
    }
  }

  @Test("quiet series, and few of them, keep their own fits")
  func quiet() throws {
    for histories in [months(60, noise: 0.01), months(10, noise: 0.12)] {
      let own = try forecast(histories).nodes.filter { $0.node.item != nil }
      #expect(own.allSatisfy { $0.tier == .hybrid })
    }
  }

  @Test("months of a category add up to its own forecast, months of just anything do not")
  func kin() throws {
    for (category, isScaled) in [("C", true), (nil, false)] {
      let histories = months(60, noise: 0.12, category: category)
      let whole = try forecast([
        DemandHistory(
          series: series(nil, at: "L", of: "C"), start: histories[0].start,
          values: (0..<60).map { month in histories.reduce(0) { $0 + $1.values[month] } })
      ])
      let table = try forecast(histories)
      let sum = Double(table.nodes[0].means.reduce(0, +))
      let alone = Double(whole.nodes[0].means.reduce(0, +))
      #expect((abs(sum / alone - 1) < 1e-4) == isScaled)
    }
  }

  @Test("series whose sum has no fit stand for themselves")
  func unled() throws {
    var random = SplitMix(5)
    let histories = (0..<30).map { item in
      DemandHistory(
        series: series("i\(item)", at: "L", of: "C"), start: day("2022-12-24"),
        values: (0..<8).map { _ in Double(Int.random(in: 0..<9, using: &random)) })
    }
    let table = try Forecaster.forecast(
      histories: histories, events: [], origin: day("2022-12-31"),
      settings: ForecastSettings(horizon: 7))
    #expect(table.nodes.allSatisfy { $0.tier != .hybrid })
    #expect(table.nodes.contains { $0.node.item != nil && $0.means.reduce(0, +) > 0 })
    #expect(!table.nodes.contains { $0.reason.contains("waits") })
  }
}
