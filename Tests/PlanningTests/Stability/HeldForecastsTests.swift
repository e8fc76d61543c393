import Forecasting
import Inventory
import Testing

@testable import Planning

@Suite("Locked days")
struct HeldForecastsTests {
  private static let series = EarlierRuns.series

  private func published(
    _ table: ForecastTable, holding held: HeldForecasts, of series: [Series] = Self.series,
    carried: [PublishedForecast] = []
  ) -> [PublishedForecast] {
    Publication(held.holding(table), of: series, carried: carried, locks: held).forecasts
  }

  @Test("a locked day of a series is the earlier one bit for bit, and its sums add up")
  func series() throws {
    let old = EarlierRuns.table(seed: 1)
    let before = EarlierRuns.published(old)
    let held = HeldForecasts([
      (EarlierRuns.lock(location: "leeds", days: 2...5), EarlierRuns.said(old))
    ])
    let new = EarlierRuns.table(seed: 2, origin: EarlierRuns.origin + 1)
    let now = published(new, holding: held)
    let free = EarlierRuns.published(new)
    #expect(now.areCoherent)
    for one in Self.series {
      let (mine, earlier, fitted) = (
        try #require(now[.itemLocation, one]), try #require(before[.itemLocation, one]),
        try #require(free[.itemLocation, one])
      )
      let isLocked = one.location?.text == "leeds"
      for lead in mine.means.indices {
        let holds = isLocked && (0...3).contains(lead)
        // The newer run begins a day later.
        #expect(mine.means[lead] == (holds ? earlier.means[lead + 1] : fitted.means[lead]))
        for row in mine.quantiles.indices {
          let expected = holds ? earlier.quantiles[row][lead + 1] : fitted.quantiles[row][lead]
          #expect(mine.quantiles[row][lead].bitPattern == expected.bitPattern)
        }
      }
      #expect(mine.locks == (isLocked ? [1, 1, 1, 1, 0, 0, 0, 0, 0, 0] : []))
    }
  }

  @Test("a sum whose series are all locked keeps its quantiles, one with others moves by its own")
  func sums() throws {
    let old = EarlierRuns.table(seed: 1)
    let before = EarlierRuns.published(old)
    let held = HeldForecasts([(EarlierRuns.lock(region: "north"), EarlierRuns.said(old))])
    let new = EarlierRuns.table(seed: 2)
    let now = published(new, holding: held)
    for level in Level.allCases {
      let (mine, earlier) = (
        try #require(now[level, Self.series[0]]), try #require(before[level, Self.series[0]])
      )
      // Oats are sold in the north alone, soap in the south, too.
      let isWhole = level != .total
      for lead in 0..<4 {
        #expect((mine.means[lead] == earlier.means[lead]) == isWhole, "\(level)")
        for row in mine.quantiles.indices {
          let drawn = mine.spread.quantiles(
            EarlierRuns.quantiles, mean: Double(mine.means[lead]) / 1000, lead: lead + 1)
          let expected = isWhole ? earlier.quantiles[row][lead] : drawn[row]
          #expect(mine.quantiles[row][lead].bitPattern == expected.bitPattern, "\(level)")
        }
      }
    }
  }

  @Test("the whole company locked is the earlier run, and a lock of nothing changes nothing")
  func extremes() {
    let old = EarlierRuns.table(seed: 1)
    let new = EarlierRuns.table(seed: 2)
    let everything = HeldForecasts([
      (EarlierRuns.lock(days: 1...EarlierRuns.horizon), EarlierRuns.said(old))
    ])
    let now = published(new, holding: everything)
    let before = EarlierRuns.published(old)
    #expect(now.map(\.means) == before.map(\.means))
    #expect(now.map(\.quantiles) == before.map(\.quantiles))
    let free = EarlierRuns.published(new)
    for lock in [
      EarlierRuns.lock(region: "east"), EarlierRuns.lock(days: -9 ... -1),
      EarlierRuns.lock(location: "bath", item: "oats"),
    ] {
      let same = published(new, holding: HeldForecasts([(lock, EarlierRuns.said(old))]))
      #expect(same.map(\.means) == free.map(\.means))
      #expect(same.map(\.quantiles) == free.map(\.quantiles))
      #expect(same.allSatisfy { $0.locks.isEmpty })
    }
  }

  @Test("of two locks of one day the first that was set holds it, in whatever order they come")
  func overlap() throws {
    let (first, second) = (EarlierRuns.table(seed: 1), EarlierRuns.table(seed: 2))
    let locks = [
      (lock: EarlierRuns.lock(2, days: 1...6, run: 2), said: EarlierRuns.said(second, run: 2)),
      (lock: EarlierRuns.lock(1, item: "oats", days: 3...4), said: EarlierRuns.said(first)),
    ]
    let new = EarlierRuns.table(seed: 3)
    let now = published(new, holding: HeldForecasts(locks))
    let turned = published(new, holding: HeldForecasts(locks.reversed()))
    #expect(now.map(\.means) == turned.map(\.means))
    let oats = try #require(now[.itemLocation, Self.series[0]])
    #expect(oats.locks == [2, 2, 1, 1, 2, 2, 0, 0, 0, 0])
    #expect(
      Array(oats.means[2...3])
        == EarlierRuns.published(first)[.itemLocation, Self.series[0]].map {
          Array($0.means[2...3])
        })
    #expect(now.areCoherent)
  }

  @Test("a region that is carried over is held as well, and totals add it up")
  func carried() throws {
    let old = EarlierRuns.table(seed: 1)
    let rolledBack = EarlierRuns.published(EarlierRuns.table(seed: 2))
    let held = HeldForecasts([(EarlierRuns.lock(), EarlierRuns.said(old))])
    let north = Self.series.filter { $0.region?.text == "north" }
    let now = published(
      EarlierRuns.table(seed: 3, of: north), holding: held, of: north,
      carried: rolledBack.filter { $0.node.region?.text == "south" })
    #expect(now.areCoherent)
    let bath = try #require(now[.itemLocation, Self.series[3]])
    #expect(bath.isStale && bath.locks.prefix(5) == [1, 1, 1, 1, 0])
    let before = try #require(EarlierRuns.published(old)[.itemLocation, Self.series[3]])
    #expect(bath.means.prefix(4) == before.means.prefix(4))
  }

  @Test("a series that came after the lock is forecast, and its sums add up")
  func newcomer() throws {
    let known = Array(Self.series.prefix(3))
    let old = EarlierRuns.table(seed: 1, of: known)
    let held = HeldForecasts([(EarlierRuns.lock(), EarlierRuns.said(old, of: known))])
    let new = EarlierRuns.table(seed: 2)
    let now = published(new, holding: held)
    #expect(now.areCoherent)
    #expect(
      now[.itemLocation, Self.series[3]]?.means
        == EarlierRuns.published(new)[.itemLocation, Self.series[3]]?.means)
  }

  @Test("other probabilities are drawn around the mean that is locked")
  func otherQuantiles() throws {
    let old = EarlierRuns.table(seed: 1, quantiles: [0.25, 0.75])
    let held = HeldForecasts([(EarlierRuns.lock(), EarlierRuns.said(old))])
    let now = published(EarlierRuns.table(seed: 2), holding: held)
    let mine = try #require(now[.itemLocation, Self.series[0]])
    let drawn = mine.spread.quantiles(
      EarlierRuns.quantiles, mean: Double(mine.means[2]) / 1000, lead: 3)
    #expect(mine.quantiles.map { $0[2] } == drawn)
  }
}
