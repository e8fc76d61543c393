import LinearAlgebra

/// Ridge coefficients of many series on one design, each with the penalty that generalised
/// cross-validation prefers (Golub, Heath and Wahba 1979, Technometrics 21, 215-223).
///
/// Series i takes the μ of the grid that minimises (RSS / N) / (1 − df / N)², with
/// df = Σ d / (d + μ), RSS = b'b − Σ (2h − h²) q² / d, h = d / (d + μ) and q = V'b, all of it after
/// its prior's part of b is taken away: with prior γ₀, q − dγ₀ stands for q and
/// b'b − 2 γ₀'q + Σ d γ₀² for b'b. The coefficients are γ₀ + (q − dγ₀) / (d + μ).
struct RidgeFit {
  /// p × b, γ.
  var coefficients: Matrix
  /// μ of each series.
  var penalties: [Double]
  var degreesOfFreedom: [Double]

  /// - Parameters:
  ///   - targets: L × b, the weighted innovations of the series.
  ///   - prior: p × b, γ₀; nil for 0.
  ///   - grid: candidates μ, ascending, > 0.
  /// Cost: 2 L p b operations for V'b, and 3 p b per candidate.
  init(design: RidgeDesign, targets: Matrix, prior: Matrix?, grid: [Double]) {
    let eigenvalues = design.eigenvalues
    let freedom = grid.map { penalty in
      eigenvalues.reduce(0) { $0 + $1 / ($1 + penalty) }
    }
    coefficients = Matrix.product(design.rotated, transposed: true, targets)
    penalties = []
    degreesOfFreedom = []
    for series in 0..<targets.columns {
      var squares = targets.withColumn(series) { $0.reduce(0) { $0 + $1 * $1 } }
      let anchor = prior?.column(series)
      coefficients.withMutableColumn(series) { projected in
        if let anchor {
          squares += RidgeFit.removePrior(anchor, from: projected, eigenvalues)
        }
        let choice = RidgeFit.choice(
          projected, eigenvalues, squares: squares, grid: grid, freedom: freedom,
          weight: design.weight)
        for index in projected.indices {
          projected[index] =
            projected[index] / (eigenvalues[index] + grid[choice])
            + (anchor?[index] ?? 0)
        }
        penalties.append(grid[choice])
        degreesOfFreedom.append(freedom[choice])
      }
    }
  }

  /// Puts given γ in the place of fitted ones.
  mutating func keep(_ given: [[Double]?]) {
    for (series, values) in given.enumerated() {
      guard let values else { continue }
      coefficients.withMutableColumn(series) { column in
        for index in column.indices { column[index] = values[index] }
      }
    }
  }

  /// q − dγ₀ in place; returns the change of b'b.
  private static func removePrior(
    _ anchor: [Double], from projected: UnsafeMutableBufferPointer<Double>,
    _ eigenvalues: [Double]
  ) -> Double {
    var change = 0.0
    for index in projected.indices {
      let part = eigenvalues[index] * anchor[index]
      change += anchor[index] * (part - 2 * projected[index])
      projected[index] -= part
    }
    return change
  }

  /// The position of the best penalty in the grid, the first of equals.
  private static func choice(
    _ projected: UnsafeMutableBufferPointer<Double>, _ eigenvalues: [Double], squares: Double,
    grid: [Double], freedom: [Double], weight: Double
  ) -> Int {
    var best = 0
    var least = Double.infinity
    for (candidate, penalty) in grid.enumerated() {
      var explained = 0.0
      for index in projected.indices {
        let eigenvalue = eigenvalues[index]
        let kept = eigenvalue / (eigenvalue + penalty)
        explained +=
          (2 * kept - kept * kept) / max(eigenvalue, 1e-12) * projected[index] * projected[index]
      }
      let room = 1 - freedom[candidate] / weight
      let score = (squares - explained) / weight / (room * room)
      if score < least {
        least = score
        best = candidate
      }
    }
    return best
  }
}
