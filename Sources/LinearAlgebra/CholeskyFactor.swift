import COpenBLAS

/// The Cholesky factor of a symmetric positive definite matrix, to solve M x = b (LAPACK dpotrf,
/// dpocon, dpotrs), with what the answer is worth.
///
/// M is scaled to a diagonal of ones first: S M S with s_i = 1 / sqrt(m_ii), whose condition is
/// within a factor n of the best that any scaling gives (van der Sluis 1969, Numerische Mathematik
/// 14, 14-23). About -log10(2.2e-16 × condition) digits of a solution can be believed.
public struct CholeskyFactor: Sendable {
  private let factor: Matrix
  private let scales: [Double]
  /// An estimate of 1 / condition of the scaled matrix, in the 1-norm: 1 at best.
  public let reciprocalCondition: Double

  /// Reads the upper triangle. Cost: n³ / 3 operations.
  ///
  /// Throws `illConditioned` where the condition exceeds 1 / (n × 2.2e-16): nothing of a solution
  /// could be believed.
  public init(of matrix: Matrix) throws(LinearAlgebraError) {
    precondition(matrix.rows == matrix.columns, "the matrix is square")
    guard matrix.storage.allSatisfy(\.isFinite) else { throw .notFinite }
    precondition(SingleThread.isHeld)
    let size = matrix.rows
    var scales = Array(repeating: 1.0, count: size)
    for index in 0..<size {
      guard matrix[index, index] > 0 else { throw .notPositiveDefinite(order: index + 1) }
      scales[index] = 1 / matrix[index, index].squareRoot()
    }
    var factor = matrix.scaled(rows: scales, columns: scales)
    let norm = factor.symmetricNorm()
    var order = blasint(size)
    var leading = max(order, 1)
    var info = blasint(0)
    factor.withMutableElements { elements in
      dpotrf_("U", &order, elements.baseAddress, &leading, &info, 1)
    }
    guard info == 0 else { throw .notPositiveDefinite(order: Int(info)) }
    reciprocalCondition = CholeskyFactor.reciprocalCondition(factor, norm: norm)
    guard reciprocalCondition > Double(size) * Double.ulpOfOne else {
      throw .illConditioned(reciprocalCondition: reciprocalCondition)
    }
    self.factor = factor
    self.scales = scales
  }

  /// The X of M X = B, column by column. Cost: 2 n² operations a column.
  public func solve(_ rightSides: Matrix) -> Matrix {
    precondition(rightSides.rows == factor.rows, "rows agree")
    guard factor.rows > 0, rightSides.columns > 0 else { return rightSides }
    var solution = rightSides.scaled(rows: scales)
    var order = blasint(factor.rows)
    var leading = order
    var leadingOfSides = order
    var count = blasint(rightSides.columns)
    var info = blasint(0)
    solution.withMutableElements { sides in
      factor.withElements { elements in
        dpotrs_(
          "U", &order, &count, elements.baseAddress, &leading, sides.baseAddress, &leadingOfSides,
          &info, 1)
      }
    }
    return solution.scaled(rows: scales)
  }

  private static func reciprocalCondition(_ factor: Matrix, norm: Double) -> Double {
    let size = factor.rows
    guard size > 0 else { return 1 }
    var order = blasint(size)
    var leading = order
    var norm = norm
    var reciprocal = 0.0
    var work = Array(repeating: 0.0, count: 3 * size)
    var integers = Array(repeating: blasint(0), count: size)
    var info = blasint(0)
    factor.withElements { elements in
      dpocon_(
        "U", &order, elements.baseAddress, &leading, &norm, &reciprocal, &work, &integers, &info, 1)
    }
    return reciprocal
  }
}

extension Matrix {
  /// The largest sum of magnitudes of a column, of a symmetric matrix given by its upper triangle.
  fileprivate func symmetricNorm() -> Double {
    var sums = Array(repeating: 0.0, count: columns)
    for column in 0..<columns {
      for row in 0...column {
        let magnitude = self[row, column].magnitude
        sums[column] += magnitude
        if row != column { sums[row] += magnitude }
      }
    }
    return sums.max() ?? 0
  }
}
