import Forecasting
import Testing

@Suite("Mean and variance of smoothing forecasts")
struct SmoothingMomentsTests {
  typealias Form = ExponentialSmoothing.Form

  static func fit(_ form: Form) throws -> ExponentialSmoothing.Fit {
    let series = SmoothingLawTests.series(150)
    return try #require(ExponentialSmoothing.fit(series, form: form))
  }

  @Test("an additive model's moments are those of class 1")
  func additive() throws {
    let fit = try Self.fit(Form(season: .additive, period: 7))
    let moments = ExponentialSmoothing.moments(of: fit, horizon: 10)
    let shares = ExponentialSmoothing.variances(form: fit.form, rates: fit.rates, horizon: 10)
    #expect(moments.variances == shares.map { $0 * fit.variance })
  }

  @Test("the analytic variance of relative errors is that of simulated paths")
  func relative() throws {
    var fit = try Self.fit(
      Form(hasRelativeError: true, trend: .additive, isDamped: true, season: .additive, period: 7))
    fit.rates = .init(level: 0.4, trend: 0.1, season: 0.2, damping: 0.9)
    fit.variance = 0.01
    let analytic = ExponentialSmoothing.moments(of: fit, horizon: 9)
    var generator = SeededGenerator(seed: 7)
    var squares = Array(repeating: 0.0, count: 9)
    let paths = 4000
    for _ in 0..<paths {
      var state = fit.pass.state
      for lead in 0..<9 {
        let point = ExponentialSmoothing.points(
          from: state, form: fit.form, rates: fit.rates, horizon: 1)[0]
        let value = point * (1 + 0.1 * generator.normal())
        let distance = value - analytic.means[lead]
        squares[lead] += distance * distance
        state =
          ExponentialSmoothing.pass(over: [value], form: fit.form, rates: fit.rates, from: state)
          .state
      }
    }
    for (found, expected) in zip(squares, analytic.variances) {
      #expect((found / Double(paths) / expected - 1).magnitude < 0.1)
    }
  }

  @Test("simulated moments are near the recursion, grow with the lead, and repeat with their seed")
  func simulated() throws {
    let fit = try Self.fit(Form(hasRelativeError: true, season: .multiplicative, period: 7))
    let moments = ExponentialSmoothing.moments(of: fit, horizon: 14, seed: 3)
    let points = ExponentialSmoothing.points(
      from: fit.pass.state, form: fit.form, rates: fit.rates, horizon: 14)
    for lead in 0..<14 {
      let error = (moments.variances[lead] / 5000).squareRoot()
      #expect((moments.means[lead] - points[lead]).magnitude < 4 * error)
      // One lead ahead the variance is exactly σ² μ².
      if lead == 0 {
        let exact = fit.variance * points[0] * points[0]
        #expect((moments.variances[0] / exact - 1).magnitude < 0.1)
      }
    }
    #expect(moments == ExponentialSmoothing.moments(of: fit, horizon: 14, seed: 3))
    #expect(moments != ExponentialSmoothing.moments(of: fit, horizon: 14, seed: 4))
  }
}
