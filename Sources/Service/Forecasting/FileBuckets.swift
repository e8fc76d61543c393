internal import Inventory
internal import Planning

/// From a file's rows to histories on one grid of buckets.
///
/// A first or last week or month that the file covers only in part is left out: it would read as a
/// fall in demand. It counts as covered when its outermost row is as near its edge as in the other
/// buckets, so that shops closed on Sundays keep their weeks.
struct FileBuckets {
  let histories: [DemandHistory]
  /// The day that names the last bucket.
  let origin: Day
  let partialCount: Int

  /// - Parameter isComplete: buckets without a row, inside a series or after its end, are zero
  ///   demand; otherwise they are missing.
  init(_ file: consuming DemandFile, bucket: Bucket, isComplete: Bool, name: String) throws {
    let days = file.days
    let grid = BucketGrid(bucket, following: days)
    let covered = FileBuckets.coveredBuckets(days, grid)
    guard !covered.isEmpty else { throw ForecastInputFailure.noCompleteBucket(file: name) }
    partialCount = Set(days.map { grid.position(of: $0) }).count { !covered.contains($0) }
    origin = grid.name(at: covered.upperBound - 1)
    var histories: [DemandHistory] = []
    for place in file.keys.indices {
      let (start, values) = FileBuckets.values(file.cells[place], grid, covered)
      guard var values, let known = values.firstIndex(where: { !$0.isNaN }) else { continue }
      if isComplete {
        values.append(
          contentsOf: repeatElement(.nan, count: covered.upperBound - start - values.count))
        for offset in known..<values.count where values[offset].isNaN { values[offset] = 0 }
      }
      histories.append(
        DemandHistory(series: file.series(place), start: grid.name(at: start), values: values))
    }
    guard !histories.isEmpty else { throw ForecastInputFailure.noCompleteBucket(file: name) }
    self.histories = histories
  }

  private static func values(
    _ cells: DemandFile.Cells, _ grid: BucketGrid, _ covered: Range<Int>
  ) -> (start: Int, values: [Double]?) {
    if grid.bucket == .day { return (Int(cells.firstDay), cells.daily) }
    var start = covered.upperBound
    var end = covered.lowerBound
    for row in cells.rows {
      let position = grid.position(of: Day(ordinal: row.day))
      guard covered.contains(position) else { continue }
      start = min(start, position)
      end = max(end, position + 1)
    }
    guard start < end else { return (start, nil) }
    var values = [Double](repeating: .nan, count: end - start)
    for row in cells.rows where !row.quantity.isNaN {
      let position = grid.position(of: Day(ordinal: row.day))
      guard covered.contains(position) else { continue }
      let known = values[position - start]
      values[position - start] = known.isNaN ? row.quantity : known + row.quantity
    }
    return (start, values)
  }

  /// The buckets from the first to the last that the file covers.
  private static func coveredBuckets(_ days: [Day], _ grid: BucketGrid) -> Range<Int> {
    var edges: [Int: (first: Day, last: Day)] = [:]
    for day in days {
      let position = grid.position(of: day)
      let known = edges[position] ?? (day, day)
      edges[position] = (min(known.first, day), max(known.last, day))
    }
    guard let first = edges.keys.min(), let last = edges.keys.max() else { return 0..<0 }
    let inner = edges.filter { $0.key != first && $0.key != last }
    let lateness = inner.map { $1.first - grid.firstDay(at: $0) }.max() ?? 0
    let earliness = inner.map { grid.firstDay(at: $0 + 1) - 1 - $1.last }.max() ?? 0
    var range = first..<last + 1
    guard grid.bucket != .day, grid.isSpread(over: days) else { return range }
    if let edge = edges[first], edge.first - grid.firstDay(at: first) > lateness {
      range = first + 1..<range.upperBound
    }
    if let edge = edges[last], grid.firstDay(at: last + 1) - 1 - edge.last > earliness {
      range = range.lowerBound..<max(range.lowerBound, last)
    }
    return range
  }
}

extension BucketGrid {
  /// Whether rows lie on days of their own, rather than each on the day that names its bucket.
  fileprivate func isSpread(over days: [Day]) -> Bool {
    days.contains { name(at: position(of: $0)) != $0 }
  }
}
