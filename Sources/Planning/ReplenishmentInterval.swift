import Inventory

/// The days that an order placed today must cover: until the order after it can arrive.
///
/// With periodic review that is the lead time plus one review period (Silver, Pyke & Thomas,
/// "Inventory and Production Management in Supply Chains", 4th ed. 2017, ch. 6: the (R, s, S)
/// policy), counted from the day after the report's. Days may be fractional; the last day then
/// counts in part.
struct ProtectionInterval: Hashable, Sendable {
  /// Three years; no forecast says anything about more.
  static let longestDays = 1096.0
  /// Reports are made daily, so an item without a review period is reviewed every day.
  static let defaultReviewPeriodDays = 1.0

  let leadTimeDays: Double
  /// Standard deviation of the lead time.
  let deviationDays: Double
  let reviewPeriodDays: Double

  var days: Double { leadTimeDays + reviewPeriodDays }

  /// Nil when the terms know no lead time, or it and the review period pass `longestDays`.
  init?(_ terms: Terms) {
    guard let leadTimeDays = terms.leadTimeDays else { return nil }
    let reviewPeriodDays = terms.reviewPeriodDays ?? Self.defaultReviewPeriodDays
    let longest = leadTimeDays + reviewPeriodDays
    guard leadTimeDays >= 0, reviewPeriodDays >= 0, (0...Self.longestDays).contains(longest) else {
      return nil
    }
    self.leadTimeDays = leadTimeDays
    self.reviewPeriodDays = reviewPeriodDays
    deviationDays = max(0, terms.leadTimeDeviationDays ?? 0)
  }

  /// The interval when the lead time takes some days more (or, negative, less) than its mean.
  func days(lateBy shift: Int) -> Double {
    min(Self.longestDays, reviewPeriodDays + max(0, leadTimeDays + Double(shift)))
  }
}

/// Mean demand per day from the day after the report's, without an end.
///
/// After the forecast's last day it goes on with the mean of its last season (7 days, or all there
/// are): a weekly pattern repeated as its mean, so that a sum over whole weeks is the same.
struct DemandAhead: Sendable {
  static let season = 7

  /// Units per day that the forecast reaches.
  let known: [Double]
  /// Units per day after that.
  let continuation: Double

  /// - Parameters:
  ///   - means: thousandths of a unit per day from the day after the origin.
  ///   - skipped: days between the origin and the report, which lie in the past.
  init(means: [Int64], skipping skipped: Int) {
    let units = means.map { Double($0) / 1000 }
    let lastSeason = units.suffix(Self.season)
    continuation = lastSeason.isEmpty ? 0 : lastSeason.reduce(0, +) / Double(lastSeason.count)
    known = Array(units.dropFirst(max(0, skipped)))
  }

  init(known: [Double], continuation: Double) {
    self.known = known
    self.continuation = continuation
  }

  /// Days of an interval that lie beyond the forecast, the last one counted whole.
  func extensionDays(of days: Double) -> Int {
    max(0, Int(days.rounded(.up)) - known.count)
  }

  /// The means of the first days, the last of them scaled to its part.
  func means(days: Double) -> [Double] {
    guard days > 0 else { return [] }
    let count = Int(days.rounded(.up))
    var means = Array(known.prefix(count))
    means.append(contentsOf: repeatElement(continuation, count: count - means.count))
    means[count - 1] *= days - Double(count - 1)
    return means
  }

  func total(days: Double) -> Double { means(days: days).reduce(0, +) }

  /// Days until the mean demand has consumed an amount; within a day demand is even.
  ///
  /// Zero when there is nothing to consume, `limit` when it lasts at least as long.
  func daysUntilConsumed(_ units: Double, limit: Double) -> Double {
    guard units > 0 else { return 0 }
    var left = units
    for (day, mean) in known.enumerated() {
      if left <= mean { return min(limit, Double(day) + left / mean) }
      left -= mean
    }
    guard continuation > 0 else { return limit }
    return min(limit, Double(known.count) + left / continuation)
  }
}

/// The stretch of days over which a line adds up demand: the protection interval, or without one
/// the days the forecast reaches, up to the horizon.
struct DemandWindow: Sendable {
  let ahead: DemandAhead
  let interval: ProtectionInterval?
  let days: Double

  init(_ ahead: DemandAhead, interval: ProtectionInterval?, horizon: Int) {
    self.ahead = ahead
    self.interval = interval
    let reach = ahead.known.isEmpty ? horizon : min(horizon, ahead.known.count)
    days = interval?.days ?? Double(reach)
  }

  var deviationDays: Double { interval?.deviationDays ?? 0 }

  func means(lateBy shift: Int) -> [Double] {
    ahead.means(days: interval?.days(lateBy: shift) ?? days)
  }
}
