import LinearAlgebra

/// Which columns can be fitted, in which order and on which stretch of history.
struct HybridPlan {
  /// The stretch of history and the features that a design is made of.
  struct Window: Hashable {
    var start: Int
    var dropsAnnual: Bool
  }

  /// Columns that share a design and a grid of penalties.
  struct Group: Hashable {
    var window: Window
    var hasPrior: Bool
    var isShort: Bool
  }

  enum Treatment: Hashable {
    /// A fit of its own.
    case fitted(Group)
    /// The parent's coefficients and a level of its own.
    case borrowed
    /// Nothing to go by.
    case none
  }

  /// Per column.
  private(set) var treatments: [Treatment]
  private(set) var scales: [RootScale?]
  /// Units above which an observation is a wrong entry.
  private(set) var ceilings: [Double]
  /// Per column, the nearest ancestor that has coefficients.
  private(set) var priors: [Int?]
  /// Per column, the sums it is part of.
  let sums: [[Int]]
  /// Per column, whether others are part of it.
  let isSum: [Bool]
  /// Columns with a treatment, parents in an earlier stage than their children.
  private(set) var stages: [[Int]]

  init(_ panel: Hybrid.Panel, _ parameters: Hybrid.Parameters) throws(Hybrid.Failure) {
    let lines = try HybridPlan.ancestors(panel.parents)
    let depths = lines.map(\.count)
    let count = panel.observations.columns
    treatments = Array(repeating: .none, count: count)
    scales = Array(repeating: nil, count: count)
    priors = Array(repeating: nil, count: count)
    ceilings = Array(repeating: .infinity, count: count)
    stages = Array(repeating: [], count: (depths.max() ?? -1) + 1)
    sums = panel.sums ?? lines
    let all = Set(sums.joined())
    isSum = (0..<count).map(all.contains)
    for column in 0..<count { stages[depths[column]].append(column) }
    for column in stages.joined() {
      let ancestor = panel.parents[column].flatMap { treatments[$0] == .none ? priors[$0] : $0 }
      priors[column] = ancestor
      panel.observations.withColumn(column) { raw in
        ceilings[column] = DemandCeiling.ceiling(of: raw)
        let values = DemandCeiling.demand(in: raw, below: ceilings[column])
        scales[column] = RootScale(lastYearOf: values, year: panel.year)
        guard scales[column] != nil else { return }
        treatments[column] = HybridPlan.treatment(
          values, panel, parameters, hasPrior: ancestor != nil)
      }
    }
    for stage in stages.indices { stages[stage].removeAll { treatments[$0] == .none } }
  }

  private static func treatment(
    _ values: [Double], _ panel: Hybrid.Panel,
    _ parameters: Hybrid.Parameters, hasPrior: Bool
  ) -> Treatment {
    guard let first = values.firstIndex(where: \.isFinite) else { return .none }
    let known = values.reduce(0) { $1.isFinite ? $0 + 1 : $0 }
    guard known >= parameters.ownFit else {
      return hasPrior && known >= parameters.fewest ? .borrowed : .none
    }
    let span = values.count - first
    return .fitted(
      Group(
        window: Window(
          start: windowStart(span: span, of: values.count, quantum: 4 * panel.season),
          // With little more than a year, an annual term would fit one winter's chance.
          dropsAnnual: !hasPrior && span < parameters.annualFrom),
        hasPrior: hasPrior, isShort: span < 2 * panel.year))
  }

  /// The last stage that fits on each window.
  var lastUses: [Window: Int] {
    var uses: [Window: Int] = [:]
    for (stage, columns) in stages.enumerated() {
      for column in columns {
        if case .fitted(let group) = treatments[column] { uses[group.window] = stage }
      }
    }
    return uses
  }

  /// Windows start every few weeks, so that many series share one design. The gap this leaves at
  /// the head of a window, at most a quantum, is filled like any other.
  private static func windowStart(span: Int, of length: Int, quantum: Int) -> Int {
    max(0, length - (span + quantum - 1) / quantum * quantum)
  }

  /// Per column, its parent, the parent's parent and so on.
  private static func ancestors(_ parents: [Int?]) throws(Hybrid.Failure) -> [[Int]] {
    var lines: [[Int]] = []
    for column in parents.indices {
      var line: [Int] = []
      var place = column
      while let parent = parents[place] {
        guard line.count < parents.count else { throw .parentsInCircle(column: column) }
        line.append(parent)
        place = parent
      }
      lines.append(line)
    }
    return lines
  }
}
