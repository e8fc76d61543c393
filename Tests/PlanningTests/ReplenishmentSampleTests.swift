import Forecasting
import Inventory
import Testing

@testable import Planning

@Suite("Sampled demand over a protection interval")
struct ReplenishmentSampleTests {
  func window(
    means: [Int64], lead: Double, deviation: Double = 0, review: Double = 1
  ) throws -> DemandWindow {
    let terms = try Terms(
      item: #require(ItemCode("A")), leadTimeDays: lead, leadTimeDeviationDays: deviation,
      reviewPeriodDays: review)
    return DemandWindow(
      DemandAhead(means: means, skipping: 0), interval: ProtectionInterval(terms), horizon: 28)
  }

  func variance(_ totals: [Double]) -> Double {
    let mean = totals.reduce(0, +) / Double(totals.count)
    return totals.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(totals.count)
  }

  @Test("a quantile is the smallest total that enough paths do not exceed")
  func quantile() {
    let sample = ReplenishmentSample(totals: [40, 10, 30, 20])
    #expect(sample.quantile(0.25) == 10)
    #expect(sample.quantile(0.26) == 20)
    #expect(sample.quantile(0.75) == 30)
    #expect(sample.quantile(0.99) == 40)
    #expect(ReplenishmentSample(totals: []).quantile(0.5) == 0)
  }

  @Test("equal seeds give equal totals, other seeds others")
  func seeds() throws {
    let spread = DemandSpread.squareRoot(scale: 10, deviation: 0.5, growth: 0.1)
    let window = try window(means: Array(repeating: 10_000, count: 28), lead: 6, deviation: 2)
    let draw = { (seed: UInt64) in
      ReplenishmentSample([window], spread: spread, firstLead: 1, paths: 200, seed: seed).totals
    }
    #expect(draw(7) == draw(7))
    #expect(draw(7) != draw(8))
  }

  @Test("certain demand under an uncertain lead time varies as daily mean squared times σ²")
  func leadTimeVariance() throws {
    let window = try window(means: Array(repeating: 10_000, count: 60), lead: 20, deviation: 3)
    let totals = ReplenishmentSample(
      [window], spread: .certain, firstLead: 1, paths: 4000, seed: 1
    ).totals
    // Rounding to whole days adds 1/12 day² (Sheppard's correction).
    let expected = 100.0 * (9 + 1.0 / 12)
    #expect(abs(variance(totals) / expected - 1) < 0.01)
    #expect(abs(totals.reduce(0, +) / 4000 - 210) < 0.1)
  }

  @Test("a lead time's deviation raises the upper quantile")
  func deviationRaises() throws {
    let spread = DemandSpread.negativeBinomial(dispersion: 1.5)
    let means = Array(repeating: Int64(500), count: 40)
    let upper = try [0.0, 4.0].map { deviation in
      ReplenishmentSample(
        [try window(means: means, lead: 14, deviation: deviation)], spread: spread, firstLead: 1,
        paths: 2000, seed: 3
      ).quantile(0.95)
    }
    #expect(upper[0] < upper[1])
  }

  @Test("every path belongs to one stratum, early ones first, and strata mirror each other")
  func strata() {
    let strata = ReplenishmentSample.strata([2], paths: 1001)
    #expect(strata.map(\.paths).reduce(0, +) == 1001)
    #expect(strata.map(\.shifts[0]) == strata.map(\.shifts[0]).sorted())
    #expect(strata.first?.shifts[0] == -(strata.last?.shifts[0] ?? 0))
    #expect(strata.map(\.paths) == strata.map(\.paths).reversed())
  }

  @Test("parts of a sum are late together")
  func lateTogether() {
    let strata = ReplenishmentSample.strata([1, 2, 0], paths: 500)
    #expect(strata.allSatisfy { $0.shifts[2] == 0 })
    #expect(strata.allSatisfy { $0.shifts[0] * $0.shifts[1] >= 0 })
  }

  @Test("windows of different length add day by day")
  func unequalWindows() throws {
    let windows = [
      try window(means: [1000, 1000, 1000, 1000], lead: 1),
      try window(means: [5000, 5000, 5000, 5000], lead: 3),
    ]
    let sample = ReplenishmentSample(windows, spread: .certain, firstLead: 1, paths: 3, seed: 1)
    #expect(sample.totals == [22, 22, 22])
  }

  @Test("the stable hash is FNV-1a and keeps parts apart")
  func stableHash() {
    // Published vector: FNV-1a 64 of "a" is af63dc4c8601ec8c; here 0xFF follows it.
    var hash = StableHash()
    hash.combine("a")
    let published: UInt64 = 0xaf63_dc4c_8601_ec8c
    #expect(hash.value == (published ^ 0xFF) &* 0x0000_0100_0000_01b3)
    var (left, right) = (StableHash(), StableHash())
    for part in ["ab", "c"] { left.combine(part) }
    for part in ["a", "bc"] { right.combine(part) }
    #expect(left.value != right.value)
  }
}
