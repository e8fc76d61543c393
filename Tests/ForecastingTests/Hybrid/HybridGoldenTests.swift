import LinearAlgebra
import Testing

@testable import Forecasting

/// Golden values: the reference implementation in numpy (float64, scipy's lfilter, numpy's eigh) on
/// the same fixture; as here, each stage ends before the next takes its coefficients as a prior.
@Suite("The hybrid against the reference, step by step")
struct HybridGoldenTests {
  let panel = HybridFixture.panel()
  let parameters = Self.plainParameters()

  /// One speed, chosen from a grid, outliers pulled in one by one, no test for steps.
  static func plainParameters() -> Hybrid.Parameters {
    var plain = Hybrid.Parameters.daily
    plain.levels = [0.03, 0.05, 0.07, 0.1, 0.15, 0.2].map { Hybrid.LevelSpeed($0) }
    plain.neighbours = 0
    plain.step = .off
    return plain
  }

  private func expect(
    _ found: [Double], _ golden: [Double], location: SourceLocation = #_sourceLocation
  ) {
    #expect(found.count == golden.count, sourceLocation: location)
    let scale = golden.reduce(0) { max($0, $1.magnitude) }
    for (found, golden) in zip(found, golden) {
      let error = (found - golden).magnitude
      #expect(error <= 1e-8 * scale, "\(found) \(golden)", sourceLocation: location)
    }
  }

  private func design() throws -> RidgeDesign {
    try RidgeDesign(panel, parameters, .init(start: 0, dropsAnnual: false))
  }

  @Test("the fixture is the reference's")
  func fixture() {
    let sums = HybridFixture.observations().map { $0.reduce(0) { $1.isNaN ? $0 : $0 + $1 } }
    #expect(sums == [3_711_756, 825_777, 2_312_668, 277_317])
  }

  @Test("the filter's innovations of a regressor")
  func filter() {
    var column = panel.features.selecting(rows: 0..<840).column(7)
    column.withUnsafeMutableBufferPointer {
      ExponentialFilter.innovations(of: $0, rate: 0.08, start: 28)
    }
    expect(
      [0, 1, 27, 28, 839].map { column[$0] },
      [
        -0.22793530380925572, -0.19249890408625478, 0.1577659249538808, 0.1604576341171709,
        -0.01936675115657127,
      ])
  }

  @Test("the Gram matrix's eigenvalues and the observations' weights")
  func eigenvalues() throws {
    let design = try design()
    expect([design.weight], [728.9047788782123])
    expect(
      [0, 1, 7, 14].map { design.eigenvalues[$0] },
      [6.03961325253012e-14, 1.4512592012024037, 10.63680024058916, 113.03679738262466])
  }

  @Test("the rotated design is orthogonal, its squares the eigenvalues")
  func orthogonal() throws {
    let design = try design()
    let gram = design.rotated.gram()
    for row in 0..<gram.rows {
      for column in 0..<gram.columns {
        let expected = row == column ? design.eigenvalues[row] : 0
        #expect((gram[row, column] - expected).magnitude < 1e-11)
      }
    }
  }

  @Test("unmarked closures, and nothing else, are not demand")
  func closures() {
    let columns = HybridFixture.observations()
    let found = columns.map { ClosureDetection.closures(in: $0, season: 7) }
    #expect(found == [[], [100, 101, 102], [400], []])
  }

  @Test("penalties, coefficients, level, means and spread")
  func answers() throws {
    let answers = try Hybrid.forecast(panel, parameters: parameters).compactMap { $0 }
    try #require(answers.count == 4)
    expect(answers.compactMap(\.penalty), [0.1, 30, 0.3, 0.3])
    expect(
      answers.map(\.degreesOfFreedom),
      [13.794565690647994, 6.103799074143033, 13.42993025633896, 13.42993025633896])
    expect(answers.map(\.smoothing), [0.1, 0.1, 0.1, 0.1])
    expect(
      answers.map(\.scale),
      [4383.601648351649, 989.6126373626373, 2737.4945054945056, 323.04945054945057])
    expect(answers[0].coefficients, Self.rootCoefficients)
    expect(answers[3].coefficients, Self.leafCoefficients)
    expect(
      answers.map(\.level),
      [
        0.060765202342693225, -0.017687329450719845, -0.13188351299912632, -0.1338344847347477,
      ])
    let means = answers.map { answer in [0, 13, 27].map { answer.means[$0] } }
    expect(means[0], [7971.442767037551, 6522.269391743763, 6429.580661706995])
    expect(means[1], [1677.9230244323471, 1365.6400687341707, 1378.1492656713594])
    expect(means[2], [4285.883682271829, 3279.438513539773, 3218.1909589339725])
    expect(means[3], [474.1417903510103, 407.85424309006777, 360.18753549330916])
    #expect(answers[2].means[5] == 0)
    let deviations = answers.compactMap { answer -> Double? in
      guard case .squareRoot(_, let deviation, _) = answer.spread else { return nil }
      return deviation
    }
    expect(
      deviations,
      [0.1455835685833193, 0.14489521345612258, 0.14420694148261098, 0.1504451931839976])
  }

  static let rootCoefficients = [
    -0.04624552072031855, -0.1545609820062701, -0.20030138681743617, -0.14820785235436082,
    0.03381736244824394, 0.3084037213632164, 0.2070946580867621, 0.1956697514809828,
    -0.005312503620416927, -0.004749475503688187, -0.0005315917835959553, -0.0021582494355119742,
    0.0037615397880146656, 0.46272936177081225, 0.5285694859407496,
  ]
  static let leafCoefficients = [
    -0.039592648190078135, -0.15995632366957838, -0.20137391824945367, -0.16487036504232913,
    0.038508112724785895, 0.31739288485145123, 0.2098922575750339, 0.19790676646174946,
    0.1316499427020231, -0.020597603265664795, 0.02554443547796739, 0.004073649078747928,
    0.013061585584296835, 0.40558537305386383, 0.4588078668064999,
  ]
}
