import Testing

@testable import Forecasting

@Suite("The admissible region")
struct SmoothingRegionTests {
  typealias Form = ExponentialSmoothing.Form

  @Test("roots inside a circle are told without finding them")
  func roots() {
    // (z − 0.5)(z + 0.9)(z² + 0.64): roots at 0.5, −0.9 and ±0.8 i.
    let inside = [-0.45 * 0.64, 0.4 * 0.64, 0.64 - 0.45, 0.4, 1]
    #expect(ExponentialSmoothing.hasRootsInside(inside, radius: 1))
    #expect(ExponentialSmoothing.hasRootsInside(inside, radius: 0.91))
    #expect(!ExponentialSmoothing.hasRootsInside(inside, radius: 0.89))
    #expect(!ExponentialSmoothing.hasRootsInside([2, 1], radius: 1))
  }

  @Test("without a season the region is the known triangle")
  func triangle() {
    let form = Form(trend: .additive)
    func isAdmissible(_ level: Double, _ trend: Double) -> Bool {
      ExponentialSmoothing.isAdmissible(.init(level: level, trend: trend), form: form)
    }
    // β < 4 − 2α (Hyndman, Koehler, Ord and Snyder 2008, table 10.1).
    #expect(isAdmissible(1.5, 0.9))
    #expect(!isAdmissible(1.5, 1.1))
    #expect(!isAdmissible(2.1, 0.1))
    #expect(!isAdmissible(0.5, -0.1))
    #expect(isAdmissible(0.0001, 0.0001))
  }

  /// The largest error that an initial state still causes at the end of a long series of zeros.
  static func remainder(_ rates: ExponentialSmoothing.Rates, _ form: Form) -> Double {
    let start = ExponentialSmoothing.State(
      level: 1, trend: 0.1, seasons: (0..<form.period).map { $0 == 0 ? 1 : $0 == 1 ? -1 : 0 })
    let errors = ExponentialSmoothing.pass(
      over: Array(repeating: 0, count: 4000), form: form, rates: rates, from: start
    ).errors
    return errors.suffix(2 * form.period).reduce(0) {
      $1.isFinite ? max($0, $1.magnitude) : .infinity
    }
  }

  @Test("admissible are the rates under which initial states are forgotten", arguments: [4, 7, 12])
  func forgetting(_ period: Int) {
    var generator = SeededGenerator(seed: 3)
    var counts = [true: 0, false: 0]
    for _ in 0..<400 {
      let form = Form(
        trend: .additive, isDamped: generator.uniform() < 0.5, season: .additive, period: period)
      let rates = ExponentialSmoothing.Rates(
        level: 1.6 * generator.uniform(), trend: 0.5 * generator.uniform(),
        season: 1.4 * generator.uniform(), damping: form.isDamped ? 0.9 : 1)
      let remainder = Self.remainder(rates, form)
      // Close to the edge, forgetting takes longer than the series.
      guard remainder < 1e-3 || remainder > 10 else { continue }
      let isAdmissible = ExponentialSmoothing.isAdmissible(rates, form: form)
      counts[isAdmissible, default: 0] += 1
      #expect(isAdmissible == (remainder < 1e-3), "\(rates) \(form)")
    }
    #expect(counts.values.allSatisfy { $0 > 20 })
  }
}
