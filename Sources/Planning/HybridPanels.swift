internal import Forecasting
internal import Inventory
internal import LinearAlgebra

/// One history that the hybrid is asked to forecast.
struct PanelColumn {
  let history: NodeHistory
  /// The column towards which this one is drawn.
  let parent: Int?
  /// The columns of the sums that hold this one: a step of the level shows best in one of them.
  var sums: [Int] = []
  /// Leads (0 is the first) at which nothing is sold.
  let closures: [Int]
  /// Columns of one family stand in one panel; nil is the family of all sums over items.
  let family: Int?

  /// Without its last buckets, and without closures: what was closed is masked.
  func cut(by buckets: Int) -> PanelColumn {
    PanelColumn(
      history: NodeHistory(
        start: history.start, values: Array(history.values.dropLast(buckets))),
      parent: parent, closures: [], family: family)
  }
}

/// Many columns, forecast panel by panel so that memory does not grow with their number.
///
/// Panels are cut by family and number alone, never by the number of processors: results must not
/// depend on the machine. A panel also holds what its columns are drawn towards, and their sums.
struct HybridPanels {
  /// At most so many columns of their own stand in a panel, unless they are of one family. Every
  /// panel pays for its own eigendecompositions, one per beginning of a history; eight or more let
  /// several machines share the work.
  static func columnLimit(of count: Int) -> Int { min(max(count / 8, 256), 4096) }

  let window: FeatureWindow
  let features: FeatureTable
  let horizon: Int
  /// Buckets whose errors forecasts bring along.
  var keptErrors = 0
  /// Per column, coefficients that stand instead of a fit; empty for none.
  var given: [[Double]?] = []

  /// The answers of a panel's own columns, in their order.
  func forecast(_ panel: Panel, of columns: [PanelColumn]) throws -> [Hybrid.Forecast?] {
    try task(panel, of: columns).answer().forecasts
  }

  /// Per column of its own, how far forecasts from each of the last buckets were off, by lead.
  func trialErrors(
    _ panel: Panel, of columns: [PanelColumn], buckets: Int
  ) throws -> [[Hybrid.TrialError]?] {
    try task(panel, of: columns).trialErrors(buckets: buckets)
  }

  /// A panel as numbers alone.
  func task(_ panel: Panel, of columns: [PanelColumn]) -> ShardTask {
    ShardTask(
      input(columns, panel.all, design), own: panel.own.count,
      bucketIsWeek: window.grid.bucket == .week, keptErrors: keptErrors)
  }

  private var design: Matrix {
    Matrix(rows: features.rows, columns: features.columnCount, storage: features.values)
  }

  private func input(
    _ columns: [PanelColumn], _ chosen: [Int], _ design: Matrix
  ) -> Hybrid.Panel {
    let count = window.historyCount
    let first = window.positions.lowerBound
    var storage = [Double](repeating: .nan, count: count * chosen.count)
    storage.withUnsafeMutableBufferPointer { target in
      for (place, column) in chosen.enumerated() {
        let history = columns[column].history
        let shift = place * count + history.start - first
        for (offset, value) in history.values.enumerated() { target[shift + offset] = value }
      }
    }
    let placeOf = Dictionary(
      chosen.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    return Hybrid.Panel(
      observations: Matrix(rows: count, columns: chosen.count, storage: storage),
      features: design, penalties: features.penalties,
      parents: chosen.map { columns[$0].parent.flatMap { placeOf[$0] } },
      closures: chosen.map { columns[$0].closures }, season: window.grid.bucket.season,
      year: window.grid.bucket.wholeYear, horizon: horizon,
      sums: chosen.map { columns[$0].sums.compactMap { placeOf[$0] } },
      given: given.isEmpty ? nil : chosen.map { given[$0] })
  }

  /// The same calendar as it was some buckets ago; nil where too little history is left.
  func before(_ buckets: Int) -> HybridPanels? {
    let count = window.historyCount - buckets
    guard count >= 2 * horizon else { return nil }
    let rows = count + horizon
    let groups = features.groups.map { group in
      FeatureTable.Group(
        kind: group.kind, name: group.name, penalty: group.penalty,
        columns: group.columns.map { Array($0.prefix(rows)) })
    }
    let first = window.positions.lowerBound
    return HybridPanels(
      window: FeatureWindow(
        grid: window.grid, positions: first..<first + rows, historyCount: count),
      features: FeatureTable(groups: groups, rows: rows), horizon: horizon)
  }

  struct Panel {
    /// Columns whose answers are taken from this panel.
    let own: [Int]
    /// Those, then what they are drawn towards and summed up in.
    let all: [Int]
  }

  /// The panels into which columns are cut; each column is one's own.
  static func panels(of columns: [PanelColumn]) -> [Panel] {
    let limit = columnLimit(of: columns.count)
    var families: [Int: [Int]] = [:]
    for (position, column) in columns.enumerated() {
      families[column.family ?? -1, default: []].append(position)
    }
    var groups: [[Int]] = []
    for (_, members) in families.sorted(by: { $0.key < $1.key }) {
      if let last = groups.last, last.count + members.count <= limit {
        groups[groups.count - 1].append(contentsOf: members)
      } else {
        groups.append(members)
      }
    }
    return groups.map { own in
      var all = own
      var present = Set(own)
      var next = 0
      while next < all.count {
        let column = columns[all[next]]
        for needed in (column.parent.map { [$0] } ?? []) + column.sums
        where present.insert(needed).inserted {
          all.append(needed)
        }
        next += 1
      }
      return Panel(own: own, all: all)
    }
  }
}
