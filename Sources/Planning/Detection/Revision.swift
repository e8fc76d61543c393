internal import Forecasting
internal import Inventory

/// The forecast against the previous run's, over the ordinary days that both cover.
///
/// churn = sum |new - previous| / sum previous. A few more days of data may revise a forecast by a
/// part of its days' scatter, which is relatively smaller the larger the node:
///
///     limit = max(churn, churnScatters s sqrt(days))
///
/// where s is the standard deviation of one day in shares of its mean, as the previous forecast had
/// it, and days lie between the two origins.
struct RevisionRule {
  let limits: DetectionLimits

  /// Nil where the forecasts share too few days.
  func measured(_ outlook: NodeOutlook) -> Candidate? {
    guard let previous = outlook.previous else { return nil }
    var (new, old, change, days) = (0.0, 0.0, 0.0, 0.0)
    for (lead, mean) in outlook.forecast.means.prefix(RecentDemand.daysAhead).enumerated() {
      let day = outlook.origin + (lead + 1)
      let place = day - previous.firstDay
      guard outlook.isOrdinary(day), previous.means.indices.contains(place) else { continue }
      let known = Double(previous.means[place]) / 1000
      new += Double(mean) / 1000
      old += known
      change += abs(Double(mean) / 1000 - known)
      days += 1
    }
    guard days >= Double(limits.ordinaryDaysAhead),
      max(old, new) * 7 / days >= limits.smallestWeek
    else { return nil }
    let gap = Double(min(max(1, outlook.origin - previous.origin), RecentDemand.daysAhead))
    let scatter = previous.spread.relativeDeviation(mean: max(old / days, 1e-3))
    let churn = change / max(old, limits.smallestWeek * days / 7)
    return Candidate(
      node: outlook.node, expected: 7 * old / days, found: 7 * new / days,
      deviation: new < old ? -churn : churn,
      limit: max(limits.churn, limits.churnScatters * scatter * gap.squareRoot()))
  }
}

extension DemandSpread {
  /// The standard deviation of one bucket in shares of its mean, one bucket ahead.
  func relativeDeviation(mean: Double) -> Double {
    switch self {
    // dy / dz = sqrt(y scale).
    case .squareRoot(let scale, let deviation, _): deviation * (scale / mean).squareRoot()
    case .negativeBinomial(let dispersion): (dispersion / mean).squareRoot()
    case .certain: 1 / mean.squareRoot()
    }
  }
}
