/// What a pass over a series sums up for one step of the estimation.
///
/// For relative errors e = (y − f) / f the log likelihood is −(n/2) log Σ e² − Σ log f: that of
/// residuals e exp(mean log f), whose derivatives are, up to that common factor, e' + e mean(f'/f).
struct SmoothingSums {
  /// Σ e².
  var squares: Double
  /// Σ log f; 0 for errors that are not relative.
  var logForecasts: Double
  /// Products of e and its derivatives, in this order: (1 + coordinates)², row by row; the lower
  /// triangle alone.
  var gram: [Double]
  /// Σ f' / f, per coordinate after a first 0.
  var logSlopes: [Double]

  var width: Int { logSlopes.count }

  /// Halves of the gradient and, after Gauss and Newton, of the Hessian of Σ (e exp(mean log f))²,
  /// over exp(mean log f)².
  func normalEquations(count: Int) -> (gradient: [Double], hessian: [Double]) {
    let size = width - 1
    let means = logSlopes.map { $0 / Double(count) }
    var gradient = Array(repeating: 0.0, count: size)
    var hessian = Array(repeating: 0.0, count: size * size)
    for row in 0..<size {
      let own = gram[(row + 1) * width]
      gradient[row] = own + squares * means[row + 1]
      for column in 0...row {
        let product =
          gram[(row + 1) * width + column + 1] + own * means[column + 1]
          + gram[(column + 1) * width] * means[row + 1]
          + squares * means[row + 1] * means[column + 1]
        hessian[row * size + column] = product
        hessian[column * size + row] = product
      }
    }
    return (gradient, hessian)
  }
}
