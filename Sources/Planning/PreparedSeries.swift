internal import Inventory

/// A series' history on the grid, with what is not demand masked and remembered.
struct PreparedSeries {
  /// A bucket whose value is not the demand.
  struct Mask {
    enum Reason { case missing, stockout, closed }
    let offset: Int
    let reason: Reason
    /// What was probably wanted, in units; 0 where closed.
    let expected: Double
  }

  /// Units in a bucket above which nothing is demand, far beyond any quantity that is taken in:
  /// sums of thousandths stay within 64 bits, and no sum becomes infinite.
  static let largestDemand = 1e13

  let series: Series
  /// The position of the first bucket with a value; the origin's next where there is none.
  var start: Int
  /// Demand up to the origin; NaN where masked.
  var values: [Double]
  /// Ascending.
  var masks: [Mask] = []
  /// Positions ahead at which nothing is sold.
  var closedAhead: Set<Int> = []
  /// Buckets before this offset are the series' life; after it nothing was known for a year.
  var livedCount: Int

  /// Mean of the valid values of the last year: the series' usual share of a sum. 0 when it ended.
  var usualLevel: Double = 0

  /// Units in the last year's largest bucket, promotions included.
  var largest: Double = 0

  var ended: Bool { livedCount < values.count }

  /// Cuts the history at the origin, drops what precedes its first value and fills up with NaN.
  init(_ history: DemandHistory, grid: BucketGrid, next: Int) {
    series = history.series
    let first = grid.position(of: history.start)
    let known = max(0, min(history.values.count, next - first))
    let leading = history.values.prefix(known).firstIndex { !$0.isNaN } ?? known
    start = leading == known ? next : first + leading
    if leading == 0 && known == history.values.count {
      values = history.values
    } else {
      values = Array(history.values[leading..<known])
    }
    if known < next - first, leading < known {
      values.append(contentsOf: repeatElement(Double.nan, count: next - first - known))
    }
    if start == next { values = [] }
    livedCount = values.count
  }

  /// The last buckets before `offset` that carry a value of the same season phase, newest first.
  func recentValues(
    before offset: Int, season: Int, count: Int, accepting isAccepted: (Int) -> Bool = { _ in true }
  ) -> [Double] {
    var found: [Double] = []
    var position = offset - season
    while position >= 0, found.count < count {
      if !values[position].isNaN, isAccepted(position) { found.append(values[position]) }
      position -= season
    }
    return found
  }

  /// The mean of the last eight valid values of the same weekday; of any day, where there is none;
  /// of the next eight, at a series' beginning.
  func expectation(at offset: Int, season: Int, accepting isAccepted: (Int) -> Bool = { _ in true })
    -> Double
  {
    var sample = recentValues(before: offset, season: season, count: 8, accepting: isAccepted)
    if sample.isEmpty, season > 1 {
      sample = recentValues(before: offset, season: 1, count: 8, accepting: isAccepted)
    }
    if sample.isEmpty {
      for position in values.indices.dropFirst(offset + 1) where sample.count < 8 {
        if !values[position].isNaN, isAccepted(position) { sample.append(values[position]) }
      }
    }
    return sample.isEmpty ? 0 : sample.reduce(0, +) / Double(sample.count)
  }
}
