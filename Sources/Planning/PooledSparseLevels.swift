internal import Forecasting
internal import LinearAlgebra

/// Levels of many sparse series, learnt from what all of them did next.
///
/// Parts that sell on few months fade out or come up: what the next months bring is told better by
/// several exponentially weighted means together than by one. With l_1 ... l_4 such means of rates
/// .03, .1, .2 and .4, everything divided by sqrt(l_1 + .1) so that no series outweighs the rest,
/// one ridge regression over all series and past blocks of the horizon's length learns
///
///     mean demand of the next block ~ w_1 l_1 + ... + w_4 l_4,     50 |w - (0, 1, 0, 0)|^2
///
/// Measured on 2,509 spare parts, six months ahead: RMSSE .665, one level .686, never .669; the sum
/// comes out 10 % low, because parts that fade are believed more than parts that come up. For days
/// one level serves as well.
enum PooledSparseLevels {
  static let rates = [0.03, 0.1, 0.2, 0.4]
  static let prior = [0.0, 1, 0, 0]
  static let penalty = 50.0
  static let blocks = 24
  /// A block is learnt from where this much history stands before it.
  static let fewest = 12

  /// Units per bucket of each series ahead, not negative; nil where nothing can be learnt.
  static func levels(_ series: [PreparedSeries], horizon: Int) -> [Double]? {
    let count = rates.count
    var normal = Matrix(rows: count, columns: count)
    var right = Matrix(rows: count, columns: 1)
    var rows = 0
    var ends: [[Double]] = []
    for one in series {
      let states = bank(one.values)
      ends.append(states.last ?? Array(repeating: 0, count: count))
      for block in 1...blocks {
        let origin = one.values.count - block * horizon
        guard origin >= fewest else { break }
        let ahead = one.values[origin..<min(origin + horizon, one.values.count)]
        let known = ahead.filter { !$0.isNaN }
        guard !known.isEmpty else { continue }
        let state = states[origin - 1]
        let weight = 1 / (state[0] + 0.1)
        let target = known.reduce(0, +) / Double(known.count)
        rows += 1
        for row in 0..<count {
          right[row, 0] += weight * state[row] * target
          for column in 0..<count { normal[row, column] += weight * state[row] * state[column] }
        }
      }
    }
    guard rows >= 10 * count else { return nil }
    for row in 0..<count {
      normal[row, row] += penalty
      right[row, 0] += penalty * prior[row]
    }
    let weights: Matrix
    do { weights = try CholeskyFactor(of: normal).solve(right) } catch { return nil }
    return ends.map { state in
      max(0, (0..<count).reduce(0) { $0 + weights[$1, 0] * state[$1] })
    }
  }

  /// After each bucket, the exponentially weighted means of what is known until then.
  private static func bank(_ values: [Double]) -> [[Double]] {
    var sums = [Double](repeating: 0, count: rates.count)
    var weights = sums
    return values.map { value in
      for (place, rate) in rates.enumerated() where !value.isNaN {
        sums[place] = (1 - rate) * sums[place] + value
        weights[place] = (1 - rate) * weights[place] + 1
      }
      return zip(sums, weights).map { $1 > 0 ? $0 / $1 : 0 }
    }
  }
}
