import Inventory

/// Levels at which a series is ordered and up to which, from sampled demand: the (R, s, S) policy
/// of Silver, Pyke & Thomas, "Inventory and Production Management in Supply Chains" (2017), ch. 6.
///
/// - reorder point s = the service level's quantile of demand over the protection interval;
/// - safety stock = s − mean demand over the protection interval, below zero where a long tail puts
///   the mean above that quantile;
/// - order-up-to level S = s + mean demand of one review period, taken as the protection interval's
///   daily mean times the review period, so that a review of a few days does not depend on which
///   weekdays they are.
///
/// Differs from the book's formula s = D(L + R) + k σ(L + R) in that the quantile is that of the
/// sampled totals, which are neither normal nor independent from day to day.
struct ReplenishmentLevels: Hashable, Sendable {
  let reorderPoint: Amount
  let safetyStock: Amount
  let orderUpTo: Amount

  /// - Parameter mean: demand over the interval, already rounded, so that reorder point − safety
  ///   stock is exactly the forecast shown beside it.
  init(
    mean: Amount, interval: ProtectionInterval, serviceLevel: Double, sample: ReplenishmentSample
  ) {
    reorderPoint = Amount(sample.quantile(serviceLevel))
    safetyStock = reorderPoint - mean
    let share = interval.days > 0 ? interval.reviewPeriodDays / interval.days : 0
    orderUpTo = reorderPoint + Amount(mean.value * share)
  }

  /// What to order now.
  ///
  /// Nothing while the position is above the reorder point, or where the order-up-to level is
  /// reached already. Otherwise the gap to that level, raised to the minimum order quantity, then
  /// up to a whole number of order multiples (whole units where the terms name none). All in exact
  /// thousandths: a gap of 24.000 in sixes is 24, not 30.
  func order(position: Amount, terms: Terms) -> Amount {
    let gap = orderUpTo - position
    guard position <= reorderPoint, gap > .zero else { return .zero }
    let wanted = max(gap, Amount(terms.minimumOrderQuantity ?? 0)).thousandths
    let multiple = max(1, Amount(terms.orderMultiple ?? 1).thousandths)
    return Amount(thousandths: (wanted + multiple - 1) / multiple * multiple)
  }
}
