import Forecasting
import Testing

@Suite(
  "Exponential smoothing against R's forecast::ets", .enabled(if: SmoothingReference.isPresent))
struct SmoothingGoldenTests {
  @Test("all nineteen cases are there")
  func cases() throws {
    #expect(try SmoothingReference.all().count == 19)
  }

  @Test("R's parameters and initial states give R's residuals and variance")
  func residuals() throws {
    for golden in try SmoothingReference.all() {
      let pass = ExponentialSmoothing.pass(
        over: golden.series, form: golden.form, rates: golden.rates, from: golden.start)
      // R prints eight decimals.
      let scale = golden.form.hasRelativeError ? 1 : golden.series.max() ?? 1
      for (found, expected) in zip(pass.errors, golden.residuals) {
        #expect((found - expected).magnitude < 1e-7 * scale, "\(golden)")
      }
      let variance = pass.squares / Double(pass.count - golden.form.parameterCount)
      #expect((variance / golden.variance - 1).magnitude < 2e-6, "\(golden)")
    }
  }

  @Test("R's final states give R's forecasts")
  func points() throws {
    for golden in try SmoothingReference.all() where golden.hasPlainPoints {
      let pass = ExponentialSmoothing.pass(
        over: golden.series, form: golden.form, rates: golden.rates, from: golden.start)
      let points = ExponentialSmoothing.points(
        from: pass.state, form: golden.form, rates: golden.rates, horizon: 4)
      for (found, expected) in zip(points, golden.points) {
        #expect((found / expected - 1).magnitude < 1e-6, "\(golden)")
      }
    }
  }

  @Test("estimates are at least as likely as R's")
  func likelihood() throws {
    for golden in try SmoothingReference.all() {
      let fit = try #require(ExponentialSmoothing.fit(golden.series, form: golden.form))
      #expect(
        fit.logLikelihood >= golden.logLikelihood - 1e-3,
        "\(golden): \(fit.logLikelihood) \(golden.logLikelihood) \(fit.rates)")
    }
  }
}
