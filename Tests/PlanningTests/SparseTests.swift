import Forecasting
import Inventory
import Testing

@testable import Planning

struct SparseTests {
  @Test("the level of a sparse series is unbiased from its first day")
  func level() {
    #expect(abs(SparseLevel(Array(repeating: 0.3, count: 5), perYear: 365).level - 0.3) < 1e-12)
    #expect(SparseLevel([.nan, 2, .nan], perYear: 365).level == 2)
    #expect(SparseLevel([], perYear: 365).level == 0)
  }

  @Test("a series that sold little takes the pool's dispersion")
  func dispersion() {
    guard
      case .negativeBinomial(let poor) = SparseLevel([0, 1, 0, 0], perYear: 365).spread(pool: 3),
      case .negativeBinomial(let rich) = SparseLevel(
        Array(repeating: 9, count: 300), perYear: 365
      ).spread(pool: 3)
    else {
      Issue.record("counts scatter like counts")
      return
    }
    #expect(poor > 2 && poor < 4)
    #expect(rich == 1, "a constant scatters less than counts, which is as little as counts can")
    #expect(SparseLevel([], perYear: 365).spread(pool: 3) == .negativeBinomial(dispersion: 3))
  }

  @Test("sparse series are summed on the finest level that is dense")
  func pools() {
    var random = SplitMix(2)
    func sparse(_ rate: Double) -> [Double] {
      (0..<400).map { _ in Double.random(in: 0..<1, using: &random) < rate ? 1 : 0 }
    }
    let all = ["L1", "L2"].flatMap { location in
      (0..<30).map { item in
        prepared(
          sparse(location == "L1" ? 0.1 : 0.015),
          series: series("i\(item < 10 ? "0" : "")\(item)", at: location, in: "R", of: "C"))
      }
    }
    let hierarchy = Hierarchy(all.map(\.series))
    let bySeries = Dictionary(uniqueKeysWithValues: all.map { ($0.series, $0) })
    let ordered = hierarchy.series.compactMap { bySeries[$0] }
    let pools = SparsePools(
      Array(ordered.indices), hierarchy: hierarchy, series: ordered, next: 400, perYear: 365)
    #expect(pools.pools.count == 1)
    #expect(pools.pools[0].members.count == 30)
    #expect(hierarchy.nodes[pools.pools[0].node].location == LocationCode("L1"))
    #expect(
      pools.alone.count == 30, "thirty series that sell every other month are sparse together")
  }

  @Test("many sparse series are scaled to their sum, and keep their shares")
  func anchors() throws {
    var random = SplitMix(9)
    let start = day("2022-01-03")
    let histories = (0..<40).map { item in
      DemandHistory(
        series: series("i\(item)", at: "L", of: "C"), start: start,
        values: (0..<600).map { offset in
          let weekly = offset % 7 == 5 ? 2.5 : 0.7
          return Double.random(in: 0..<1, using: &random) < 0.15 * weekly ? Double(1 + item % 3) : 0
        })
    }
    let table = try Forecaster.forecast(
      histories: histories, events: [], origin: start + 599,
      settings: ForecastSettings(horizon: 14))
    let total = try #require(table.nodes.first)
    let items = table.nodes.dropFirst()
    #expect(total.tier == .hybrid)
    #expect(items.allSatisfy { $0.tier == .profile })
    #expect(total.means[0] > 2 * total.means[1], "Saturday in the sum")
    for item in items {
      #expect(item.means[0] > item.means[1], "Saturday in every part of it")
      guard case .negativeBinomial = item.spread else {
        Issue.record("counts scatter like counts")
        continue
      }
    }
    let last = histories.reduce(0) { $0 + $1.values.suffix(364).reduce(0, +) } / 26
    let ahead = Double(total.means.reduce(0, +)) / 1000
    #expect(abs(ahead / last - 1) < 0.15)
  }
}
