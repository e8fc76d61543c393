import COpenBLAS

/// The Cholesky factor of a symmetric positive definite matrix, to solve M x = b (LAPACK dpotrf,
/// dpotrs).
public struct CholeskyFactor: Sendable {
  private let factor: Matrix

  /// Reads the upper triangle. Cost: n³ / 3 operations.
  public init(of matrix: Matrix) throws(LinearAlgebraError) {
    precondition(matrix.rows == matrix.columns, "the matrix is square")
    guard matrix.storage.allSatisfy(\.isFinite) else { throw .notFinite }
    precondition(SingleThread.isHeld)
    var factor = matrix
    var order = blasint(matrix.rows)
    var leading = max(order, 1)
    var info = blasint(0)
    factor.withMutableElements { elements in
      dpotrf_("U", &order, elements.baseAddress, &leading, &info, 1)
    }
    guard info == 0 else { throw .notPositiveDefinite(order: Int(info)) }
    self.factor = factor
  }

  /// The X of M X = B, column by column. Cost: 2 n² operations a column.
  public func solve(_ rightSides: Matrix) -> Matrix {
    precondition(rightSides.rows == factor.rows, "rows agree")
    var solution = rightSides
    guard factor.rows > 0, rightSides.columns > 0 else { return solution }
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
    return solution
  }
}
