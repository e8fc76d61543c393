/// The simplex search of Nelder and Mead (1965), Computer Journal 7, 308-313, with the standard
/// coefficients 1, 2, 1/2, 1/2; deterministic.
enum NelderMead {
  struct Minimum {
    var point: [Double]
    var value: Double
  }

  /// - Parameters:
  ///   - start: the first corner; each other one steps by `step` along one axis.
  ///   - tolerance: stop where the corners' values lie this close together.
  ///   - evaluations: stop after this many values.
  static func minimize(
    from start: [Double], step: Double, tolerance: Double, evaluations: Int,
    _ value: ([Double]) -> Double
  ) -> Minimum {
    var remaining = evaluations
    func evaluate(_ point: [Double]) -> Minimum {
      remaining -= 1
      let found = value(point)
      return Minimum(point: point, value: found.isNaN ? .infinity : found)
    }
    var corners = [evaluate(start)]
    for axis in start.indices {
      var point = start
      point[axis] += step
      corners.append(evaluate(point))
    }
    corners.sort { $0.value < $1.value }
    let last = start.count
    while remaining > 0, !(corners[last].value - corners[0].value <= tolerance) {
      let center = centroid(corners.dropLast())
      func moved(_ factor: Double) -> Minimum {
        evaluate(zip(center, corners[last].point).map { $0 + factor * ($0 - $1) })
      }
      let reflected = moved(1)
      if reflected.value < corners[0].value {
        let expanded = moved(2)
        corners[last] = expanded.value < reflected.value ? expanded : reflected
      } else if reflected.value < corners[last - 1].value {
        corners[last] = reflected
      } else {
        let outside = reflected.value < corners[last].value
        let contracted = moved(outside ? 0.5 : -0.5)
        if contracted.value < min(reflected.value, corners[last].value) {
          corners[last] = contracted
        } else {
          let best = corners[0].point
          for corner in 1...last {
            corners[corner] = evaluate(zip(corners[corner].point, best).map { 0.5 * ($0 + $1) })
          }
        }
      }
      corners.sort { $0.value < $1.value }
    }
    return corners[0]
  }

  private static func centroid(_ corners: ArraySlice<Minimum>) -> [Double] {
    let count = Double(corners.count)
    return (corners.first?.point.indices ?? 0..<0).map { axis in
      corners.reduce(0) { $0 + $1.point[axis] } / count
    }
  }
}
