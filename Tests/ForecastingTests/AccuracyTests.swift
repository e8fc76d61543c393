import Forecasting
import Testing

@Suite("Accuracy")
struct AccuracyTests {
  let demand = [10.0, 0, .nan, 20]
  let means = [12.0, 1, 99, 15]

  @Test("WAPE and bias weigh errors by demand")
  func weighted() {
    #expect(Accuracy.wape(demand, means) == 8.0 / 30)
    #expect(Accuracy.bias(demand, means) == -2.0 / 30)
  }

  @Test("scaled errors are measured in the history's own steps")
  func scaled() {
    let history = [1.0, 3, .nan, 4, 8]
    #expect(Accuracy.mase(demand, means, history: history) == 8.0 / 3 / 3)
    #expect(Accuracy.rmsse(demand, means, history: history) == 1.0)
    #expect(Accuracy.wrmsse([1, nil, 3], weights: [1, 5, 3]) == 2.5)
  }

  @Test("sMAPE counts zero against zero as no error")
  func symmetric() {
    #expect(Accuracy.smape([0, 10], [0, 30]) == 50)
  }

  @Test("the pinball loss of the median is half the absolute error")
  func pinball() {
    #expect(Accuracy.pinballLoss(demand, quantiles: means, probability: 0.5) == 4.0 / 3)
    #expect(Accuracy.pinballLoss([10], quantiles: [8], probability: 0.9) == 1.8)
    #expect(
      Accuracy.pinballLoss([8], quantiles: [10], probability: 0.9).map {
        ($0 - 0.2).magnitude < 1e-12
      }
        == true)
  }

  @Test("coverage includes both ends")
  func coverage() {
    #expect(
      Accuracy.coverage(demand, lower: [10, 0.5, 0, 0], upper: [11, 1, 0, 20]) == 2.0 / 3)
  }

  @Test("where nothing is known there is no measure")
  func nothing() {
    #expect(Accuracy.wape([.nan], [1]) == nil)
    #expect(Accuracy.wape([0], [1]) == nil)
    #expect(Accuracy.mase([1], [1], history: [4]) == nil)
    #expect(Accuracy.rmsse([1], [1], history: [4, 4]) == nil)
    #expect(Accuracy.coverage([], lower: [], upper: []) == nil)
  }
}
