import Glibc

/// One damped step of Gauss and Newton.
struct SmoothingStep {
  var coordinates: [Double]
  /// How much log likelihood the quadratic model promises.
  var gain: Double

  /// Nil where the damped Hessian is not positive.
  init?(
    _ estimate: SmoothingEstimation.Estimate, bounds: [ClosedRange<Double>], damping: Double,
    count: Int
  ) {
    let (gradient, hessian) = estimate.sums.normalEquations(count: count)
    let size = gradient.count
    var step = Array(repeating: 0.0, count: size)
    var isFree = Array(repeating: true, count: size)
    for (index, range) in bounds.enumerated() {
      let place = estimate.coordinates[index]
      let pushedOut =
        place <= range.lowerBound && gradient[index] >= 0
        || place >= range.upperBound && gradient[index] <= 0
      if pushedOut { isFree[index] = false }
    }
    var isInside = false
    while !isInside {
      guard
        SmoothingStep.solve(
          &step, isFree: isFree, gradient: gradient, hessian: hessian, damping: damping)
      else { return nil }
      isInside = true
      for (index, range) in bounds.enumerated() where isFree[index] {
        let target = estimate.coordinates[index] + step[index]
        guard !range.contains(target) else { continue }
        step[index] =
          min(max(target, range.lowerBound), range.upperBound) - estimate.coordinates[index]
        isFree[index] = false
        isInside = false
      }
    }
    coordinates = zip(estimate.coordinates, step).map { $0 + $1 }
    for (index, range) in bounds.enumerated() {
      coordinates[index] = min(max(coordinates[index], range.lowerBound), range.upperBound)
    }
    var change = 0.0
    for row in 0..<size {
      var product = 2 * gradient[row]
      for column in 0..<size { product += hessian[row * size + column] * step[column] }
      change += product * step[row]
    }
    let squares = estimate.sums.squares
    guard change.isFinite else { return nil }
    gain = -0.5 * Double(count) * log(max(squares + change, 1e-12 * squares) / squares)
  }

  /// Solves (H + damping diag H) step = −gradient for the free coordinates, the others' step given;
  /// false where the matrix is not positive.
  private static func solve(
    _ step: inout [Double], isFree: [Bool], gradient: [Double], hessian: [Double], damping: Double
  ) -> Bool {
    let size = step.count
    let free = (0..<size).filter { isFree[$0] }
    var right = free.map { own in
      (0..<size).reduce(-gradient[own]) {
        isFree[$1] ? $0 : $0 - hessian[own * size + $1] * step[$1]
      }
    }
    // Without bounds checks this takes half as long, and short series spend their time here.
    let isSolved = hessian.withUnsafeBufferPointer { hessian in
      right.withUnsafeMutableBufferPointer { right in
        withUnsafeTemporaryAllocation(of: Double.self, capacity: free.count * free.count) {
          guard factor(hessian, size, free, damping: damping, into: $0) else { return false }
          substitute($0, into: right)
          return true
        }
      }
    }
    for (own, change) in zip(free, right) { step[own] = change }
    return isSolved && right.allSatisfy(\.isFinite)
  }

  /// The lower factor of Cholesky, row by row.
  private static func factor(
    _ hessian: UnsafeBufferPointer<Double>, _ size: Int, _ free: [Int], damping: Double,
    into factor: UnsafeMutableBufferPointer<Double>
  ) -> Bool {
    let count = free.count
    for row in 0..<count {
      for column in 0...row {
        var element = hessian[free[row] * size + free[column]]
        if column == row { element *= 1 + damping }
        for earlier in 0..<column {
          element -= factor[row * count + earlier] * factor[column * count + earlier]
        }
        if column < row {
          factor[row * count + column] = element / factor[column * count + column]
        } else {
          // A coordinate that moves nothing, up to rounding, has no step of its own.
          guard element > 1e-14 * hessian[free[row] * size + free[row]] else { return false }
          factor[row * count + row] = element.squareRoot()
        }
      }
    }
    return true
  }

  private static func substitute(
    _ factor: UnsafeMutableBufferPointer<Double>, into right: UnsafeMutableBufferPointer<Double>
  ) {
    let count = right.count
    for row in 0..<count {
      for earlier in 0..<row { right[row] -= factor[row * count + earlier] * right[earlier] }
      right[row] /= factor[row * count + row]
    }
    for row in (0..<count).reversed() {
      for later in row + 1..<max(count, row + 1) {
        right[row] -= factor[later * count + row] * right[later]
      }
      right[row] /= factor[row * count + row]
    }
  }
}
