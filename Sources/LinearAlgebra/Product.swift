import COpenBLAS

extension Matrix {
  /// A B, or A' B where the left side is transposed. Cost: 2 m n k operations.
  public static func product(
    _ left: Matrix, transposed: Bool = false, _ right: Matrix
  ) -> Matrix {
    var result = Matrix(
      rows: transposed ? left.columns : left.rows, columns: right.columns)
    result.add(product: left, transposed: transposed, right)
    return result
  }

  /// self += factor · A B, or factor · A' B.
  public mutating func add(
    product left: Matrix, transposed: Bool = false, _ right: Matrix, factor: Double = 1
  ) {
    let inner = transposed ? left.rows : left.columns
    precondition(rows == (transposed ? left.columns : left.rows), "rows of the product agree")
    precondition(columns == right.columns, "columns of the product agree")
    precondition(inner == right.rows, "inner dimensions agree")
    guard rows > 0, columns > 0, inner > 0 else { return }
    precondition(SingleThread.isHeld)
    let height = rows
    let width = columns
    withMutableElements { target in
      left.withElements { a in
        right.withElements { b in
          cblas_dgemm(
            CblasColMajor, transposed ? CblasTrans : CblasNoTrans, CblasNoTrans,
            blasint(height), blasint(width), blasint(inner), factor, a.baseAddress,
            blasint(left.rows), b.baseAddress, blasint(right.rows), 1, target.baseAddress,
            blasint(height))
        }
      }
    }
  }

  /// A' A, both triangles filled. Cost: rows × columns² operations.
  public func gram() -> Matrix {
    var result = Matrix(rows: columns, columns: columns)
    guard rows > 0, columns > 0 else { return result }
    precondition(SingleThread.isHeld)
    let size = columns
    let height = rows
    result.withMutableElements { target in
      withElements { a in
        cblas_dsyrk(
          CblasColMajor, CblasUpper, CblasTrans, blasint(size), blasint(height), 1, a.baseAddress,
          blasint(height), 0, target.baseAddress, blasint(size))
      }
      for column in 0..<size {
        for row in 0..<column { target[column + row * size] = target[row + column * size] }
      }
    }
    return result
  }
}
