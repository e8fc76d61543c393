import Forecasting
import TestKit
import Testing

@Suite(
  "how fast the hybrid is", .serialized, .enabled(if: Measurement.isWanted && M5.isPresent))
struct HybridMeasurements {
  @Test("154 series of 1,913 days, arrays to forecasts, one thread")
  func departments() throws {
    let data = try M5()
    var answers: [Hybrid.Forecast?] = []
    let seconds = try Measurement.seconds(bestOf: 5) {
      answers = try HybridOnM5Tests.forecast(data, origin: 1_913 - HybridOnM5Tests.horizon)
    }
    #expect(answers.allSatisfy { $0 != nil })
    try Measurement.record("the hybrid on 154 nodes", seconds * 1_000, unit: "ms")
  }
}
