import LinearAlgebra
import Testing

@testable import Forecasting

@Suite("Steps of the level")
struct StepTests {
  private func altered(_ days: Range<Int>, by factor: Double, columns: [Int]) -> Hybrid.Panel {
    var panel = HybridFixture.panel()
    for column in columns {
      panel.observations.withMutableColumn(column) { values in
        for day in days { values[day] *= factor }
      }
    }
    return panel
  }

  @Test("a lasting fall of a quarter, ten days old, is followed and named by the best witness")
  func lasting() throws {
    let quiet = try Hybrid.forecast(HybridFixture.panel())
    let stepped = try Hybrid.forecast(altered(830..<840, by: 0.75, columns: [0, 1, 2, 3]))
    for (quiet, stepped) in zip(quiet, stepped) {
      let step = try #require(stepped?.step)
      #expect(quiet?.step == nil)
      #expect(step.strength > 1 && step.size < 0 && step.buckets >= 5)
      let ratio = try #require(stepped).means[6] / (try #require(quiet).means[6])
      #expect((0.70...0.86).contains(ratio), "\(ratio)")
    }
  }

  @Test("a step widens the spread, since nobody knows whether it lasts")
  func spread() throws {
    let quiet = try #require(try Hybrid.forecast(HybridFixture.panel())[0])
    let panel = altered(830..<840, by: 0.5, columns: [0])
    let stepped = try #require(try Hybrid.forecast(panel)[0])
    let width = { (answer: Hybrid.Forecast) in
      answer.spread.quantile(0.9, mean: 1000, lead: 1)
        - answer.spread.quantile(0.1, mean: 1000, lead: 1)
    }
    #expect(width(stepped) > 1.2 * width(quiet))
  }

  @Test("a child takes over the step that shows better in its sum")
  func inherited() throws {
    let answers = try Hybrid.forecast(altered(833..<840, by: 0.5, columns: [0]))
    #expect(answers[0]?.step?.column == 0)
    #expect(answers[2]?.step?.column == 0)
  }

  @Test("one outlier on the last day is no step")
  func outlier() throws {
    let answer = try #require(
      try Hybrid.forecast(altered(839..<840, by: 3, columns: [0]))[0])
    #expect(answer.step == nil)
  }

  @Test("a constant residual, or a short one, has no step")
  func silent() {
    for length in [5, 400] {
      Array(repeating: 0.3, count: length).withUnsafeBufferPointer { residual in
        #expect(StepTest(residual, isSum: true, parameters: .daily) == nil)
      }
    }
  }
}
