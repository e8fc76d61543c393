import COpenBLAS

/// M = V diag(λ) V' of a symmetric matrix, by divide and conquer (LAPACK dsyevd).
public struct SymmetricEigenvalues: Sendable {
  /// λ, ascending.
  public let values: [Double]
  /// V: column j belongs to value j. Each column's sign is the library's choice.
  public let vectors: Matrix

  /// Reads the upper triangle. Cost: about 9 n³ operations, 2 n² numbers of workspace.
  public init(of matrix: Matrix) throws(LinearAlgebraError) {
    precondition(matrix.rows == matrix.columns, "the matrix is square")
    guard matrix.storage.allSatisfy(\.isFinite) else { throw .notFinite }
    precondition(SingleThread.isHeld)
    let size = matrix.rows
    var vectors = matrix
    var values = Array(repeating: 0.0, count: size)
    guard size > 0 else {
      self.values = values
      self.vectors = vectors
      return
    }
    var order = blasint(size)
    var workCount = blasint(1 + 6 * size + 2 * size * size)
    var integerCount = blasint(3 + 5 * size)
    var work = Array(repeating: 0.0, count: Int(workCount))
    var integers = Array(repeating: blasint(0), count: Int(integerCount))
    var info = blasint(0)
    vectors.withMutableElements { elements in
      var leading = order
      dsyevd_(
        "V", "U", &order, elements.baseAddress, &leading, &values, &work, &workCount, &integers,
        &integerCount, &info, 1, 1)
    }
    guard info == 0 else { throw .notConverged(elements: Int(info)) }
    self.values = values
    self.vectors = vectors
  }
}
