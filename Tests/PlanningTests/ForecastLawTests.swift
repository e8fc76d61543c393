import Glibc
import Inventory
import Testing

@testable import Planning

/// Items at four locations of two regions that a seed draws.
private struct DrawnShop {
  let seed: UInt64
  var start = day("2022-05-02")
  var days = 300
  var items = 3
  /// Tells its codes from another shop's.
  var mark = ""

  var end: Day { start + days - 1 }

  var histories: [DemandHistory] {
    var random = SplitMix(seed)
    return (0..<items * 4).map { place in
      let level = Double.random(in: 5..<80, using: &random)
      let (item, location) = (place / 4, place % 4)
      return DemandHistory(
        series: series(
          "\(mark)i\(item)", at: "\(mark)l\(location)", in: mark + (location < 2 ? "N" : "S"),
          of: "\(mark)c\(item % 2)"),
        start: start,
        values: (0..<days).map { offset in
          let week = [0.8, 0.8, 0.9, 1, 1.2, 1.5, 0.8][offset % 7]
          return (level * week * Double.random(in: 0.7..<1.3, using: &random)).rounded()
        })
    }
  }

  func table(_ choice: ForecastSettings.Choice = .auto) throws -> ForecastTable {
    try Forecaster.forecast(
      histories: histories, events: [], origin: end,
      settings: ForecastSettings(horizon: 14, choice: choice))
  }
}

@Suite("Laws of a forecast of all nodes, on drawn shops")
struct ForecastLawTests {
  // What the day of the month and the season of the year tell moves with the date, so the law is
  // one of methods that ask for neither, and of the features: see FeatureLawTests.
  @Test(
    "whole weeks later, methods without a calendar give the same bits",
    arguments: [.ets, .naive, .last, .croston, .sba, .tsb, .mean] as [ForecastSettings.Choice])
  func shift(choice: ForecastSettings.Choice) throws {
    var random = SplitMix(17)
    let plain = try DrawnShop(seed: 1).table(choice)
    for _ in 0..<3 {
      let weeks = Int.random(in: -700...700, using: &random)
      let later = try DrawnShop(seed: 1, start: DrawnShop(seed: 1).start + 7 * weeks).table(choice)
      #expect(later.days == plain.days.map { $0 + 7 * weeks })
      #expect(later.nodes.map(\.means) == plain.nodes.map(\.means))
      #expect(later.nodes.map(\.quantiles) == plain.nodes.map(\.quantiles))
    }
  }

  // The grand total alone has other parts. What all series teach together (dates, from a year on)
  // is the one thing that strangers may add, so these have known less than a year.
  @Test("a far shop changes no node of this one", arguments: 1...3 as ClosedRange<UInt64>)
  func farAway(seed: UInt64) throws {
    let near = DrawnShop(seed: seed)
    let far = DrawnShop(seed: seed + 50, mark: "far-")
    let settings = ForecastSettings(horizon: 14)
    let alone = try near.table()
    let both = try Forecaster.forecast(
      histories: far.histories + near.histories, events: [], origin: near.end, settings: settings)
    let found = Dictionary(
      both.nodes.map { ($0.node, $0) }, uniquingKeysWith: { first, _ in first })
    for node in alone.nodes where node.node.level != .total {
      let other = try #require(found[node.node])
      #expect(other.tier == node.tier)
      // Each of at most six series is rounded to a thousandth on both sides.
      for (one, other) in zip(node.means, other.means) { #expect(abs(one - other) <= 6) }
      for (one, other) in zip(node.quantiles.joined(), other.quantiles.joined()) {
        #expect(abs(one - other) <= 0.01 + 1e-6 * one)
      }
    }
  }

  @Test("shards in any order give the same bits", arguments: 1...3 as ClosedRange<UInt64>)
  func shards(seed: UInt64) throws {
    var random = SplitMix(seed)
    let shop = DrawnShop(seed: seed, days: 110, items: 130)
    let settings = ForecastSettings(horizon: 14)
    let work = try ForecastWork(
      histories: shop.histories, events: [], origin: shop.end, settings: settings)
    #expect(work.shards.count > 2)
    var answers = [ShardAnswer?](repeating: nil, count: work.shards.count)
    for shard in work.shards.indices.shuffled(using: &random) {
      answers[shard] = try work.answer(shard: shard)
    }
    let table = try work.table(answers.compactMap { $0 })
    let straight = try shop.table()
    #expect(table.nodes.map(\.means) == straight.nodes.map(\.means))
    #expect(table.nodes.map(\.quantiles) == straight.nodes.map(\.quantiles))
    #expect(table.nodes.map(\.spread) == straight.nodes.map(\.spread))
  }
}

@Suite("Laws of features that follow from the date")
struct FeatureLawTests {
  private func groups(from start: Day) -> [FeatureTable.Group.Kind: [[Double]]] {
    let grid = BucketGrid(.day, namedBy: start)
    let first = grid.position(of: start)
    let window = FeatureWindow(
      grid: grid, positions: first..<first + 1_000, historyCount: 972)
    return Dictionary(
      SeasonalFeatures.groups(window).map { ($0.kind, $0.columns) },
      uniquingKeysWith: { first, _ in first })
  }

  /// Whether a wave's sine is what turning the pair by this share of a circle makes of it.
  private func isTurned(
    _ before: ArraySlice<[Double]>, _ after: ArraySlice<[Double]>, share: Double
  ) -> Bool {
    let angle = 2 * Double.pi * share
    guard let sine = before.first, let cosine = before.last, let turned = after.first else {
      return false
    }
    return sine.indices.allSatisfy {
      let expected = sine[$0] * cos(angle) + cosine[$0] * sin(angle)
      return (turned[$0] - expected).magnitude < 1e-9
    }
  }

  @Test("whole weeks later, weekdays are the same and waves of the year are turned")
  func weeks() throws {
    var random = SplitMix(4)
    let plain = groups(from: day("2018-03-05"))
    for _ in 0..<5 {
      let days = 7 * Int.random(in: 1...500, using: &random)
      let later = groups(from: day("2018-03-05") + days)
      #expect(later[.weekday] == plain[.weekday])
      // What the date of the month tells is the other thing that moves.
      #expect(later[.dayOfMonth] != plain[.dayOfMonth])
      let (before, after) = (try #require(plain[.annual]), try #require(later[.annual]))
      for harmonic in 1...SeasonalFeatures.annualHarmonics {
        let pair = 2 * harmonic - 2..<2 * harmonic
        let share = Double(harmonic * days) / 365.25
        #expect(isTurned(before[pair], after[pair], share: share), "\(days) \(harmonic)")
      }
    }
  }
}
