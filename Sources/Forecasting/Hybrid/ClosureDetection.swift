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
  /// Cost: one comparison a day, and a selection among 57 where a day is below 0.15 of the maximum.
  static func closures(in values: [Double], season: Int) -> [Int] {
    let largest = values.reduce(0) { $1 > $0 && $1.isFinite ? $1 : $0 }
    guard largest > 0 else { return [] }
    let candidates = values.indices.filter { values[$0] < fraction * largest }
    guard !candidates.isEmpty else { return [] }
    let noise = seasonalNoise(values, season: season)
    var found: [Int] = []
    withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * reach + 1) { window in
      for day in candidates {
        let median = median(around: day, in: values, workspace: window)
        let drop = max(median, 0).squareRoot() - max(values[day], 0).squareRoot()
        if values[day] < fraction * median, drop > surprise * noise { found.append(day) }
      }
    }
    return found
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
