internal import Inventory

/// Columns known in advance, shared by all series, over history and horizon.
struct FeatureTable {
  /// Columns of one kind, penalised alike.
  struct Group {
    enum Kind: String {
      case weekday, dayOfMonth, annual, weekdayByAnnual, payday, event, promotion
    }
    let kind: Kind
    let name: String
    /// Factor on the ridge penalty: 1 for what is sharp, 10 for what is smooth.
    let penalty: Double
    /// Each as long as history and horizon together.
    let columns: [[Double]]
  }

  let groups: [Group]
  let rows: Int

  var columnCount: Int { groups.reduce(0) { $0 + $1.columns.count } }
  var penalties: [Double] {
    groups.flatMap { group in Array(repeating: group.penalty, count: group.columns.count) }
  }
  /// Column after column.
  var values: [Double] { groups.flatMap { $0.columns.flatMap { $0 } } }
}

/// Which buckets a feature table covers, and how much history stands behind it.
struct FeatureWindow {
  let grid: BucketGrid
  /// Positions of all buckets, history and horizon.
  let positions: Range<Int>
  /// How many of them are history.
  let historyCount: Int

  var historyYears: Double { Double(historyCount) / grid.bucket.perYear }
}

extension Bucket {
  /// Buckets in a Julian year.
  var perYear: Double {
    switch self {
    case .day: 365.25
    case .week: 365.25 / 7
    case .month: 12
    }
  }
}
