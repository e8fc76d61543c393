internal import Inventory

/// What changes of series come to in the sums above them.
struct SumTallies {
  /// A series' day that became another.
  struct Change {
    let lead: Int
    let share: CellMixture.Share
    let run: Int
    /// Thousandths: what the earlier run said.
    let earlier: Int64
    /// New less old.
    let thousandths: Int64
  }

  struct Day {
    /// Series that changed.
    var members = 0
    var thousandths: Int64 = 0
    var earlier: Int64 = 0
    /// That of the first of them, and its run.
    var share: CellMixture.Share?
    var run = 0
    /// Whether all changed by one weight from one run.
    var isAlike = true
  }

  struct Tally {
    var members = 0
    var days: [Day]
  }

  private static let levels = Level.allCases.filter { $0 != .itemLocation }

  private var places: [Node: Int] = [:]
  private var tallies: [Tally] = []

  subscript(_ node: Node) -> Tally? { places[node].map { tallies[$0] } }

  /// Adds a series, changed or not, to all sums that hold it.
  mutating func add(_ changes: [Change], to series: Node, days: Int) {
    let own = Series(
      item: series.item, location: series.location, region: series.region,
      category: series.category)
    for level in SumTallies.levels {
      let place = place(of: Node(level, of: own), days: days)
      tallies[place].members += 1
      for change in changes { tallies[place].days[change.lead].add(change) }
    }
  }

  private mutating func place(of node: Node, days: Int) -> Int {
    if let place = places[node] { return place }
    places[node] = tallies.count
    tallies.append(Tally(days: Array(repeating: Day(), count: days)))
    return tallies.count - 1
  }
}

extension SumTallies.Day {
  fileprivate mutating func add(_ change: SumTallies.Change) {
    if let share {
      isAlike = isAlike && run == change.run && share.weight == change.share.weight
    } else {
      (share, run) = (change.share, change.run)
    }
    members += 1
    thousandths += change.thousandths
    earlier += change.earlier
  }
}
