public import Inventory

/// What was demanded at every node in the last thirteen months, as far as it is known: what the
/// forecasts of past origins are held against.
struct RecentActuals: Sendable {
  /// A year for the same season, and the weeks that are judged.
  static let days = 400

  /// The position after the last known day's; positions count days.
  let next: Int
  let hierarchy: Hierarchy
  let nodes: [Node: NodeHistory]
  /// The series' own nodes, in the order of their codes.
  let series: [Node]

  /// - Parameter origin: the last known day.
  init(_ histories: [DemandHistory], events: [CalendarEvent], origin: Day) {
    let first = origin - (RecentActuals.days - 1)
    let grid = BucketGrid(.day, namedBy: origin)
    let next = grid.position(of: origin) + 1
    let closed = ClosedDays(events.filter { $0.kind == .closed }, grid: grid)
    let recent = histories.compactMap { $0.cut(from: first, through: origin) }
    let bySeries = Dictionary(
      recent.map { ($0.series, $0) }, uniquingKeysWith: { first, _ in first })
    let hierarchy = Hierarchy(recent.map(\.series))
    let prepared = hierarchy.series.compactMap { one in
      bySeries[one].map { history in
        var prepared = PreparedSeries(history, grid: grid, next: next)
        let start = grid.position(of: history.start)
        prepared.mask(
          closed: closed.positions(for: one), stockouts: history.stockouts.map { $0 + start },
          season: 7, next: next, horizon: 0, perYear: 365)
        return prepared
      }
    }
    var nodes: [Node: NodeHistory] = [:]
    for (node, members) in zip(hierarchy.nodes, hierarchy.members) {
      nodes[node] = NodeHistory(sumOf: members.lazy.map { prepared[$0] }, next: next)
    }
    self.next = next
    self.hierarchy = hierarchy
    self.nodes = nodes
    series = hierarchy.levels.last.map { hierarchy.nodes(of: $0).map { hierarchy.nodes[$0] } } ?? []
  }

  /// The demand of the days after an origin; NaN where it is not known.
  func after(_ origin: Day, at node: NodeHistory, count: Int) -> [Double] {
    let offset = Int(origin.ordinal) + 1 - node.start
    return (offset..<offset + count).map {
      node.values.indices.contains($0) ? node.values[$0] : .nan
    }
  }

  /// The demand up to an origin.
  func through(_ origin: Day, at node: NodeHistory) -> [Double] {
    Array(node.values.prefix(max(0, Int(origin.ordinal) + 1 - node.start)))
  }
}

extension DemandHistory {
  /// The days of a range; nil where there are none.
  func cut(from first: Day, through last: Day) -> DemandHistory? {
    let lower = max(0, first - start)
    let upper = min(values.count, last - start + 1)
    guard lower < upper else { return nil }
    return DemandHistory(
      series: series, start: start + lower, values: Array(values[lower..<upper]),
      stockouts: stockouts.filter { (lower..<upper).contains($0) }.map { $0 - lower })
  }

  /// What was there to be seen on a day; nil where there was nothing yet.
  public func known(through last: Day) -> DemandHistory? { cut(from: start, through: last) }
}
