public import Inventory

/// Why a node's forecast is what it is: parts that add up to it, bucket by bucket.
///
/// The hybrid forecasts on the scale z of roots, where effects add. There the parts of a bucket are
/// z_1 + ... + z_k = z. In units the mean is U(z) = m ((1 + z/2)² + v/4), which bends, so that a
/// part's units depend on the others; they are taken along the straight line from 0 to z (the value
/// of Aumann and Shapley, 1974), which for this U gives each part the units z_i (U(z) − U(0)) / z.
/// They add up exactly to U(z), less the usual level m and the correction m v/4, which are parts of
/// their own. What acts on units (promotions, prices, closures, the scaling to a sum) follows, each
/// with the units it adds.
public struct Explanation: Sendable {
  public enum Kind: String, CaseIterable, Hashable, Sendable {
    /// The mean of the last year, the scale of everything else.
    case usual
    case level, slope
    case weekday
    case dayOfMonth = "day-of-month"
    case annual
    case weekdayByAnnual = "weekday-by-annual"
    case payday, event, promotion
    /// What was out of the ordinary a year ago.
    case echo
    /// The mean of a square lies above the square of the mean.
    case curvature
    /// The answer of a rung that is not the hybrid, whole.
    case rung
    case price
    case closure
    /// The scaling to a sum that is known better.
    case reconciliation
    /// The share of the forecast that was in use before.
    case blend
    /// What a lock says instead.
    case lock
  }

  public struct Part: Sendable {
    public let kind: Kind
    /// `annual`, `Easter`, `own smoothing`, ...
    public let name: String
    /// On the hybrid's scale, per bucket; nil for what acts on units.
    public let scaled: [Double]?
    /// Units per bucket.
    public let units: [Double]
  }

  public let node: Node
  public let tier: Tier
  /// Why this tier.
  public let reason: String
  /// The days that name the buckets.
  public let days: [Day]
  /// In the order in which they act. Their units add up to the mean, to a thousandth of a unit.
  public let parts: [Part]
}
