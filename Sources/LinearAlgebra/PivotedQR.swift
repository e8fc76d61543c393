import COpenBLAS

/// A P = Q R with column pivoting (Businger and Golub 1965, Numerische Mathematik 7, 269-276;
/// LAPACK dgeqp3), for least squares that are too ill-conditioned for normal equations: the
/// condition of A counts here, not its square.
///
/// Columns are scaled to length 1 first, so that units of measurement do not matter.
struct PivotedQR {
  private let factor: Matrix
  private let reflections: [Double]
  /// Place k of R belongs to column pivots[k] of A.
  private let pivots: [Int]
  private let scales: [Double]
  let reciprocalCondition: Double

  /// A has at least as many rows as columns. Cost: 2 m n² − 2 n³ / 3 operations.
  ///
  /// Throws `rankDeficient` where a pivot falls below m × 2.2e-16 of the first.
  init(of matrix: Matrix) throws(LinearAlgebraError) {
    precondition(matrix.rows >= matrix.columns, "no fewer rows than columns")
    guard matrix.storage.allSatisfy(\.isFinite) else { throw .notFinite }
    precondition(SingleThread.isHeld)
    let count = matrix.columns
    scales = (0..<count).map { column in
      let squares = matrix.withColumn(column) { $0.reduce(0) { $0 + $1 * $1 } }
      return squares > 0 ? 1 / squares.squareRoot() : 0
    }
    var factor = matrix.scaled(columns: scales)
    var places = Array(repeating: blasint(0), count: count)
    var reflections = Array(repeating: 0.0, count: count)
    if count > 0 { PivotedQR.factorise(&factor, &places, &reflections) }
    let tolerance = Double(matrix.rows) * Double.ulpOfOne
    let rank = (0..<count).prefix {
      factor[$0, $0].magnitude > tolerance * max(factor[0, 0].magnitude, .leastNormalMagnitude)
    }.count
    guard rank == count else { throw .rankDeficient(rank: rank, columns: count) }
    self.factor = factor
    self.reflections = reflections
    pivots = places.map { Int($0) - 1 }
    reciprocalCondition = PivotedQR.reciprocalCondition(factor)
  }

  /// The X that minimises |A X − B|, column by column.
  func solve(_ rightSides: Matrix) -> Matrix {
    precondition(rightSides.rows == factor.rows, "rows agree")
    var solution = Matrix(rows: factor.columns, columns: rightSides.columns)
    guard factor.columns > 0, rightSides.columns > 0 else { return solution }
    var rotated = rightSides
    rotate(&rotated)
    let count = factor.columns
    for column in 0..<rightSides.columns {
      var values = Array(repeating: 0.0, count: count)
      for row in (0..<count).reversed() {
        let known = (row + 1..<count).reduce(0) { $0 + factor[row, $1] * values[$1] }
        values[row] = (rotated[row, column] - known) / factor[row, row]
      }
      for (place, pivot) in pivots.enumerated() {
        solution[pivot, column] = values[place] * scales[pivot]
      }
    }
    return solution
  }

  private static func factorise(
    _ factor: inout Matrix, _ places: inout [blasint], _ reflections: inout [Double]
  ) {
    var rows = blasint(factor.rows)
    var columns = blasint(factor.columns)
    var leading = max(rows, 1)
    var workCount = blasint(34 * (factor.columns + 1))
    var work = Array(repeating: 0.0, count: Int(workCount))
    var info = blasint(0)
    factor.withMutableElements { elements in
      dgeqp3_(
        &rows, &columns, elements.baseAddress, &leading, &places, &reflections, &work, &workCount,
        &info)
    }
    precondition(info == 0, "the arguments are LAPACK's")
  }

  /// Q' B in place.
  private func rotate(_ sides: inout Matrix) {
    var rows = blasint(factor.rows)
    var count = blasint(sides.columns)
    var reflectionCount = blasint(factor.columns)
    var leading = max(rows, 1)
    var workCount = blasint(34 * max(sides.columns, 1))
    var work = Array(repeating: 0.0, count: Int(workCount))
    var info = blasint(0)
    sides.withMutableElements { target in
      factor.withElements { elements in
        var leadingOfSides = leading
        dormqr_(
          "L", "T", &rows, &count, &reflectionCount, elements.baseAddress, &leading, reflections,
          target.baseAddress, &leadingOfSides, &work, &workCount, &info, 1, 1)
      }
    }
    precondition(info == 0, "the arguments are LAPACK's")
  }

  private static func reciprocalCondition(_ factor: Matrix) -> Double {
    guard factor.columns > 0 else { return 1 }
    var order = blasint(factor.columns)
    var leading = blasint(max(factor.rows, 1))
    var reciprocal = 0.0
    var work = Array(repeating: 0.0, count: 3 * factor.columns)
    var integers = Array(repeating: blasint(0), count: factor.columns)
    var info = blasint(0)
    factor.withElements { elements in
      dtrcon_(
        "1", "U", "N", &order, elements.baseAddress, &leading, &reciprocal, &work, &integers,
        &info, 1, 1, 1)
    }
    return reciprocal
  }
}
