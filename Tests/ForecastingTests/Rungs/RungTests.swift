import Forecasting
import Testing

@Suite("The lower rungs of the ladder")
struct RungTests {
  @Test("the seasonal naive forecast repeats the last known value of each phase")
  func seasonalNaive() throws {
    let answer = try #require(
      SeasonalNaive.forecast([1, 2, 3, 4, .nan, 6], season: 3, horizon: 5))
    #expect(answer.means == [4, 2, 6, 4, 2])
  }

  @Test("without a value of some phase there is no seasonal naive forecast")
  func seasonalNaiveDeclines() {
    #expect(SeasonalNaive.forecast([1, .nan, 3], season: 3, horizon: 5) == nil)
    #expect(SeasonalNaive.forecast([1, 2], season: 3, horizon: 5) == nil)
    #expect(SeasonalNaive.forecast([], season: 1, horizon: 5) == nil)
  }

  @Test("the naive spread is the deviation of seasonal changes on the root scale")
  func naiveSpread() throws {
    let answer = try #require(SeasonalNaive.forecast([100, 121, 100], season: 1, horizon: 1))
    guard case .squareRoot(let scale, let deviation, let growth) = answer.spread else {
      Issue.record("another spread")
      return
    }
    #expect((scale - 107).magnitude < 1e-12)
    #expect((deviation - 2 / 107.0.squareRoot()).magnitude < 1e-12)
    #expect(growth == 1)
  }

  @Test("the mean skips what is missing and knows how counts scatter")
  func mean() throws {
    let answer = try #require(
      MeanDemand.forecast([9, 1, .nan, 0, 5], window: 3, horizon: 2))
    #expect(answer.means == [2, 2])
    // Σ (y − 2)² = 14 over Σ μ = 6; weight 6/11.
    #expect(answer.spread == .negativeBinomial(dispersion: 6.0 / 11 * 14 / 6 + 5.0 / 11))
    #expect(MeanDemand.forecast([.nan], window: 3, horizon: 2) == nil)
  }

  @Test("zero is certain")
  func zero() {
    #expect(ZeroDemand.forecast(horizon: 2) == RungForecast(means: [0, 0], spread: .certain))
  }

  @Test("a constant demand is every method's level", arguments: [1, 2, 10, 400])
  func constant(_ length: Int) throws {
    let demand = Array(repeating: 3.0, count: length)
    #expect(try #require(SparseRate.level(demand)).isClose(to: 3))
    #expect(try #require(TeunterSyntetosBabai.level(demand)).isClose(to: 3))
    #expect(try #require(Croston.level(demand, isCorrected: false)).isClose(to: 3))
    #expect(try #require(Croston.level(demand)).isClose(to: 3 * 0.95))
  }

  @Test("a sale of six every third day is a rate of about two")
  func periodic() throws {
    let demand = (0..<600).map { $0 % 3 == 2 ? 6.0 : 0 }
    #expect(try #require(Croston.level(demand, isCorrected: false)).isClose(to: 2))
    #expect((try #require(SparseRate.level(demand)) - 2).magnitude < 0.2)
    #expect((try #require(TeunterSyntetosBabai.level(demand)) - 2).magnitude < 0.2)
  }

  @Test("an item that stopped selling fades, except for Croston")
  func obsolete() throws {
    let demand = Array(repeating: 5.0, count: 100) + Array(repeating: 0, count: 100)
    #expect(try #require(SparseRate.level(demand)) < 0.05)
    #expect(try #require(TeunterSyntetosBabai.level(demand)) < 0.05)
    #expect(try #require(Croston.level(demand)) > 4)
  }

  @Test("missing days leave every level where it was")
  func missing() throws {
    let demand = [0.0, 2, 0, 0, 1]
    let gaps = [0.0, .nan, 2, .nan, .nan, 0, 0, 1, .nan]
    #expect(SparseRate.level(demand) == SparseRate.level(gaps))
    #expect(Croston.level(demand) == Croston.level(gaps))
    #expect(TeunterSyntetosBabai.level(demand) == TeunterSyntetosBabai.level(gaps))
  }

  @Test("the four demand classes lie on their sides of 1.32 and 0.49")
  func classes() {
    #expect(DemandClass([3.0, 4, 3, .nan, 4]) == .smooth)
    #expect(DemandClass([1.0, 9, 1, 1]) == .erratic)
    #expect(DemandClass([0.0, 3, 0, 3]) == .intermittent)
    #expect(DemandClass([0.0, 1, 0, 0, 30, 0, 1]) == .lumpy)
    #expect(DemandClass([0.0, .nan]) == nil)
    let measures = DemandClass.measures([0.0, 2, 4])
    #expect(measures?.interval == 1.5)
    #expect(measures.map { $0.variation.isClose(to: 1.0 / 9) } == true)
  }

  @Test("dispersion is shrunk to its pool when little was sold, and never below Poisson's")
  func dispersion() {
    #expect(Dispersion.ratio([0.0, 0], mean: 0, pool: 3) == 3)
    #expect(Dispersion.ratio([5.0, 5, 5], mean: 5, pool: 1) == 1)
    let ratio = Dispersion.ratio([0.0, 20, .nan], mean: 10, pool: 2)
    #expect(ratio.isClose(to: 20.0 / 25 * 10 + 5.0 / 25 * 2))
  }
}

extension Double {
  fileprivate func isClose(to other: Double) -> Bool { (self - other).magnitude < 1e-9 }
}
