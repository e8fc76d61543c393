import Glibc
import LinearAlgebra

/// The regressors of one window of history, filtered, weighted and rotated so that ridge regression
/// on them is one division per coefficient.
///
/// With A = sqrt(w) · innovations(X) · P^(−1/2) and A'A = U D U', the columns of V = A U are
/// orthogonal with V'V = D. In the rotated coefficients γ = U' P^(1/2) β a ridge fit with penalty μ
/// is γ = V'b / (D + μ). Shared by all series; cost: L p² for the products, 9 p³ for the rotation.
struct RidgeDesign: Sendable {
  /// The first row of the window; it ends at the origin.
  let start: Int
  /// L, its buckets.
  let length: Int
  /// L square roots of the observations' weights.
  let rootWeights: [Double]
  /// N, the sum of the weights.
  let weight: Double
  /// p numbers P^(−1/2); 0 leaves a feature out.
  let inverseRootPenalties: [Double]
  /// p eigenvalues D, ascending, >= 0.
  let eigenvalues: [Double]
  /// p × p, U.
  let rotation: Matrix
  /// L × p, V.
  let rotated: Matrix
  /// X P^(−1/2) U of the first `head` rows of the window.
  let opening: Matrix
  /// X P^(−1/2) U of the H rows ahead.
  let ahead: Matrix

  init(
    _ panel: Hybrid.Panel, _ parameters: Hybrid.Parameters, _ window: HybridPlan.Window
  ) throws(Hybrid.Failure) {
    let start = window.start
    let end = panel.observations.rows
    let length = end - start
    self.start = start
    self.length = length
    let rootWeights = RidgeDesign.rootWeights(length: length, halfLife: parameters.halfLife)
    self.rootWeights = rootWeights
    weight = rootWeights.reduce(0) { $0 + $1 * $1 }
    let inverseRootPenalties = panel.penalties.map {
      window.dropsAnnual && $0 >= Hybrid.Panel.annualPenalty ? 0 : 1 / $0.squareRoot()
    }
    self.inverseRootPenalties = inverseRootPenalties
    let filtered = RidgeDesign.filtered(
      panel.features.selecting(rows: start..<end), parameters, rootWeights, inverseRootPenalties)
    let rotation: Matrix
    do {
      let eigen = try SymmetricEigenvalues(of: filtered.gram())
      eigenvalues = eigen.values.map { max($0, 0) }
      rotation = eigen.vectors
    } catch {
      throw .eigenvaluesNotConverged
    }
    self.rotation = rotation
    rotated = Matrix.product(filtered, rotation)
    let head = min(parameters.start, length)
    opening = RidgeDesign.rotated(
      panel.features.selecting(rows: start..<start + head), inverseRootPenalties, rotation)
    ahead = RidgeDesign.rotated(
      panel.features.selecting(rows: end..<end + panel.horizon), inverseRootPenalties, rotation)
  }

  /// A = sqrt(w) · innovations(X) · P^(−1/2), from X of the window.
  static func filtered(
    _ features: Matrix, _ parameters: Hybrid.Parameters, _ rootWeights: [Double],
    _ inverseRootPenalties: [Double]
  ) -> Matrix {
    var filtered = features
    for column in 0..<features.columns {
      let scale = inverseRootPenalties[column]
      filtered.withMutableColumn(column) { values in
        ExponentialFilter.innovations(
          of: values, rate: parameters.filter, start: parameters.start)
        for row in values.indices { values[row] *= scale * rootWeights[row] }
      }
    }
    return filtered
  }

  /// β = P^(−1/2) U γ, column by column.
  func coefficients(_ rotatedCoefficients: Matrix) -> Matrix {
    var result = Matrix.product(rotation, rotatedCoefficients)
    for column in 0..<result.columns {
      result.withMutableColumn(column) { values in
        for row in values.indices { values[row] *= inverseRootPenalties[row] }
      }
    }
    return result
  }

  /// γ = U' P^(1/2) β, column by column; features left out count as 0.
  func rotatedCoefficients(_ coefficients: Matrix) -> Matrix {
    var scaled = coefficients
    for column in 0..<scaled.columns {
      scaled.withMutableColumn(column) { values in
        for row in values.indices {
          let inverse = inverseRootPenalties[row]
          values[row] = inverse == 0 ? 0 : values[row] / inverse
        }
      }
    }
    return Matrix.product(rotation, transposed: true, scaled)
  }

  private static func rootWeights(length: Int, halfLife: Double?) -> [Double] {
    guard let halfLife else { return Array(repeating: 1, count: length) }
    return (0..<length).map { exp2(-Double(length - 1 - $0) / halfLife).squareRoot() }
  }

  private static func rotated(
    _ features: Matrix, _ inverseRootPenalties: [Double], _ rotation: Matrix
  ) -> Matrix {
    var scaled = features
    for column in 0..<scaled.columns {
      scaled.withMutableColumn(column) { values in
        for row in values.indices { values[row] *= inverseRootPenalties[column] }
      }
    }
    return Matrix.product(scaled, rotation)
  }
}
