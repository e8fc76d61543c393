internal import Glibc
internal import Inventory

/// A level that outliers do not move: the median over weeks of what was sold relative to the usual
/// shape of a week.
///
/// With p_w the mean of weekday w over the mean, r_k = sum y / sum p over the known ordinary days of
/// week k; the level is the median of r_k, its scatter 1.4826 times the median distance from it,
/// at least that of a Poisson variable.
struct WeeklyLevel {
  /// Shares of a mean day, by position modulo 7.
  let profile: [Double]
  /// Units a day.
  let level: Double
  /// Of one week, relative to the level.
  let scatter: Double
  let weeks: Int

  /// - Parameter values: whole weeks; NaN where unknown or not ordinary.
  init?(_ values: [Double]) {
    guard let profile = WeeklyLevel.profile(of: values) else { return nil }
    var rates: [Double] = []
    for first in stride(from: 0, to: values.count - 6, by: 7) {
      if let rate = WeeklyLevel.rate(values[first..<first + 7], profile) { rates.append(rate) }
    }
    guard !rates.isEmpty else { return nil }
    self.profile = profile
    weeks = rates.count
    let level = WeeklyLevel.median(rates)
    self.level = level
    let spread = 1.4826 * WeeklyLevel.median(rates.map { abs($0 - level) })
    let week = max(7 * level, 1)
    scatter = max(level > 0 ? spread / level : 0, 1 / week.squareRoot())
  }

  /// Units a day of a stretch, relative to the usual shape of a week; nil with too little known.
  static func rate(_ values: some Collection<Double>, _ profile: [Double], least: Double = 2.5)
    -> Double?
  {
    var (sum, share) = (0.0, 0.0)
    for (place, value) in values.enumerated() where !value.isNaN {
      sum += value
      share += profile[place % 7]
    }
    return share >= least ? sum / share : nil
  }

  /// ln of a ratio, with an offset so that little against nothing is not infinite.
  static func logRatio(_ found: Double, _ expected: Double, offset: Double) -> Double {
    log((max(found, 0) + offset) / (max(expected, 0) + offset))
  }

  private static func profile(of values: [Double]) -> [Double]? {
    var sums = [Double](repeating: 0, count: 7)
    var counts = [Double](repeating: 0, count: 7)
    for (place, value) in values.enumerated() where !value.isNaN {
      sums[place % 7] += value
      counts[place % 7] += 1
    }
    let known = counts.reduce(0, +)
    guard known > 0 else { return nil }
    let mean = sums.reduce(0, +) / known
    guard mean > 0 else { return Array(repeating: 1, count: 7) }
    // Two ordinary days are added to each weekday, so that little is not taken for a shape.
    return zip(sums, counts).map { ($0 + 2 * mean) / (($1 + 2) * mean) }
  }

  static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count.isMultiple(of: 2)
      ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
  }
}
