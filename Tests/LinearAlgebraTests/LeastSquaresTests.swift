import TestKit
import Testing

@testable import LinearAlgebra

/// Digits are those of the worst of all coefficients, on the processor they were measured on less
/// half a digit, because last bits differ.
@Suite("Least squares that say what they solved")
struct LeastSquaresTests {
  @Test("Longley's data: the orthogonal path has ten certified digits")
  func longley() throws {
    let answer = try LeastSquares(NISTData.longleyDesign, NISTData.longleySides)
    #expect(answer.path == .orthogonal)
    #expect(NISTData.digits(answer.solution.column(0), NISTData.longleyCertified) > 10)
  }

  @Test("Longley's data: normal equations alone have six, and say that they have")
  func longleyNormalEquations() throws {
    let design = NISTData.longleyDesign
    let factor = try CholeskyFactor(of: design.gram())
    let sides = Matrix.product(design, transposed: true, NISTData.longleySides)
    let digits = NISTData.digits(factor.solve(sides).column(0), NISTData.longleyCertified)
    #expect((6...9).contains(digits), "\(digits)")
    #expect(factor.reciprocalCondition < LeastSquares.trustedReciprocal)
  }

  @Test("Filippelli's polynomial: seven certified digits by the orthogonal path")
  func filippelli() throws {
    let answer = try LeastSquares(NISTData.filippelliDesign, NISTData.filippelliSides)
    #expect(answer.path == .orthogonal)
    let digits = NISTData.digits(answer.solution.column(0), NISTData.filippelliCertified)
    #expect(digits > 7, "\(digits)")
    #expect(Double(answer.sureDigits) <= digits)
  }

  @Test("Filippelli's polynomial: normal equations refuse")
  func filippelliNormalEquations() {
    #expect(throws: LinearAlgebraError.self) {
      try CholeskyFactor(of: NISTData.filippelliDesign.gram())
    }
  }

  @Test("a well-made problem takes the quick path and agrees with the other")
  func quick() throws {
    var random = SeededGenerator(seed: 4)
    let design = Matrix(
      columns: (0..<5).map { _ in (0..<40).map { _ in Double.random(in: -1...1, using: &random) } })
    let sides = Matrix(columns: [(0..<40).map { _ in Double.random(in: -1...1, using: &random) }])
    let answer = try LeastSquares(design, sides)
    #expect(answer.path == .normalEquations)
    let other = try PivotedQR(of: design).solve(sides)
    for row in 0..<5 { #expect((answer.solution[row, 0] - other[row, 0]).magnitude < 1e-12) }
  }

  @Test("dependent columns have no single answer and get none, unless a penalty chooses")
  func dependent() throws {
    let design = Matrix(columns: [[1, 2, 3, 4], [2, 4, 6, 8], [1, 0, 1, 0]])
    let sides = Matrix(columns: [[1, 2, 3, 5]])
    #expect(throws: LinearAlgebraError.rankDeficient(rank: 2, columns: 3)) {
      try LeastSquares(design, sides)
    }
    let answer = try LeastSquares(design, sides, penalty: 1e-6)
    #expect((2 * answer.solution[0, 0] - answer.solution[1, 0]).magnitude < 1e-3)
  }

  @Test("fewer observations than coefficients are refused without a penalty")
  func wide() throws {
    let design = Matrix(columns: [[1, 0], [0, 1], [1, 1]])
    let sides = Matrix(columns: [[1, 1]])
    #expect(throws: LinearAlgebraError.rankDeficient(rank: 2, columns: 3)) {
      try LeastSquares(design, sides)
    }
    #expect(try LeastSquares(design, sides, penalty: 0.1).solution.rows == 3)
  }

  @Test("a penalty without bound gives the prior, none gives least squares")
  func penalties() throws {
    let design = Matrix(columns: [[1, 1, 1, 1], [1, 2, 3, 5]])
    let sides = Matrix(columns: [[2, 3, 5, 8]])
    let prior = Matrix(columns: [[7, -3]])
    let bound = try LeastSquares(design, sides, penalty: 1e12, prior: prior).solution
    #expect((bound[0, 0] - 7).magnitude < 1e-9 && (bound[1, 0] + 3).magnitude < 1e-9)
    let free = try LeastSquares(design, sides, penalty: 0, prior: prior).solution
    let plain = try LeastSquares(design, sides).solution
    for row in 0..<2 { #expect((free[row, 0] - plain[row, 0]).magnitude < 1e-10) }
  }

  @Test("what is not finite is refused", arguments: [Double.nan, .infinity])
  func notFinite(_ value: Double) {
    let good = Matrix(columns: [[1, 2, 3]])
    let bad = Matrix(columns: [[1, value, 3]])
    #expect(throws: LinearAlgebraError.notFinite) { try LeastSquares(bad, good) }
    #expect(throws: LinearAlgebraError.notFinite) { try LeastSquares(good, bad) }
  }

  @Test("units of measurement do not matter: columns a trillion times apart are solved alike")
  func units() throws {
    let plain = Matrix(columns: [[1, 1, 1, 1], [1, 2, 3, 5]])
    let odd = Matrix(columns: [[1, 1, 1, 1], [1e12, 2e12, 3e12, 5e12]])
    let sides = Matrix(columns: [[2, 3, 5, 8]])
    let one = try LeastSquares(plain, sides).solution
    let other = try LeastSquares(odd, sides).solution
    #expect((one[1, 0] / other[1, 0] / 1e12 - 1).magnitude < 1e-9)
  }
}
