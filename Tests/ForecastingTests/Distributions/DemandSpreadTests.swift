import Forecasting
import Testing

@Suite("How demand scatters around its mean")
struct DemandSpreadTests {
  static let spreads: [DemandSpread] = [
    .squareRoot(scale: 100, deviation: 0.3, growth: 0.1),
    .squareRoot(scale: 2, deviation: 1.6, growth: 0.07),
    .negativeBinomial(dispersion: 1), .negativeBinomial(dispersion: 2.5), .certain,
  ]
  static let probabilities = [0.001, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975, 0.999]

  @Test("quantiles never fall as the probability rises", arguments: spreads)
  func monotone(_ spread: DemandSpread) {
    for mean in [1e-9, 0.02, 0.7, 3, 90, 5000, 1e9] {
      for lead in [1, 28] {
        let quantiles = spread.quantiles(Self.probabilities, mean: mean, lead: lead)
        #expect(quantiles == quantiles.sorted())
        #expect(quantiles.allSatisfy { $0 >= 0 && $0.isFinite })
      }
    }
  }

  @Test("a closure has only the quantile 0", arguments: spreads)
  func closure(_ spread: DemandSpread) {
    #expect(spread.quantile(0.975, mean: 0, lead: 3) == 0)
    #expect(spread.sampleTotals(means: [0, 0], paths: 3, seed: 1) == [0, 0, 0])
  }

  @Test("the quantiles of a square-root spread average to its mean, small or large")
  func centred() {
    for mean in [0.01, 0.5, 4, 100] {
      let spread = DemandSpread.squareRoot(scale: 4, deviation: 1.1, growth: 0)
      let steps = 20_000
      let probabilities = (0..<steps).map { (Double($0) + 0.5) / Double(steps) }
      let average = spread.quantiles(probabilities, mean: mean, lead: 1).reduce(0, +)
      #expect((average / Double(steps) / mean - 1).magnitude < 5e-3)
    }
  }

  @Test("far from zero the median is the mean less a quarter of the variance on the root scale")
  func median() {
    let spread = DemandSpread.squareRoot(scale: 100, deviation: 0.2, growth: 0)
    // σ of sqrt(y) is 0.1 × sqrt(100) = 1, so sqrt(median)² = 100 − 1.
    #expect((spread.quantile(0.5, mean: 100, lead: 1) - 99).magnitude < 1e-9)
    let upper = spread.quantile(0.975, mean: 100, lead: 1)
    #expect((upper.squareRoot() - 99.0.squareRoot() - 1.959_963_984_540_054).magnitude < 1e-9)
  }

  @Test("the totals of counts have the stated mean and variance")
  func countTotals() {
    let spread = DemandSpread.negativeBinomial(dispersion: 2)
    let totals = spread.sampleTotals(
      means: Array(repeating: 0.5, count: 20), paths: 20_000, seed: 7)
    let mean = totals.reduce(0, +) / 20_000
    let variance = totals.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 20_000
    #expect((mean - 10).magnitude < 0.2)
    #expect((variance - (2 * 10 + 16)).magnitude < 2)
  }

  @Test("days of one origin err together: a total scatters more than independent days would")
  func rootTotals() {
    let spread = DemandSpread.squareRoot(scale: 100, deviation: 0.2, growth: 0)
    let totals = spread.sampleTotals(
      means: Array(repeating: 100, count: 28), paths: 20_000, seed: 3)
    let mean = totals.reduce(0, +) / 20_000
    let variance = totals.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 20_000
    #expect((mean - 2800).magnitude < 15)
    // A day's deviation is 20 units, 0.3 of it shared: 28 × 364 + 28² × 36.
    #expect((variance / (28 * 364 + 784 * 36) - 1).magnitude < 0.05)
  }

  @Test("what one day shows moves the level of the next ones", arguments: [1, 15])
  func walking(firstLead: Int) {
    let spread = DemandSpread.squareRoot(scale: 10_000, deviation: 0.02, growth: 0.3)
    let totals = spread.sampleTotals(
      means: Array(repeating: 10_000, count: 8), firstLead: firstLead, paths: 20_000, seed: 3)
    let mean = totals.reduce(0, +) / 20_000
    let variance = totals.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 20_000
    // A day's deviation is 200 units. Of the last day 0.91 ** 0.5 is felt, of each earlier one 0.3
    // more for every day after it; all days feel 0.3 × (firstLead − 1) ** 0.5 of what came before.
    var expected = 64 * (0.09 + 0.09 * Double(firstLead - 1))
    for later in 0..<8 {
      let felt = 0.91.squareRoot() + 0.3 * Double(later)
      expected += felt * felt
    }
    #expect((variance / (40_000 * expected) - 1).magnitude < 0.03)
  }

  @Test("a stretch of one day scatters as that day's quantiles say", arguments: [1, 28])
  func oneDay(lead: Int) {
    let spread = DemandSpread.squareRoot(scale: 100, deviation: 0.3, growth: 0.1)
    let totals = spread.sampleTotals(means: [90], firstLead: lead, paths: 2000, seed: 5).sorted()
    for probability in [0.1, 0.5, 0.9, 0.975] {
      let sampled = totals[Int(probability * 2000)]
      let exact = spread.quantile(probability, mean: 90, lead: lead)
      #expect(abs(sampled / exact - 1) < 0.01)
    }
  }

  @Test("equal seeds give equal draws, other seeds others", arguments: spreads.dropLast())
  func seeds(_ spread: DemandSpread) {
    let means = [3.0, 0, 4, 5]
    let draws = spread.sampleTotals(means: means, paths: 50, seed: 11)
    #expect(draws == spread.sampleTotals(means: means, paths: 50, seed: 11))
    #expect(draws != spread.sampleTotals(means: means, paths: 50, seed: 12))
  }

  @Test("stratified draws know a quantile better than independent ones do")
  func stratified() {
    let spread = DemandSpread.squareRoot(scale: 6, deviation: 0.8, growth: 0.08)
    let means = Array(repeating: 5.0, count: 14)
    let (paths, repetitions) = (100, 60)
    func scatter(_ draw: (UInt64) -> [Double]) -> Double {
      let quantiles = (0..<repetitions).map { draw(UInt64($0)).sorted()[94] }
      let mean = quantiles.reduce(0, +) / Double(repetitions)
      return quantiles.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    }
    let stratified = scatter { spread.sampleTotals(means: means, paths: paths, seed: $0) }
    let independent = scatter { seed in
      // One path alone is a plain draw.
      (0..<paths).map { path in
        spread.sampleTotals(means: means, paths: 1, seed: seed << 32 + UInt64(path))[0]
      }
    }
    #expect(stratified < 0.2 * independent)
  }
}
