import Forecasting
import Testing

@Suite("Distributions and their generator")
struct DistributionTests {
  @Test(
    "the normal quantile equals scipy's to 1e-14",
    arguments: [
      (1e-300, -37.0470962993612), (1e-20, -9.262340089798408), (0.001, -3.090232306167813),
      (0.05, -1.6448536269514729), (0.25, -0.6744897501960817), (0.5, 0),
      (0.9, 1.2815515655446004), (0.975, 1.959963984540054),
    ])
  func normal(_ p: Double, _ expected: Double) {
    let quantile = NormalDistribution.quantile(p)
    #expect((quantile - expected).magnitude <= 1e-14 * max(expected.magnitude, 1))
  }

  @Test("probabilities of counts equal scipy's quantiles")
  func counts() {
    for golden in Self.golden {
      let distribution = NegativeBinomial(mean: golden.mean, dispersion: golden.dispersion)
      #expect(distribution.quantile(golden.p) == golden.quantile)
    }
  }

  /// scipy 1.17: nbinom.ppf(p, mean / (dispersion − 1), 1 / dispersion), poisson.ppf(p, mean).
  static let golden: [(mean: Double, dispersion: Double, p: Double, quantile: Double)] = [
    (1e-6, 1.5, 0.999, 0), (0.02, 3, 0.5, 0), (0.02, 3, 0.999, 4), (0.7, 1.2, 0.95, 2),
    (0.7, 1.2, 0.999, 5), (5, 2, 0.5, 4), (5, 2, 0.95, 11), (5, 2, 0.999, 19),
    (120, 7, 0.5, 118), (120, 7, 0.999, 228), (900, 2, 0.5, 899), (900, 2, 0.999, 1035),
    (0.3, 1, 0.5, 0), (0.3, 1, 0.975, 2), (4, 1, 0.05, 1), (4, 1, 0.975, 8),
    (500, 1, 0.05, 464), (500, 1, 0.975, 544),
  ]

  @Test("far beyond summation the gamma approximation meets the exact quantile within 0.1 %")
  func approximation() {
    let exact = NegativeBinomial(mean: 9000, dispersion: 8)
    let beyond = NegativeBinomial(mean: 9000, dispersion: 160)
    #expect((exact.quantile(0.5) / 9000 - 1).magnitude < 1e-3)
    #expect(beyond.quantile(0.975) > exact.quantile(0.975))
    #expect(beyond.quantile(0.5) < exact.quantile(0.5))
  }

  @Test("the seeded stream is the reference stream of xoshiro256** after SplitMix64")
  func stream() {
    var generator = SeededGenerator(seed: 0)
    // First outputs of the authors' C code with the state SplitMix64(0) gives.
    #expect(generator.next() == 0x99ec_5f36_cb75_f2b4)
    #expect(generator.next() == 0xbf6e_1f78_4956_452a)
  }

  @Test("uniform draws stay inside the open interval and average one half")
  func uniform() {
    var generator = SeededGenerator(seed: 42)
    let draws = (0..<10_000).map { _ in generator.uniform() }
    #expect(draws.allSatisfy { $0 > 0 && $0 < 1 })
    #expect((draws.reduce(0, +) / 10_000 - 0.5).magnitude < 0.02)
  }
}
