import Forecasting
import Testing

@Suite("Exponential smoothing on M3", .enabled(if: M3.isPresent))
struct SmoothingOnM3Tests {
  typealias Form = ExponentialSmoothing.Form

  /// Symmetric MAPE per frequency of every tenth series; all are scored by scripts/bench.
  static func errors(
    _ fit: (M3.Series) -> ExponentialSmoothing.Fit?
  ) throws -> [Substring: Double] {
    var actual: [Substring: [Double]] = [:]
    var means: [Substring: [Double]] = [:]
    for (number, series) in try M3.series().enumerated() where number.isMultiple(of: 10) {
      let fit = try #require(fit(series))
      let points = ExponentialSmoothing.points(
        from: fit.pass.state, form: fit.form, rates: fit.rates, horizon: series.later.count)
      for key in [series.frequency, "ALL"] {
        actual[key, default: []] += series.later
        means[key, default: []] += points
      }
    }
    return try Dictionary(
      uniqueKeysWithValues: actual.map { key, values in
        (key, try #require(Accuracy.smape(values, means[key, default: []])))
      })
  }

  @Test("the choice among fifteen forms is as near as measured, of every tenth series")
  func automatic() throws {
    let errors = try Self.errors { ExponentialSmoothing.automatic($0.history, period: $0.period) }
    let limits: [Substring: Double] = [
      "YEARLY": 16.2, "QUARTERLY": 9.4, "MONTHLY": 14.4, "OTHER": 5.6, "ALL": 13.4,
    ]
    for (key, limit) in limits {
      let error = try #require(errors[key])
      #expect(error < limit, "\(key)")
    }
  }
}
