import Forecasting
import Inventory
import Testing

@testable import Planning

@Suite("Replay comparison")
struct ReplayComparisonTests {
  private static func forecast(_ item: String, _ means: [Int64]) -> PublishedForecast {
    let quantiles = means.map { Double($0) / 500 }
    let node = Node(
      .item, of: Series(item: ItemCode(item), location: nil, region: nil, category: nil))
    return PublishedForecast(
      node: node, origin: Day("2024-06-30")!, isStale: false, tier: .mean, reason: "a mean",
      firstDay: Day("2024-07-01")!, means: means, quantiles: [quantiles], spread: .certain)
  }

  @Test("equal forecasts have no difference, whatever their order")
  func equal() {
    let published = [Self.forecast("a", [1000, 2000]), Self.forecast("b", [3000, 4000])]
    let compared = ReplayComparison(
      published: published, replayed: published.reversed(), quantiles: [0.9])
    #expect(compared.values == 8)
    #expect(compared.differing == 0)
    #expect(compared.first == nil)
  }

  @Test("the last bit of a quantile is a difference that rounding explains; a unit's tenth is none")
  func closeness() throws {
    let published = [Self.forecast("a", [1000, 2000])]
    var other = Self.forecast("a", [1000, 2100])
    other = PublishedForecast(
      node: other.node, origin: other.origin, isStale: false, tier: .mean, reason: "a mean",
      firstDay: other.firstDay, means: other.means, quantiles: [[Double(2).nextUp, 4]],
      spread: .certain)
    let compared = ReplayComparison(published: published, replayed: [other], quantiles: [0.9])
    #expect(compared.differing == 2)
    #expect(compared.farApart == 1)
    #expect(compared.first?.probability == 0.9)
    #expect(compared.first?.isClose == true)
    let far = try #require(compared.firstFarApart)
    #expect(far.probability == nil)
    #expect(far.day == Day("2024-07-02"))
    #expect(far.published == 2)
    #expect(far.replayed == 2.1)
  }

  @Test("a node that was not made again differs in every value")
  func absent() {
    let compared = ReplayComparison(
      published: [Self.forecast("a", [0, 0])], replayed: [], quantiles: [0.9])
    #expect(compared.differing == 4)
    #expect(compared.farApart == 4)
    #expect(compared.first?.replayed == nil)
  }

  @Test("a sample compares so many distinct values, and no more than there are")
  func sampling() {
    let published = (0..<50).map { Self.forecast("item \($0)", [1000, 2000, 3000]) }
    for (count, seed) in [(1, 1), (17, 2), (299, 3), (300, 4), (1000, 5)] {
      let compared = ReplayComparison(
        published: published, replayed: [], quantiles: [0.9],
        sample: (count: count, seed: UInt64(seed)))
      #expect(compared.values == min(count, 300))
      #expect(compared.differing == min(count, 300))
    }
  }
}
