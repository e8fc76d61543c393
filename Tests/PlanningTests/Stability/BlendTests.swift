import Forecasting
import Inventory
import Testing

@testable import Planning

@Suite("Blends")
struct BlendTests {
  private static let series = EarlierRuns.series

  private func blended(
    _ weight: Double, new: ForecastTable = EarlierRuns.table(seed: 2),
    old: ForecastTable = EarlierRuns.table(seed: 1), of series: [Series] = Self.series
  ) -> ForecastTable {
    Blend(weight: weight, of: EarlierRuns.said(old, of: series)).blending(new)
  }

  @Test("a whole share is the earlier run bit for bit, and without one nothing is touched")
  func extremes() {
    let before = EarlierRuns.published(EarlierRuns.table(seed: 1))
    let all = EarlierRuns.published(blended(1))
    #expect(all.map(\.means) == before.map(\.means))
    #expect(all.map(\.quantiles) == before.map(\.quantiles))
    let new = EarlierRuns.table(seed: 2)
    let none = Steadying(blend: nil).steadied(new)
    #expect(none.nodes.map(\.means) == new.nodes.map(\.means))
    #expect(none.nodes.map(\.quantiles) == new.nodes.map(\.quantiles))
    let same = blended(0.3, new: new, old: new)
    #expect(same.nodes.map(\.means) == new.nodes.map(\.means))
  }

  @Test(
    "a share moves every series by as much, on the days that both cover, and sums add up",
    arguments: [0.1, 0.3, 0.5, 0.9])
  func share(weight: Double) throws {
    let old = EarlierRuns.table(seed: 1)
    let new = EarlierRuns.table(seed: 2, origin: EarlierRuns.origin + 3)
    let (before, free) = (EarlierRuns.published(old), EarlierRuns.published(new))
    let now = EarlierRuns.published(blended(weight, new: new, old: old))
    #expect(now.areCoherent)
    for one in Self.series {
      let (mine, earlier, fitted) = (
        try #require(now[.itemLocation, one]), try #require(before[.itemLocation, one]),
        try #require(free[.itemLocation, one])
      )
      for lead in mine.means.indices {
        let place = lead + 3
        guard earlier.means.indices.contains(place) else {
          #expect(mine.means[lead] == fitted.means[lead])
          continue
        }
        let expected =
          (1 - weight) * Double(fitted.means[lead]) + weight * Double(earlier.means[place])
        #expect(abs(Double(mine.means[lead]) - expected) <= 0.5)
        let column = mine.quantiles.map { $0[lead] }
        #expect(column == column.sorted())
        for row in column.indices {
          let (new, old) = (fitted.quantiles[row][lead], earlier.quantiles[row][place])
          #expect(abs(column[row] - ((1 - weight) * new + weight * old)) < 1e-9)
        }
      }
    }
  }

  @Test("a day that one of them calls closed is the new one's, and a series without an earlier one")
  func closures() throws {
    let closed = EarlierRuns.table(seed: 2, closing: ("york", 4))
    let now = EarlierRuns.published(blended(0.5, new: closed))
    #expect(now.areCoherent)
    #expect(now[.itemLocation, Self.series[1]]?.means[4] == 0)
    let known = Array(Self.series.prefix(3))
    let grown = EarlierRuns.published(
      blended(0.5, old: EarlierRuns.table(seed: 1, of: known), of: known))
    #expect(grown.areCoherent)
    let free = EarlierRuns.published(EarlierRuns.table(seed: 2))
    #expect(
      grown[.itemLocation, Self.series[3]]?.means == free[.itemLocation, Self.series[3]]?.means)
  }

  @Test("a sum of which not all was blended has quantiles around the mean that it has got")
  func centred() throws {
    let known = Array(Self.series.prefix(3))
    let now = EarlierRuns.published(
      blended(0.5, old: EarlierRuns.table(seed: 1, of: known), of: known))
    let total = try #require(now[.total, Self.series[0]])
    for lead in total.means.indices {
      let drawn = total.spread.quantiles(
        EarlierRuns.quantiles, mean: Double(total.means[lead]) / 1000, lead: lead + 1)
      #expect(total.quantiles.map { $0[lead] } == drawn)
    }
  }
}

@Suite("The weight of a blend")
struct BlendTrialTests {
  /// A trial of forecasts of one node, the newest origin first, against a demand of 10 a day.
  private func finding(_ units: [Double]) -> BlendTrial.Finding? {
    var trial = BlendTrial()
    for (place, units) in units.enumerated() {
      let origin = EarlierRuns.origin - 7 * place
      let node = Node(.itemLocation, of: EarlierRuns.series[0])
      let means = NodeMeans(node: node, means: Array(repeating: Int64(units * 1000), count: 28))
      trial.add([means], from: origin) { _, _, count in Array(repeating: 10, count: count) }
    }
    return trial.finding
  }

  @Test("errors that cancel are blended away, as far as the grid reaches")
  func cancelling() throws {
    let found = try #require(finding([12, 8]))
    #expect(found.weight == 0.5 && abs(found.wape) < 1e-12 && abs(found.unblended - 0.2) < 1e-12)
    #expect(found.origins == 1)
    let third = try #require(finding([11, 8]))
    #expect(third.weight == 0.3)
  }

  @Test("where the forecast before was worse nothing is blended, where it was the same the most")
  func ends() {
    #expect(finding([10, 14])?.weight == 0)
    #expect(finding([11, 11])?.weight == 0.5)
    #expect(finding([10]) == nil)
    #expect(finding([]) == nil)
  }
}
