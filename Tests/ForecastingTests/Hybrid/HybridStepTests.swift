import LinearAlgebra
import Testing

@testable import Forecasting

/// Each step of a fit against the reference's own, element by element.
@Suite("The hybrid's steps against the reference's")
struct HybridStepTests {
  let panel = HybridFixture.panel()
  let parameters = HybridGoldenTests.plainParameters()
  let window = HybridPlan.Window(start: 0, dropsAnnual: false)

  /// To 1e-8 of the largest of all.
  private func expect(
    _ found: [Double], _ golden: [Double], location: SourceLocation = #_sourceLocation
  ) {
    #expect(found.count == golden.count, sourceLocation: location)
    let scale = golden.reduce(0) { max($0, $1.magnitude) }
    for (place, (found, golden)) in zip(found, golden).enumerated() {
      #expect(
        (found - golden).magnitude <= 1e-8 * scale, "\(place): \(found) \(golden)",
        sourceLocation: location)
    }
  }

  private func chosen(_ columns: Matrix) -> [Double] {
    (0..<columns.columns).flatMap { column in
      HybridReference.rows.map { columns[$0, column] }
    }
  }

  private func unfiltered() throws -> (block: ObservationBlock, design: RidgeDesign) {
    let plan = try HybridPlan(panel, parameters)
    let columns = Array(0..<4)
    return (
      ObservationBlock(panel, plan, columns: columns[...], start: 0),
      try RidgeDesign(panel, parameters, window)
    )
  }

  @Test("every element of the Gram matrix, and every eigenvalue")
  func gram() throws {
    let design = try RidgeDesign(panel, parameters, window)
    let gram = RidgeDesign.filtered(
      panel.features.selecting(rows: 0..<HybridFixture.length), parameters, design.rootWeights,
      design.inverseRootPenalties
    ).gram()
    expect(
      (0..<gram.rows).flatMap { row in (0...row).map { gram[row, $0] } }, HybridReference.gram)
    expect(design.eigenvalues, HybridReference.eigenvalues)
  }

  @Test("the rotation and the eigenvalues make the Gram matrix again")
  func decomposition() throws {
    let design = try RidgeDesign(panel, parameters, window)
    var weighed = design.rotation
    for column in 0..<weighed.columns {
      weighed.withMutableColumn(column) { values in
        for row in values.indices { values[row] *= design.eigenvalues[column].squareRoot() }
      }
    }
    let size = weighed.rows
    let again = (0..<size).flatMap { row in
      (0...row).map { other in
        (0..<size).reduce(0.0) { $0 + weighed[row, $1] * weighed[other, $1] }
      }
    }
    expect(again, HybridReference.gram)
  }

  @Test("the filter's innovations of all series, gaps and closures filled")
  func innovations() throws {
    let (block, design) = try unfiltered()
    var targets = block.targets(design, rate: parameters.filter, start: parameters.start)
    for column in 0..<4 {
      targets.withMutableColumn(column) { values in
        for row in values.indices { values[row] /= design.rootWeights[row] }
      }
    }
    expect(chosen(targets), HybridReference.innovations)
  }

  @Test("the coefficients before cleaning, each drawn towards its finished parent")
  func firstPass() throws {
    let (block, design) = try unfiltered()
    let targets = block.targets(design, rate: parameters.filter, start: parameters.start)
    let finished = try Hybrid.forecast(panel, parameters: parameters).map {
      $0?.coefficients ?? []
    }
    let found = (0..<4).flatMap { column in
      let prior = panel.parents[column].map {
        design.rotatedCoefficients(Matrix(columns: [finished[$0]]))
      }
      let fit = RidgeFit(
        design: design, targets: Matrix(columns: [targets.column(column)]), prior: prior,
        grid: parameters.penalties)
      return design.coefficients(fit.coefficients).column(0)
    }
    expect(found, HybridReference.firstCoefficients)
  }

  @Test("final coefficients, cleaned data, the level's errors and the level")
  func ending() throws {
    var parameters = parameters
    parameters.keptErrors = HybridFixture.length
    var fit = HybridFit(panel, parameters, plan: try HybridPlan(panel, parameters))
    try fit.run { count, body in for index in 0..<count { body(index) } }
    let endings = fit.endings.compactMap { $0 }
    let lane = try #require(parameters.levels.firstIndex { $0.rate == 0.1 })
    expect(endings.flatMap(\.coefficients), HybridReference.coefficients)
    let recent = endings.flatMap { ending in HybridReference.rows.map { ending.level.recent[$0] } }
    expect(recent.map(\.current).filter { !$0.isNaN }, HybridReference.cleaned)
    expect(recent.map { $0.innovation[lane] }, HybridReference.levelErrors)
    expect(endings.map { $0.level.level[lane] }, HybridReference.levels)
  }

  @Test("the means of all series and leads")
  func means() throws {
    let answers = try Hybrid.forecast(panel, parameters: parameters).compactMap { $0 }
    for (series, answer) in answers.enumerated() {
      let horizon = HybridFixture.horizon
      expect(
        answer.means, Array(HybridReference.means[series * horizon..<(series + 1) * horizon]))
    }
  }
}
