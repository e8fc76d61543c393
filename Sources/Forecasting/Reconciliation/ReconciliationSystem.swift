import LinearAlgebra

/// C W C' with C = (I, −S) and W = F'F + diag(d): as a matrix, or as what it does to a vector.
struct ReconciliationSystem {
  private let structure: SummingStructure
  private let covariance: ErrorCovariance
  /// T × sums, F C': what the factor's errors lack to add up.
  private let gaps: Matrix
  private let sumCount: Int

  init(_ structure: SummingStructure, _ covariance: ErrorCovariance) {
    self.structure = structure
    self.covariance = covariance
    sumCount = structure.members.count
    let factor = covariance.factor
    var gaps = Matrix(rows: factor.rows, columns: sumCount)
    for (sum, members) in structure.members.enumerated() where factor.rows > 0 {
      gaps.withMutableColumn(sum) { target in
        factor.withColumn(sum) { errors in
          for row in target.indices { target[row] = errors[row] }
        }
        for member in members {
          factor.withColumn(structure.members.count + member) { errors in
            for row in target.indices { target[row] -= errors[row] }
          }
        }
      }
    }
    self.gaps = gaps
  }

  private func variance(ofBottom bottom: Int) -> Double {
    covariance.diagonal[sumCount + bottom]
  }

  /// C W C', sums × sums.
  func matrix() -> Matrix {
    var matrix = gaps.gram()
    var sumsOfBottom = Array(repeating: [Int](), count: structure.bottomCount)
    for (sum, members) in structure.members.enumerated() {
      matrix[sum, sum] += covariance.diagonal[sum]
      for member in members { sumsOfBottom[member].append(sum) }
    }
    for (bottom, sums) in sumsOfBottom.enumerated() {
      let variance = variance(ofBottom: bottom)
      for one in sums {
        for other in sums { matrix[one, other] += variance }
      }
    }
    return matrix
  }

  func matrixDiagonal() -> [Double] {
    structure.members.enumerated().map { sum, members in
      let own = gaps.withColumn(sum) { $0.reduce(0) { $0 + $1 * $1 } }
      return members.reduce(own + covariance.diagonal[sum]) { $0 + variance(ofBottom: $1) }
    }
  }

  /// C W C' x without the matrix. Cost: two additions per member, and 4 T per sum.
  func times(_ vector: [Double]) -> [Double] {
    var ofBottom = Array(repeating: 0.0, count: structure.bottomCount)
    for (sum, members) in structure.members.enumerated() {
      for member in members { ofBottom[member] += vector[sum] }
    }
    for bottom in ofBottom.indices { ofBottom[bottom] *= variance(ofBottom: bottom) }
    var image = structure.members.enumerated().map { sum, members in
      members.reduce(covariance.diagonal[sum] * vector[sum]) { $0 + ofBottom[$1] }
    }
    if gaps.rows > 0 {
      let column = Matrix(columns: [vector])
      let common = Matrix.product(gaps, transposed: true, Matrix.product(gaps, column))
      for sum in image.indices { image[sum] += common[sum, 0] }
    }
    return image
  }

  /// The rows of W C' x that belong to bottoms.
  func bottomCorrections(_ multipliers: Matrix) -> Matrix {
    var result = structure.spread(multipliers)
    for column in 0..<result.columns {
      result.withMutableColumn(column) { values in
        for bottom in values.indices { values[bottom] *= -variance(ofBottom: bottom) }
      }
    }
    if gaps.rows > 0 {
      let common = Matrix.product(gaps, multipliers)
      let factor = covariance.factor.selecting(
        columns: sumCount..<sumCount + structure.bottomCount)
      result.add(product: factor, transposed: true, common)
    }
    return result
  }
}
