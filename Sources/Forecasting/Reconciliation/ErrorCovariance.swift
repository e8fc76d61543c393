public import LinearAlgebra

/// W, the covariance of the nodes' forecast errors, as a diagonal and a factor of few rows:
///
///     W = F'F + diag(d)
///
/// A sample covariance of T errors of n nodes has rank T at most, so its shrinkage towards the
/// diagonal has this form exactly, and n × n numbers are never stored.
public struct ErrorCovariance: Sendable {
  /// T × n, F; no rows where errors are taken for uncorrelated.
  public let factor: Matrix
  /// n numbers d, not negative. A node of d = 0 and no F is certain and stays as it is.
  public let diagonal: [Double]
  /// λ, the share of the diagonal.
  public let intensity: Double

  /// Uncorrelated errors of these variances.
  public init(variances: [Double]) {
    precondition(variances.allSatisfy { $0 >= 0 && $0.isFinite }, "variances are not negative")
    factor = Matrix(rows: 0, columns: variances.count)
    diagonal = variances
    intensity = 1
  }

  /// The shrinkage estimator of Schäfer and Strimmer (2005, Statistical Applications in Genetics
  /// and Molecular Biology 4, 32), which MinT takes (Wickramasuriya, Athanasopoulos and Hyndman
  /// 2019, Journal of the American Statistical Association 114, 804-819, section 2.3):
  ///
  ///     W = λ diag(s²) + (1 − λ) E'E / T,    λ = Σ var(r_ij) / Σ r_ij², over all i ≠ j, in 0...1
  ///
  /// with s_i² = Σ e_i² / T, r the correlations and var(r_ij) = (Σ (z_i z_j)² / T − r_ij²) / T of
  /// z = e / s. Both sums are had without the pairs: Σ_ij Σ_t (z_ti z_tj)² = Σ_t (Σ_i z_ti²)², and
  /// Σ_ij r_ij² is the squared size of the T × T matrix Z Z' / T.
  ///
  /// - Parameters:
  ///   - errors: T × n, one-step errors in units, 0 where unknown; their mean is taken for 0.
  ///   - variances: of nodes whose column of errors holds nothing else than 0.
  /// Cost: T² n operations and T × n numbers.
  public init(shrinking errors: Matrix, variances: [Double]) {
    precondition(variances.count == errors.columns, "one variance per node")
    let count = Double(max(errors.rows, 1))
    let squares = (0..<errors.columns).map { column in
      errors.withColumn(column) { $0.reduce(0) { $0 + $1 * $1 } } / count
    }
    let scores = errors.scaled(columns: squares.map { $0 > 0 ? 1 / $0.squareRoot() : 0 })
    let intensity = ErrorCovariance.intensity(scores)
    self.intensity = intensity
    let share = ((1 - intensity) / count).squareRoot()
    factor = errors.scaled(columns: squares.map { _ in share })
    diagonal = zip(squares, variances).map { $0 > 0 ? intensity * $0 : max($1, 0) }
  }

  private static func intensity(_ scores: Matrix) -> Double {
    let length = scores.rows
    let count = Double(max(length, 1))
    let transposed = scores.transposed()
    let gram = transposed.gram()
    var correlations = 0.0
    for value in gram.storage { correlations += value * value }
    correlations /= count * count
    var products = 0.0
    for time in 0..<length { products += gram[time, time] * gram[time, time] }
    // The pairs of a node with itself: r = 1, Σ z⁴.
    var own = 0.0
    var nodes = 0.0
    for value in scores.storage { own += value * value * value * value }
    for column in 0..<scores.columns {
      nodes += scores.withColumn(column) { $0.contains { $0 != 0 } } ? 1 : 0
    }
    let pairs = correlations - nodes
    guard pairs > 0 else { return 1 }
    let variance = ((products - own) / count - pairs) / count
    return min(max(variance / pairs, 0), 1)
  }
}
