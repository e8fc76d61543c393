public import LinearAlgebra

/// Which sums some bottom series add up to: the rows of S above the identity, by position.
public struct SummingStructure: Sendable {
  public let bottomCount: Int
  /// Per sum, the positions of its bottoms, ascending.
  public let members: [[Int]]

  public init(bottomCount: Int, members: [[Int]]) {
    precondition(
      members.allSatisfy { $0.allSatisfy { $0 >= 0 && $0 < bottomCount } }, "members are bottoms")
    self.bottomCount = bottomCount
    self.members = members
  }

  /// S B: the sums of each column of bottoms. Cost: one addition per member and column.
  public func sums(of bottoms: Matrix) -> Matrix {
    precondition(bottoms.rows == bottomCount, "one row per bottom")
    var result = Matrix(rows: members.count, columns: bottoms.columns)
    for column in 0..<bottoms.columns {
      bottoms.withColumn(column) { values in
        result.withMutableColumn(column) { target in
          for (sum, members) in members.enumerated() {
            var total = 0.0
            for member in members { total += values[member] }
            target[sum] = total
          }
        }
      }
    }
    return result
  }

  /// S' X: each bottom gets what its sums hold.
  func spread(_ sums: Matrix) -> Matrix {
    precondition(sums.rows == members.count, "one row per sum")
    var result = Matrix(rows: bottomCount, columns: sums.columns)
    for column in 0..<sums.columns {
      sums.withColumn(column) { values in
        result.withMutableColumn(column) { target in
          for (sum, members) in members.enumerated() {
            for member in members { target[member] += values[sum] }
          }
        }
      }
    }
    return result
  }
}
