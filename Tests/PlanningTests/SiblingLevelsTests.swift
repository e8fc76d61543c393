import Forecasting
import Inventory
import Testing

@testable import Planning

struct SiblingLevelsTests {
  /// Sells for a year at most, and then no more.
  private func fading(_ count: Int, times factor: Double = 1) -> [PreparedSeries] {
    var random = SplitMix(4)
    return (0..<count).map { _ in
      let end = Int.random(in: 20..<60, using: &random)
      return prepared(
        (0..<60).map { (month: Int) -> Double in
          (end - 12..<end).contains(month) && Bool.random(using: &random) ? 3 * factor : 0
        })
    }
  }

  private func answer(
    _ series: [PreparedSeries], items: [Int]? = nil, horizon: Int = 6, bucket: Bucket = .month,
    season: [Double]? = nil
  ) -> SiblingLevels.Answer {
    let next = series.map { $0.start + $0.values.count }.max() ?? 0
    let family = SiblingLevels.Family(
      members: Array(series.indices),
      season: season ?? Array(repeating: 1, count: next + horizon))
    return SiblingLevels(
      [family], series: series, items: items ?? Array(series.indices), first: 0, next: next,
      horizon: horizon, bucket: bucket
    ).answers[0]
  }

  @Test("levels learnt together follow what such series do: here they fade out")
  func fadingOut() {
    let parts = fading(200)
    let learnt = answer(parts).levels
    let single = parts.map { SparseLevel($0.values, perYear: 12).level }
    #expect(learnt.reduce(0, +) < 0.8 * single.reduce(0, +))
    #expect(learnt.allSatisfy { $0 >= 0 })
  }

  @Test("seven times the demand is seven times the level")
  func scale() {
    let levels = answer(fading(80)).levels
    for (level, larger) in zip(levels, answer(fading(80, times: 7)).levels) {
      #expect(abs(larger - 7 * level) < 1e-9)
    }
  }

  @Test("two series teach nothing: each takes its own level of the second rate")
  func prior() {
    let values = (0..<60).map { Double(($0 * 7) % 5) }
    let pair = [prepared(values), prepared(values.reversed())]
    let levels = answer(pair, horizon: 40, bucket: .month).levels
    for (level, series) in zip(levels, pair) {
      var sum = 0.0
      var weight = 0.0
      for value in series.values {
        sum = 0.5 * sum + value
        weight = 0.5 * weight + 1
      }
      #expect(abs(level - sum / weight) < 1e-12)
    }
  }

  @Test("constant series in the shape of their parent have that constant for a level")
  func season() {
    let season = (0..<66).map { $0.isMultiple(of: 2) ? 0.5 : 1.5 }
    let family = (1...40).map { size in prepared((0..<60).map { Double(size) * season[$0] }) }
    for (place, level) in answer(family, season: season).levels.enumerated() {
      #expect(abs(level - Double(place + 1)) < 1e-6 * Double(place + 1))
    }
  }

  @Test("what an item does at all its locations tells of each of them")
  func elsewhere() {
    var random = SplitMix(12)
    // Items move for good, up or down by half, at 10 locations at once.
    let items = (0..<30).flatMap { item in Array(repeating: item, count: 10) }
    var levels = [[Double]](repeating: [], count: 30)
    for item in 0..<30 {
      var level = 20.0
      levels[item] = (0..<60).map { _ in
        if Int.random(in: 0..<8, using: &random) == 0 {
          level *= Bool.random(using: &random) ? 1.5 : 1 / 1.5
        }
        return level
      }
    }
    let family = items.map { item in
      prepared(levels[item].map { $0 * Double.random(in: 0..<2, using: &random) })
    }
    func error(_ found: [Double]) -> Double {
      zip(found, items).reduce(0) { sum, pair in
        let error = pair.0 / levels[pair.1][59] - 1
        return sum + error * error
      }
    }
    let together = error(answer(family, items: items, horizon: 1).levels)
    let apart = error(answer(family, horizon: 1).levels)
    #expect(together < 0.9 * apart)
  }

  @Test("missing buckets neither raise nor lower a level")
  func gaps() {
    let whole = (0..<40).map { _ in prepared(Array(repeating: 4.0, count: 60)) }
    let holed = (0..<40).map { series in
      prepared((0..<60).map { ($0 + series).isMultiple(of: 3) ? Double.nan : 4 })
    }
    for (level, other) in zip(answer(whole).levels, answer(holed).levels) {
      #expect(abs(level - 4) < 1e-9)
      #expect(abs(other - 4) < 1e-9)
    }
  }

  @Test("an even series scatters as little as counts can, a wild one more")
  func spreads() throws {
    var random = SplitMix(1)
    let family = (0..<40).map { series in
      prepared(
        (0..<60).map { _ in series < 20 ? 9 : Bool.random(using: &random) ? 40 : 0 })
    }
    let spreads = answer(family).spreads
    #expect(spreads[0] == .negativeBinomial(dispersion: 1))
    guard case .negativeBinomial(let wild) = spreads[39] else {
      Issue.record("counts scatter like counts")
      return
    }
    #expect(wild > 10)
  }
}
