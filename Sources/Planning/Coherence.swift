/// Exact sums: the series' means are rounded once, to thousandths of a unit, and added as integers.
enum Coherence {
  static let thousandths = 1000.0

  /// - Parameters:
  ///   - means: units, per series and bucket, finite and not negative.
  ///   - members: the series of each node.
  /// - Returns: thousandths, per node and bucket.
  static func means(_ means: [[Double]], members: [[Int]], horizon: Int) -> [[Int64]] {
    let rounded = means.map { $0.map { Int64(($0 * thousandths).rounded()) } }
    return members.map { members in
      var sum = [Int64](repeating: 0, count: horizon)
      for member in members {
        for bucket in 0..<horizon { sum[bucket] += rounded[member][bucket] }
      }
      return sum
    }
  }
}
