import Testing

@testable import Forecasting

@Suite("Spreads that are widened and added up")
struct SpreadFactorTests {
  private func deviation(_ spread: DemandSpread, lead: Int) -> Double {
    // Far above 0 a square-root normal's quantiles are (μ ± 1.96 σ)².
    let ends = spread.quantiles([0.025, 0.975], mean: 10_000, lead: lead).map { $0.squareRoot() }
    return (ends[1] - ends[0]) / (2 * 1.959963984540054)
  }

  @Test("a factor multiplies the variance of tomorrow and adds to that of each day after")
  func variance() {
    let spread = DemandSpread.squareRoot(scale: 9_000, deviation: 0.05, growth: 0.1)
    let factor = SpreadFactor(variance: 1.5, growth: 0.04)
    let tomorrow = deviation(spread, lead: 1) * deviation(spread, lead: 1)
    for lead in [1, 2, 7, 28] {
      let wide = deviation(spread.calibrated(by: factor), lead: lead)
      let expected = tomorrow * (1.5 * (1 + Double(lead - 1) * 0.01) + Double(lead - 1) * 0.04)
      #expect((wide * wide / expected - 1).magnitude < 1e-6)
    }
  }

  @Test("the unchanged factor changes nothing, and counts are left alone")
  func unchanged() {
    let spread = DemandSpread.squareRoot(scale: 40, deviation: 0.3, growth: 0.25)
    #expect(spread.calibrated(by: .unchanged) == spread)
    let counts = DemandSpread.negativeBinomial(dispersion: 2)
    #expect(counts.calibrated(by: SpreadFactor(variance: 3, growth: 1)) == counts)
  }

  @Test("four equal parts that err apart scatter half as much together")
  func partsOfASum() {
    let part = DemandSpread.squareRoot(scale: 2_500, deviation: 0.1, growth: 0.2)
    let sum = DemandSpread.sum((0..<4).map { _ in (part, 2_500) })
    guard case .squareRoot(let scale, let deviation, let growth) = sum else {
      Issue.record("\(sum)")
      return
    }
    #expect(scale == 10_000)
    #expect((deviation - 0.05).magnitude < 1e-12)
    #expect((growth - 0.2).magnitude < 1e-12)
  }

  @Test("counts add up to counts, dispersed as their units are")
  func counts() {
    let sum = DemandSpread.sum([
      (.negativeBinomial(dispersion: 1), 3), (.negativeBinomial(dispersion: 5), 1),
      (.certain, 0),
    ])
    #expect(sum == .negativeBinomial(dispersion: 2))
    #expect(DemandSpread.sum([(.certain, 4), (.negativeBinomial(dispersion: 2), 0)]) == .certain)
  }
}
