/// What the numbers of a matrix, rather than its shape, can make impossible.
public enum LinearAlgebraError: Error, Hashable, Sendable {
  /// A factorisation was given NaN or an infinity.
  case notFinite
  /// The eigenvalue iteration left this many off-diagonal elements that did not converge.
  case notConverged(elements: Int)
  /// The leading minor of this order is not positive.
  case notPositiveDefinite(order: Int)
  /// Rounding alone moves the answer by as much as the answer's size: 1 over the condition number.
  case illConditioned(reciprocalCondition: Double)
  /// Only this many of the columns are independent to working precision.
  case rankDeficient(rank: Int, columns: Int)
}
