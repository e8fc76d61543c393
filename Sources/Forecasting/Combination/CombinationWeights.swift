public import LinearAlgebra

/// How much each of several methods counts in a combined forecast, told from their past errors.
///
/// A weighted mean of methods that err differently errs less than the best of them (Bates and
/// Granger 1969, Operational Research Quarterly 20, 451-468). Weights fitted freely lose that gain
/// again to their own errors (Timmermann 2006, Handbook of Economic Forecasting 1, 135-196, section
/// 7), so these are not negative, sum to 1 and are drawn towards what was believed before.
public struct CombinationWeights: Hashable, Sendable {
  /// Subsets of the methods are tried one by one.
  public static let methodLimit = 8

  /// One weight per method, not negative, of sum 1.
  public let values: [Double]

  private init(_ values: [Double]) { self.values = values }

  /// Σ w_k f_k.
  public func mean(of forecasts: [Double]) -> Double {
    precondition(forecasts.count == values.count, "one forecast per method")
    return zip(values, forecasts).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// All alike.
  public static func equal(_ count: Int) -> CombinationWeights {
    precondition(count > 0, "something to combine")
    return CombinationWeights(Array(repeating: 1 / Double(count), count: count))
  }

  /// One method alone.
  public static func only(_ method: Int, of count: Int) -> CombinationWeights {
    precondition((0..<count).contains(method), "one of the methods")
    return CombinationWeights((0..<count).map { $0 == method ? 1 : 0 })
  }

  /// Given ones, scaled to a sum of 1; nil where they have none.
  public static func proportional(to shares: [Double]) -> CombinationWeights? {
    let sum = shares.reduce(0, +)
    guard sum > 0, sum.isFinite, shares.allSatisfy({ $0 >= 0 }) else { return nil }
    return CombinationWeights(shares.map { $0 / sum })
  }

  /// w_k in proportion to 1 / (mean squared error of k): the best weights where errors are not
  /// correlated (Bates and Granger 1969, their third method). A method without error takes all.
  public static func inverseError(meanSquares: [Double]) -> CombinationWeights? {
    guard meanSquares.allSatisfy({ $0 >= 0 }) else { return nil }
    let perfect = meanSquares.map { $0 == 0 ? 1.0 : 0 }
    return proportional(to: perfect.contains(1) ? perfect : meanSquares.map { 1 / $0 })
  }

  /// What the weights are fitted to: products of errors of methods i and j over past forecasts.
  public struct Evidence: Hashable, Sendable {
    /// methods × methods, Σ e_i e_j.
    public private(set) var products: Matrix
    public private(set) var count = 0.0

    public init(methods: Int) {
      precondition((1...methodLimit).contains(methods), "one to eight methods")
      products = Matrix(rows: methods, columns: methods)
    }

    /// One past bucket: each method's forecast less what came, on one scale for all series. One
    /// that is not finite is left out.
    public mutating func add(errors: [Double]) {
      precondition(errors.count == products.rows, "one error per method")
      guard errors.allSatisfy(\.isFinite) else { return }
      count += 1
      for row in errors.indices {
        for column in errors.indices { products[row, column] += errors[row] * errors[column] }
      }
    }

    /// Adds what other origins or series have shown.
    public mutating func add(_ other: Evidence) {
      precondition(other.products.rows == products.rows, "the same methods")
      count += other.count
      for row in 0..<products.rows {
        for column in 0..<products.rows { products[row, column] += other.products[row, column] }
      }
    }

    /// The mean squared error that a combination would have had.
    public func meanSquare(of weights: CombinationWeights) -> Double {
      let sum = (0..<products.rows).reduce(0.0) { sum, row in
        (0..<products.rows).reduce(sum) {
          $0 + weights.values[row] * weights.values[$1] * products[row, $1]
        }
      }
      return count > 0 ? sum / count : 0
    }

    /// Mean squared errors.
    public var meanSquares: [Double] {
      (0..<products.rows).map { count > 0 ? products[$0, $0] / count : 0 }
    }
  }

  /// The w >= 0 of sum 1 that minimises the combination's squared error and its distance from what
  /// was believed before:
  ///
  ///     w'(M + κ m̄ I) w − 2 κ m̄ w'prior,    M_ij = mean e_i e_j,  m̄ = mean M_ii
  ///
  /// Found exactly: for each subset of the methods the best weights of sum 1, and of those that are
  /// not negative the best. With κ = 0 it is constrained least squares, with κ without bound it is
  /// the prior. Without evidence it is the prior too.
  public static func leastSquares(
    _ evidence: Evidence, prior: CombinationWeights, strength: Double
  ) -> CombinationWeights {
    let count = evidence.products.rows
    precondition(prior.values.count == count, "one prior weight per method")
    precondition(strength >= 0 && strength.isFinite, "strength is not negative")
    let mean = evidence.meanSquares.reduce(0, +) / Double(count)
    guard evidence.count > 0, mean > 0, mean.isFinite else { return prior }
    let pull = strength * mean
    var quadratic = evidence.products
    for row in 0..<count {
      for column in 0..<count { quadratic[row, column] /= evidence.count }
      quadratic[row, row] += pull
    }
    let target = prior.values.map { $0 * pull }
    let cost = { (weights: [Double]) -> Double in
      (0..<count).reduce(0) { sum, row in
        let image = (0..<count).reduce(0) { $0 + quadratic[row, $1] * weights[$1] }
        return sum + weights[row] * (image - 2 * target[row])
      }
    }
    let candidates = (1..<1 << count).compactMap { subset in
      best(of: (0..<count).filter { subset & 1 << $0 != 0 }, quadratic, target)
    }
    return candidates.min { cost($0) < cost($1) }.map(CombinationWeights.init) ?? prior
  }

  /// With Q w − t = ν 1 and 1'w = 1 over the methods of a subset: nil where a weight is negative or
  /// the methods say the same.
  private static func best(
    of subset: [Int], _ quadratic: Matrix, _ target: [Double]
  ) -> [Double]? {
    if let only = subset.first, subset.count == 1 {
      return CombinationWeights.only(only, of: target.count).values
    }
    var system = Matrix(rows: subset.count, columns: subset.count)
    var sides = Matrix(rows: subset.count, columns: 2)
    for (row, method) in subset.enumerated() {
      for (column, other) in subset.enumerated() {
        system[row, column] = quadratic[method, other]
      }
      sides[row, 0] = target[method]
      sides[row, 1] = 1
    }
    let solved: Matrix
    do { solved = try CholeskyFactor(of: system).solve(sides) } catch {
      // Methods that say the same stand in a smaller subset, too.
      return nil
    }
    let own = solved.column(0).reduce(0, +)
    let ones = solved.column(1).reduce(0, +)
    guard ones > 0 else { return nil }
    var weights = Array(repeating: 0.0, count: target.count)
    for (row, method) in subset.enumerated() {
      weights[method] = solved[row, 0] + (1 - own) / ones * solved[row, 1]
    }
    return weights.allSatisfy { $0 >= 0 } ? weights : nil
  }
}
