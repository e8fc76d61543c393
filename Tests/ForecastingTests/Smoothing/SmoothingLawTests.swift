import Forecasting
import Testing

@Suite("Laws of exponential smoothing")
struct SmoothingLawTests {
  typealias Form = ExponentialSmoothing.Form
  static let forms = [
    Form(), Form(trend: .additive), Form(trend: .additive, isDamped: true),
    Form(season: .additive, period: 7),
    Form(trend: .additive, isDamped: true, season: .additive, period: 7),
  ]

  static func series(_ length: Int) -> [Double] {
    var generator = SeededGenerator(seed: 5)
    let week = [30.0, 10, 0, -5, -10, -20, -5]
    return (0..<length).map { 200 + week[$0 % 7] + 8 * generator.normal() }
  }

  @Test("a shifted series has a shifted fit of equal errors", arguments: forms)
  func shift(_ form: Form) throws {
    let series = Self.series(120)
    let fit = try #require(ExponentialSmoothing.fit(series, form: form))
    let shifted = try #require(ExponentialSmoothing.fit(series.map { $0 + 1000 }, form: form))
    #expect((fit.logLikelihood - shifted.logLikelihood).magnitude < 1e-2)
  }

  @Test("a pass over two parts is the pass over the whole", arguments: forms)
  func split(_ form: Form) throws {
    let series = Self.series(100)
    let fit = try #require(ExponentialSmoothing.fit(series, form: form))
    for cut in [1, 7, 50, 99] {
      let first = ExponentialSmoothing.pass(
        over: Array(series[..<cut]), form: form, rates: fit.rates, from: fit.start)
      let second = ExponentialSmoothing.pass(
        over: Array(series[cut...]), form: form, rates: fit.rates, from: first.state)
      #expect(first.errors + second.errors == fit.pass.errors)
      #expect(second.state == fit.pass.state)
    }
  }

  @Test("a missing value moves the state on without an error", arguments: forms)
  func missing(_ form: Form) throws {
    let series = Self.series(100)
    let fit = try #require(ExponentialSmoothing.fit(series, form: form))
    let ahead = ExponentialSmoothing.points(
      from: fit.pass.state, form: form, rates: fit.rates, horizon: 10)
    let gap = ExponentialSmoothing.pass(
      over: series + Array(repeating: .nan, count: 4), form: form, rates: fit.rates,
      from: fit.start)
    let later = ExponentialSmoothing.points(
      from: gap.state, form: form, rates: fit.rates, horizon: 6)
    for (one, other) in zip(ahead[4...], later) { #expect((one - other).magnitude < 1e-9) }
  }

  @Test("the analytic variance is that of simulated paths", arguments: forms)
  func variance(_ form: Form) throws {
    let rates = ExponentialSmoothing.Rates(level: 0.3, trend: 0.1, season: 0.2, damping: 0.9)
    let horizon = 9
    let start = ExponentialSmoothing.State(
      level: 0, seasons: form.season == .absent ? [] : Array(repeating: 0, count: 7))
    var generator = SeededGenerator(seed: 9)
    var squares = Array(repeating: 0.0, count: horizon)
    let paths = 4000
    for _ in 0..<paths {
      var state = start
      for lead in 0..<horizon {
        let point = ExponentialSmoothing.points(from: state, form: form, rates: rates, horizon: 1)[
          0]
        let value = point + generator.normal()
        squares[lead] += value * value
        state =
          ExponentialSmoothing.pass(over: [value], form: form, rates: rates, from: state).state
      }
    }
    let analytic = ExponentialSmoothing.variances(form: form, rates: rates, horizon: horizon)
    for (found, expected) in zip(squares, analytic) {
      #expect((found / Double(paths) / expected - 1).magnitude < 0.1)
    }
  }

  @Test("the rung forecasts a week's shape, scales with its unit and skips gaps")
  func rung() throws {
    var series = Self.series(700)
    series[300] = .nan
    series[301] = .nan
    let answer = try #require(Smoothing.forecast(series, season: 7, year: 364, horizon: 14))
    let truth = [230.0, 210, 200, 195, 190, 180, 195]
    for (lead, mean) in answer.means.enumerated() {
      #expect((mean - truth[(700 + lead) % 7]).magnitude < 8)
    }
    let dozens = try #require(
      Smoothing.forecast(series.map { $0 / 12 }, season: 7, year: 364, horizon: 14))
    for (one, other) in zip(answer.means, dozens.means) {
      #expect((other * 12 / one - 1).magnitude < 1e-6)
    }
    let upper = answer.spread.quantile(0.975, mean: answer.means[0], lead: 1)
    #expect((10...25).contains(upper - answer.means[0]))
  }

  @Test(
    "hopeless series are declined or answered with finite numbers",
    arguments: [
      [Double.nan], [0], [5], [1e12], [.infinity], [-5], [.nan, 3], [0, 0, 0, 1e12, 0],
      [.greatestFiniteMagnitude],
    ])
  func hopeless(_ pattern: [Double]) {
    for length in [0, 1, 7, 30, 300] {
      let series = (0..<length).map { pattern[$0 % pattern.count] }
      guard let answer = Smoothing.forecast(series, season: 7, year: 364, horizon: 28) else {
        continue
      }
      #expect(answer.means.allSatisfy { $0.isFinite && $0 >= 0 })
    }
  }
}
