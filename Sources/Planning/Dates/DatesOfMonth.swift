internal import Inventory

/// Whether the dates of the month sell each in its own way, as where wages or benefits are paid on
/// fixed dates that nobody wrote down.
///
/// Waves over the month cannot follow single dates; 31 columns can, but cost 2 % where there is
/// nothing to follow. So they are given where the analysis of variance of the surprises by date
/// says that they are not alike: F > 3 over two years at least, which chance all but never reaches
/// (with 30 and many degrees of freedom F > 2 once in 1,000). With benefits on other dates in each
/// of three regions they are worth 6 %.
enum DatesOfMonth {
  static let leastRatio = 3.0
  /// A holiday counts as a large surprise, not for what it is.
  private static let most = 4.0

  /// What surprises tell of each date.
  private struct Analysis {
    /// By date from the first; the mean of all days is 0.
    var effects: [Double]
    /// Variance between dates over variance within.
    var ratio: Double
  }

  /// The surprises without what their date tells, where dates matter; nil where they do not.
  static func removed(from surprises: DaySurprises, grid: BucketGrid) -> DaySurprises? {
    guard let analysis = analysis(of: surprises, grid: grid), analysis.ratio > leastRatio else {
      return nil
    }
    var rest = surprises
    for offset in rest.values.indices {
      rest.values[offset] -= analysis.effects[date(of: offset, surprises, grid)]
    }
    return rest
  }

  /// Nil where there is too little to tell.
  private static func analysis(of surprises: DaySurprises, grid: BucketGrid) -> Analysis? {
    var counts = [Double](repeating: 0, count: 31)
    var sums = counts
    var squares = 0.0
    for (offset, value) in surprises.values.enumerated() where !value.isNaN {
      let date = date(of: offset, surprises, grid)
      let clipped = min(max(value, -most), most)
      counts[date] += 1
      sums[date] += clipped
      squares += clipped * clipped
    }
    let count = counts.reduce(0, +)
    guard count >= 2 * 365, counts.allSatisfy({ $0 > 0 }) else { return nil }
    let mean = sums.reduce(0, +) / count
    let explained = zip(sums, counts).reduce(0) { $0 + $1.0 * $1.0 / $1.1 }
    let between = (explained - count * mean * mean) / 30
    let within = (squares - explained) / (count - 31)
    guard within > 0 else { return nil }
    return Analysis(
      effects: zip(sums, counts).map { $0 / $1 - mean }, ratio: between / within)
  }

  /// From 0.
  private static func date(of offset: Int, _ surprises: DaySurprises, _ grid: BucketGrid) -> Int {
    grid.name(at: surprises.start + offset).civil.day - 1
  }

  /// A column for each date.
  static func group(_ window: FeatureWindow) -> FeatureTable.Group {
    let dates = window.positions.map { window.grid.firstDay(at: $0).civil.day }
    return FeatureTable.Group(
      kind: .dayOfMonth, name: "date", penalty: 1,
      columns: (1...31).map { date in dates.map { $0 == date ? 1 : 0 } })
  }
}
