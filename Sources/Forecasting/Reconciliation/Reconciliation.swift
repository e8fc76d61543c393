public import LinearAlgebra

/// Forecasts of sums and of the series in them, made to agree by generalised least squares (MinT:
/// Wickramasuriya, Athanasopoulos and Hyndman 2019; with a diagonal W weighted least squares).
///
/// With base forecasts a of the sums and b of the bottoms, W the covariance of their errors and
/// C = (I, −S), the forecasts nearest to the base ones that add up are y − W C' x, where
///
///     C W C' x = a − S b
///
/// Only as many equations are solved as there are sums. Up to `denseLimit` of them by Cholesky,
/// more by conjugate gradients (Hestenes and Stiefel 1952), preconditioned by the diagonal: each
/// level's sums hold every bottom once, so that a few dozen steps do whatever the size.
public enum Reconciliation {
  /// Sums whose equations are set up and factored: n² numbers, n³ / 3 operations.
  public static let denseLimit = 512
  static let tolerance = 1e-10
  static let stepLimit = 2_000

  /// Why there is no reconciled forecast.
  public enum Failure: Error, Hashable, Sendable {
    /// Some of the sums say the same with certainty, or not finite numbers.
    case unsolvable(LinearAlgebraError)
    /// The relative residual that was left.
    case notConverged(residual: Double)
  }

  /// The bottoms, of which all sums follow. They can be negative where the base ones are near 0.
  ///
  /// - Parameters:
  ///   - sums: one row per sum, one column per lead: a.
  ///   - bottoms: one row per bottom: b.
  ///   - covariance: of the sums first, then of the bottoms. A sum of zero variance is certain.
  public static func bottoms(
    sums: Matrix, bottoms: Matrix, structure: SummingStructure, covariance: ErrorCovariance,
    denseLimit: Int = denseLimit
  ) throws(Failure) -> Matrix {
    precondition(sums.rows == structure.members.count, "one row per sum")
    precondition(sums.columns == bottoms.columns, "leads agree")
    precondition(
      covariance.diagonal.count == sums.rows + bottoms.rows, "one variance per sum and bottom")
    guard sums.rows > 0 else { return bottoms }
    var difference = sums
    difference.subtract(structure.sums(of: bottoms))
    let system = ReconciliationSystem(structure, covariance)
    let multipliers =
      sums.rows <= denseLimit ? try dense(system, difference) : try iterated(system, difference)
    var result = bottoms
    result.subtract(system.bottomCorrections(multipliers))
    return result
  }

  private static func dense(
    _ system: ReconciliationSystem, _ difference: Matrix
  ) throws(Failure) -> Matrix {
    do {
      return try CholeskyFactor(of: system.matrix()).solve(difference)
    } catch {
      throw .unsolvable(error)
    }
  }

  /// Conjugate gradients, lead by lead, on the system scaled to a diagonal of ones.
  private static func iterated(
    _ system: ReconciliationSystem, _ difference: Matrix
  ) throws(Failure) -> Matrix {
    let inverse = system.matrixDiagonal().map { $0 > 0 ? 1 / $0 : 0 }
    var solution = Matrix(rows: difference.rows, columns: difference.columns)
    for lead in 0..<difference.columns {
      var residual = difference.column(lead)
      var answer = residual.map { _ in 0.0 }
      var conditioned = product(inverse, residual)
      var direction = conditioned
      var size = dot(residual, conditioned)
      let goal = tolerance * tolerance * size
      var steps = 0
      while size > goal {
        let image = system.times(direction)
        let curvature = dot(direction, image)
        guard curvature > 0, curvature.isFinite, steps < stepLimit else {
          throw .notConverged(residual: (size / (goal / tolerance / tolerance)).squareRoot())
        }
        let length = size / curvature
        for index in answer.indices {
          answer[index] += length * direction[index]
          residual[index] -= length * image[index]
        }
        conditioned = product(inverse, residual)
        let next = dot(residual, conditioned)
        for index in direction.indices {
          direction[index] = conditioned[index] + next / size * direction[index]
        }
        size = next
        steps += 1
      }
      solution.withMutableColumn(lead) { column in
        for index in column.indices { column[index] = answer[index] }
      }
    }
    return solution
  }

  private static func dot(_ left: [Double], _ right: [Double]) -> Double {
    zip(left, right).reduce(0) { $0 + $1.0 * $1.1 }
  }

  private static func product(_ left: [Double], _ right: [Double]) -> [Double] {
    zip(left, right).map { $0 * $1 }
  }
}
