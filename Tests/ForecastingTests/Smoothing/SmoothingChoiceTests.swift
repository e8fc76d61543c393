import Forecasting
import Testing

@Suite("The choice of a form of exponential smoothing")
struct SmoothingChoiceTests {
  typealias Form = ExponentialSmoothing.Form

  /// A path of a model with normal errors.
  static func path(
    _ form: Form, _ rates: ExponentialSmoothing.Rates, from start: ExponentialSmoothing.State,
    deviation: Double, length: Int, seed: UInt64
  ) -> [Double] {
    var generator = SeededGenerator(seed: seed)
    var state = start
    return (0..<length).map { _ in
      let point = ExponentialSmoothing.points(from: state, form: form, rates: rates, horizon: 1)[0]
      let error = deviation * generator.normal()
      let value = form.hasRelativeError ? point * (1 + error) : point + error
      state = ExponentialSmoothing.pass(over: [value], form: form, rates: rates, from: state).state
      return value
    }
  }

  @Test("candidates are R's fifteen, six where a value is not above 0, fewer without a season")
  func candidates() {
    #expect(ExponentialSmoothing.candidates(period: 7, isPositive: true).count == 15)
    #expect(ExponentialSmoothing.candidates(period: 7, isPositive: false).count == 6)
    #expect(ExponentialSmoothing.candidates(period: 1, isPositive: true).count == 6)
    #expect(Set(ExponentialSmoothing.candidates(period: 7, isPositive: true)).count == 15)
  }

  @Test("a season is found where there is one, and its kind")
  func season() throws {
    let added = Self.path(
      Form(season: .additive, period: 7), .init(level: 0.2, season: 0.1),
      from: .init(level: 100, seasons: [20, 10, 0, 0, -5, -15, -10]), deviation: 3, length: 400,
      seed: 1)
    let fit = try #require(ExponentialSmoothing.automatic(added, period: 7))
    #expect(fit.form.season == .additive && !fit.form.hasRelativeError)
    let multiplied = Self.path(
      Form(hasRelativeError: true, season: .multiplicative, period: 7),
      .init(level: 0.3, season: 0.05),
      from: .init(level: 100, seasons: [1.5, 1.3, 1, 1, 0.9, 0.7, 0.6]), deviation: 0.05,
      length: 400, seed: 2)
    let other = try #require(ExponentialSmoothing.automatic(multiplied, period: 7))
    #expect(other.form.season == .multiplicative && other.form.hasRelativeError)
    let plain = Self.path(
      Form(), .init(level: 0.3), from: .init(level: 100), deviation: 3, length: 400, seed: 3)
    let level = try #require(ExponentialSmoothing.automatic(plain, period: 7))
    #expect(level.form == Form())
  }

  @Test("a trend that goes on for ever needs overwhelming evidence")
  func straight() throws {
    var generator = SeededGenerator(seed: 6)
    let lasting = (0..<200).map { 100 + 3 * Double($0) + 4 * generator.normal() }
    let fit = try #require(ExponentialSmoothing.automatic(lasting, period: 1))
    #expect(fit.form.trend == .additive && !fit.form.isDamped)
    // Years of growth that bends, then a fall: the likeliest model carries the fall on for ever.
    let fallen = [40.0, 41, 52, 57, 62, 66, 69, 71, 72, 73, 74, 76, 77, 79, 81, 82, 76, 67, 57]
    let form = Form(hasRelativeError: true, trend: .additive)
    let straight = try #require(ExponentialSmoothing.fit(fallen, form: form))
    let chosen = try #require(ExponentialSmoothing.automatic(fallen, period: 1))
    #expect(straight.correctedCriterion < chosen.correctedCriterion)
    #expect(last(straight) < 0)
    #expect((25...60).contains(last(chosen)))
    func last(_ fit: ExponentialSmoothing.Fit) -> Double {
      ExponentialSmoothing.points(
        from: fit.pass.state, form: fit.form, rates: fit.rates, horizon: 8)[7]
    }
  }

  @Test("rates are found again", arguments: [1, 2, 3])
  func rates(_ seed: UInt64) throws {
    let form = Form(trend: .additive, isDamped: true, season: .additive, period: 7)
    let rates = ExponentialSmoothing.Rates(level: 0.3, trend: 0.1, season: 0.2, damping: 0.9)
    let series = Self.path(
      form, rates, from: .init(level: 100, trend: 1, seasons: [9, 5, 0, 0, -3, -6, -5]),
      deviation: 2, length: 4000, seed: seed)
    let fit = try #require(ExponentialSmoothing.fit(series, form: form))
    #expect((fit.rates.level - rates.level).magnitude < 0.06)
    #expect((fit.rates.trend - rates.trend).magnitude < 0.06)
    #expect((fit.rates.season - rates.season).magnitude < 0.05)
    #expect((fit.rates.damping - rates.damping).magnitude < 0.06)
    #expect((fit.variance / 4 - 1).magnitude < 0.1)
  }

  @Test("in whatever unit, the same form and the same forecasts")
  func unit() throws {
    let series = Self.path(
      Form(
        hasRelativeError: true, trend: .additive, isDamped: true, season: .multiplicative,
        period: 4),
      .init(level: 0.4, trend: 0.05, season: 0.1, damping: 0.95),
      from: .init(level: 100, trend: 3, seasons: [1.2, 1.1, 0.9, 0.8]), deviation: 0.04,
      length: 80, seed: 4)
    func forecasts(_ unit: Double) throws -> (Form, [Double]) {
      let fit = try #require(
        ExponentialSmoothing.automatic(series.map { $0 * unit }, period: 4))
      let points = ExponentialSmoothing.points(
        from: fit.pass.state, form: fit.form, rates: fit.rates, horizon: 8)
      return (fit.form, points.map { $0 / unit })
    }
    let (form, points) = try forecasts(1)
    for unit in [0.001, 7, 1e9] {
      let (otherForm, others) = try forecasts(unit)
      #expect(form == otherForm)
      for (one, other) in zip(points, others) { #expect((one / other - 1).magnitude < 1e-4) }
    }
  }

  @Test("the same series has the same bits")
  func bits() throws {
    let series = SmoothingLawTests.series(300)
    let first = try #require(ExponentialSmoothing.automatic(series, period: 7))
    let second = try #require(ExponentialSmoothing.automatic(series, period: 7))
    #expect(first.rates == second.rates && first.start == second.start)
    #expect(first.pass.state == second.pass.state)
  }

  @Test(
    "hopeless series are declined or answered with finite numbers",
    arguments: [
      [Double.nan], [0], [5], [1e12], [.infinity], [-5], [.nan, 3], [0, 0, 0, 1e12, 0],
      [.greatestFiniteMagnitude], [1e-300], [1, 2, 3, 4], [1e-12, 1e12],
    ])
  func hopeless(_ pattern: [Double]) {
    for length in [0, 1, 5, 7, 8, 15, 30, 300] {
      let series = (0..<length).map { pattern[$0 % pattern.count] }
      for period in [1, 4, 7] {
        guard let fit = ExponentialSmoothing.automatic(series, period: period) else { continue }
        let points = ExponentialSmoothing.points(
          from: fit.pass.state, form: fit.form, rates: fit.rates, horizon: 28)
        #expect(points.allSatisfy { $0.isFinite }, "\(pattern) \(length) \(period)")
      }
    }
  }

  @Test("a series shorter than its season has no season")
  func short() throws {
    let series = Array(SmoothingLawTests.series(9))
    let fit = try #require(ExponentialSmoothing.automatic(series, period: 7))
    #expect(fit.form.season == .absent)
  }
}
