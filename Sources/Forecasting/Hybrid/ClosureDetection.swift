/// Finds days that are not demand without being marked: closures nobody recorded.
enum ClosureDetection {
  static let reach = 28
  static let fewestInWindow = 10
  static let fraction = 0.15
  static let surprise = 5.0

  /// The days with y < 0.15 × the median of the 57 days around them (NaN skipped, at least 10).
  ///
  /// A count can be that low by chance where few are sold: P(0) is 13 % at a mean of 2. So the drop
  /// on the square-root scale must also exceed five robust standard deviations of the change
  /// from one season to the next, which leaves departments' closures in and chance out.
  ///
  /// Cost: one comparison a day, 57 where a day is below 0.15 of the maximum, and a selection among
  /// 57 where half of them are high enough: a third of a run went into medians that were too low.
  static func closures(in values: [Double], season: Int) -> [Int] {
    let largest = values.reduce(0) { $1 > $0 && $1.isFinite ? $1 : $0 }
    guard largest > 0 else { return [] }
    let candidates = values.indices.filter { values[$0] < fraction * largest }
    guard !candidates.isEmpty else { return [] }
    let noise = seasonalNoise(values, season: season)
    var found: [Int] = []
    withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * reach + 1) { window in
      for day in candidates {
        let least = leastMedian(below: values[day], noise: noise)
        guard mayExceed(least, around: day, in: values) else { continue }
        let median = median(around: day, in: values, workspace: window)
        let drop = max(median, 0).squareRoot() - max(values[day], 0).squareRoot()
        if values[day] < fraction * median, drop > surprise * noise { found.append(day) }
      }
    }
    return found
  }

  /// What the median must exceed for a day to be a closure; a little less, because of rounding.
  private static func leastMedian(below value: Double, noise: Double) -> Double {
    let root = max(value, 0).squareRoot() + surprise * noise
    return max(value / fraction, root * root) * (1 - 1e-9)
  }

  /// False where fewer than half of the days around one exceed a limit: then their median does not.
  private static func mayExceed(_ limit: Double, around day: Int, in values: [Double]) -> Bool {
    let window = max(0, day - reach)...min(values.count - 1, day + reach)
    return values.withUnsafeBufferPointer { values in
      var (finite, above) = (0, 0)
      for index in window {
        finite += values[index].isFinite ? 1 : 0
        above += values[index] > limit ? 1 : 0
      }
      return 2 * above >= finite
    }
  }

  private static func median(
    around day: Int, in values: [Double],
    workspace: UnsafeMutableBufferPointer<Double>
  ) -> Double {
    var count = 0
    for index in max(0, day - reach)...min(values.count - 1, day + reach)
    where values[index].isFinite {
      workspace[count] = values[index]
      count += 1
    }
    guard count >= fewestInWindow else { return .nan }
    return Selection.median(
      reordering: UnsafeMutableBufferPointer(rebasing: workspace[..<count]))
  }

  /// 1.4826 × median |change of sqrt(y) over one season| / sqrt(2).
  private static func seasonalNoise(
    _ values: [Double], season: Int
  ) -> Double {
    guard values.count > season else { return 0 }
    let changes = (season..<values.count).compactMap { index -> Double? in
      let change = max(values[index], 0).squareRoot() - max(values[index - season], 0).squareRoot()
      return values[index].isFinite && values[index - season].isFinite ? change.magnitude : nil
    }
    guard !changes.isEmpty else { return 0 }
    return 1.4826 * Selection.median(changes) / 2.0.squareRoot()
  }
}
