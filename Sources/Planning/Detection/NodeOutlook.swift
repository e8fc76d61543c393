internal import Inventory

/// What a rule sees of one node.
struct NodeOutlook {
  let forecast: NodeForecast
  let recent: RecentDemand
  let origin: Day
  /// What readers saw of the node before this run.
  let previous: PublishedForecast?
  /// Days on which the calendar explains what differs.
  let special: Set<Day>

  var node: Node { forecast.node }

  func isOrdinary(_ day: Day) -> Bool { !special.contains(day) }
}

/// What a rule measured of a node; abnormal or not, before it is known which node tells it best.
struct Candidate: Hashable {
  let node: Node
  /// Units a week.
  let expected: Double
  let found: Double
  /// How abnormal, signed: above zero where the forecast is too high. Compared with `limit`.
  let deviation: Double
  let limit: Double
  /// What of ln(found / expected) the season explains.
  var explained = 0.0

  var isAbnormal: Bool { abs(deviation) > limit }
}

extension Candidate {
  /// What is left of the deviation without a part of the node.
  func deviation(without part: Candidate) -> Double {
    let expected = max(0, expected - part.expected)
    let found = max(0, found - part.found)
    guard expected + found > 0 else { return 0 }
    return WeeklyLevel.logRatio(found, expected, offset: 0.02 * self.expected) - explained
  }
}
