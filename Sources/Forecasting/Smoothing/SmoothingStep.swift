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
    let size = gradient.count
    let free = (0..<size).filter { isFree[$0] }
    let count = free.count
    var factor = Array(repeating: 0.0, count: count * count)
    var right = Array(repeating: 0.0, count: count)
    for (row, own) in free.enumerated() {
      var sum = -gradient[own]
      for other in 0..<size where !isFree[other] {
        sum -= hessian[own * size + other] * step[other]
      }
      for column in 0...row {
        var element = hessian[own * size + free[column]]
        if column == row { element *= 1 + damping }
        for earlier in 0..<column {
          element -= factor[row * count + earlier] * factor[column * count + earlier]
        }
        if column < row {
          factor[row * count + column] = element / factor[column * count + column]
        } else {
          // A coordinate that moves nothing, up to rounding, keeps its place.
          guard element > 1e-14 * hessian[own * size + own] else { return false }
          factor[row * count + row] = element.squareRoot()
        }
      }
      for earlier in 0..<row { sum -= factor[row * count + earlier] * right[earlier] }
      right[row] = sum / factor[row * count + row]
    }
    for row in (0..<count).reversed() {
      for later in row + 1..<max(count, row + 1) {
        right[row] -= factor[later * count + row] * right[later]
      }
      right[row] /= factor[row * count + row]
      step[free[row]] = right[row]
    }
    return right.allSatisfy(\.isFinite)
  }
}
