import LinearAlgebra
import Testing

@testable import Forecasting

@Suite("The hybrid at its limits")
struct HybridLimitTests {
  let panel = HybridFixture.panel()

  @Test("without a penalty the ridge is least squares, found by a way that shares no step with it")
  func leastSquares() throws {
    let parameters = Hybrid.Parameters.daily
    let design = try RidgeDesign(panel, parameters, .init(start: 0, dropsAnnual: false))
    let targets = Matrix(columns: [panel.observations.column(0).map { $0 / 4000 }])
    let free = RidgeFit(design: design, targets: targets, prior: nil, grid: [1e-9])
    let found = Matrix.product(design.rotated, free.coefficients)
    // The filter takes the sum of the weekdays away: six of them tell the seventh.
    var columns: [[Double]] = []
    for feature in 1..<panel.features.columns {
      var values = panel.features.selecting(rows: 0..<design.length).column(feature)
      values.withUnsafeMutableBufferPointer {
        ExponentialFilter.innovations(of: $0, rate: parameters.filter, start: parameters.start)
      }
      columns.append(zip(values, design.rootWeights).map { $0 * $1 })
    }
    let filtered = Matrix(columns: columns)
    let answer = try LeastSquares(filtered, targets)
    #expect(answer.path == .normalEquations && answer.sureDigits >= 8)
    let expected = Matrix.product(filtered, answer.solution)
    for row in 0..<design.length {
      #expect((found[row, 0] - expected[row, 0]).magnitude < 1e-7)
    }
  }

  @Test("a series that belongs to nobody changes no other's answer")
  func farAway() throws {
    var wider = panel
    wider.observations = Matrix(
      columns: (0..<4).map(panel.observations.column)
        + [(0..<840).map { Double($0 % 11) * 1e6 }])
    wider.parents.append(nil)
    wider.closures.append([])
    let alone = try Hybrid.forecast(panel).compactMap { $0?.means }
    let together = try Hybrid.forecast(wider).compactMap { $0?.means }
    for (one, other) in zip(alone, together) {
      for (left, right) in zip(one, other) {
        #expect((left - right).magnitude <= 1e-10 * max(left, 1))
      }
    }
  }

  @Test("given coefficients are kept to the last but rounding, and levels follow the data")
  func given() throws {
    let fitted = try Hybrid.forecast(panel).compactMap { $0 }
    var kept = panel
    kept.given = fitted.map { $0.coefficients.map { 2 * $0 } }
    let answers = try Hybrid.forecast(kept).compactMap { $0 }
    for (answer, wanted) in zip(answers, kept.given ?? []) {
      let scale = wanted?.reduce(0) { max($0, $1.magnitude) } ?? 0
      for (found, expected) in zip(answer.coefficients, wanted ?? []) {
        #expect((found - expected).magnitude <= 1e-12 * scale)
      }
    }
    #expect(zip(answers, fitted).allSatisfy { $0.level != $1.level })
  }

  @Test("one-step errors come along in units, as many as were asked for, 0 where nothing is known")
  func errors() throws {
    var parameters = Hybrid.Parameters.daily
    #expect(try Hybrid.forecast(panel, parameters: parameters)[0]?.errors == [])
    parameters.keptErrors = 700
    let answers = try Hybrid.forecast(panel, parameters: parameters).compactMap { $0 }
    #expect(answers.allSatisfy { $0.errors.count == 700 })
    // Days 200 to 204 of the last series are missing.
    #expect(answers[3].errors[60..<65].allSatisfy { $0 == 0 })
    let deviation = answers[0].errors.reduce(0) { $0 + $1 * $1 } / 700
    #expect((0.02...0.3).contains(deviation.squareRoot() / answers[0].scale))
  }
}
