internal import Glibc

/// Ridge regression, min |A x − b|² + μ |x − x₀|², that says which way it was solved and what the
/// answer is worth, and refuses what it cannot solve.
///
/// Normal equations first: they cost half as much, but square the condition. Where the scaled
/// A'A + μ has a condition above 1e8, fewer than eight digits would be sure, and the pivoted QR of
/// A with sqrt(μ) below it takes over. Where that finds dependent columns there is no single
/// answer, and none is given: a penalty above 0 always has one.
public struct LeastSquares: Sendable {
  public enum Path: Hashable, Sendable {
    case normalEquations, orthogonal
  }

  /// The least 1 / condition that the normal equations are trusted with.
  public static let trustedReciprocal = 1e-8

  /// n × k, x of each right side.
  public let solution: Matrix
  public let path: Path
  /// 1 / condition of what was solved: of A'A + μ, or of A itself.
  public let reciprocalCondition: Double

  /// How many digits of the solution rounding leaves: at worst, where the residual is small.
  public var sureDigits: Int {
    max(0, Int(-log10(Double.ulpOfOne / reciprocalCondition)))
  }

  /// - Parameters:
  ///   - design: m × n, A.
  ///   - rightSides: m × k.
  ///   - penalty: μ >= 0, on each coefficient alike.
  ///   - prior: n × k, x₀; nil for 0.
  /// - Throws: `notFinite`; `rankDeficient`, only without a penalty.
  /// Cost: m n² operations, twice that on the orthogonal path.
  public init(
    _ design: Matrix, _ rightSides: Matrix, penalty: Double = 0, prior: Matrix? = nil
  ) throws(LinearAlgebraError) {
    precondition(design.rows == rightSides.rows, "rows agree")
    precondition(penalty >= 0 && penalty.isFinite, "a penalty is not negative")
    guard rightSides.storage.allSatisfy(\.isFinite) else { throw .notFinite }
    var sides = rightSides
    if let prior { sides.add(product: design, prior, factor: -1) }
    let change: Matrix
    if let answer = try LeastSquares.normal(design, sides, penalty) {
      (change, reciprocalCondition) = answer
      path = .normalEquations
    } else {
      (change, reciprocalCondition) = try LeastSquares.orthogonal(design, sides, penalty)
      path = .orthogonal
    }
    var solution = change
    if let prior {
      solution.withMutableElements { values in
        for index in values.indices { values[index] += prior.storage[index] }
      }
    }
    self.solution = solution
  }

  /// Nil where the normal equations are not to be trusted.
  private static func normal(
    _ design: Matrix, _ sides: Matrix, _ penalty: Double
  ) throws(LinearAlgebraError) -> (Matrix, Double)? {
    var gram = design.gram()
    for index in 0..<gram.rows { gram[index, index] += penalty }
    do {
      let factor = try CholeskyFactor(of: gram)
      guard factor.reciprocalCondition >= trustedReciprocal else { return nil }
      let right = Matrix.product(design, transposed: true, sides)
      return (factor.solve(right), factor.reciprocalCondition)
    } catch .notFinite {
      throw .notFinite
    } catch {
      return nil
    }
  }

  private static func orthogonal(
    _ design: Matrix, _ sides: Matrix, _ penalty: Double
  ) throws(LinearAlgebraError) -> (Matrix, Double) {
    let count = design.columns
    let extra = penalty > 0 || design.rows < count ? count : 0
    var longer = Matrix(rows: design.rows + extra, columns: count)
    var longerSides = Matrix(rows: design.rows + extra, columns: sides.columns)
    for column in 0..<count {
      for row in 0..<design.rows { longer[row, column] = design[row, column] }
      if extra > 0 { longer[design.rows + column, column] = penalty.squareRoot() }
    }
    for column in 0..<sides.columns {
      for row in 0..<design.rows { longerSides[row, column] = sides[row, column] }
    }
    let factor = try PivotedQR(of: longer)
    return (factor.solve(longerSides), factor.reciprocalCondition)
  }
}
