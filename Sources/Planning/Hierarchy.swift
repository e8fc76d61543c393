public import Inventory

/// The nodes into which a set of series is summed, on every level that says something of its own.
///
/// Levels that group the series alike are one level under several names. The series' own level
/// keeps the name of the parts that are known (`item-location` where items and locations are);
/// of other equal levels the coarsest stays: with one region there is `total` and no `region`.
public struct Hierarchy: Sendable {
  /// In the order of their codes.
  public let series: [Series]
  /// From the coarsest to the finest; the last is the series' own.
  public let levels: [Level]
  /// In the order of `levels`, then of item, location, region, category; unknown parts come first.
  public let nodes: [Node]
  /// For each node the positions of its series in `series`, ascending.
  public let members: [[Int]]

  private let rangeOfLevel: [Level: Range<Int>]
  private let sameAs: [Level: Level]
  private let positions: [Node: Int]

  /// - Parameter series: no two alike.
  public init(_ series: [Series]) {
    let series = series.sorted(by: Hierarchy.precedes)
    let own = Hierarchy.ownLevel(of: series)
    let groupings = Level.allCases.map { Grouping($0, series) }
    var levels: [Level] = []
    var sameAs: [Level: Level] = [:]
    let ownGrouping = Grouping(own, series)
    for grouping in groupings where grouping.groupOf != ownGrouping.groupOf {
      if let equal = levels.first(where: { level in
        groupings.contains { $0.level == level && $0.groupOf == grouping.groupOf }
      }) {
        sameAs[grouping.level] = equal
      } else {
        levels.append(grouping.level)
      }
    }
    for grouping in groupings where grouping.groupOf == ownGrouping.groupOf {
      sameAs[grouping.level] = own
    }
    levels.append(own)

    var nodes: [Node] = []
    var members: [[Int]] = []
    var ranges: [Level: Range<Int>] = [:]
    for level in levels {
      let grouping = level == own ? ownGrouping : groupings.first { $0.level == level }
      let first = nodes.count
      nodes.append(contentsOf: grouping?.nodes ?? [])
      members.append(contentsOf: grouping?.members ?? [])
      ranges[level] = first..<nodes.count
    }
    self.series = series
    self.levels = levels
    self.nodes = nodes
    self.members = members
    rangeOfLevel = ranges
    self.sameAs = sameAs
    positions = Dictionary(
      nodes.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The positions of a level's nodes; those of the level that stands for it if it was left out.
  public func nodes(of level: Level) -> Range<Int> {
    rangeOfLevel[sameAs[level] ?? level] ?? 0..<0
  }

  /// The position of the node into which a series is summed on a level, or on its equal.
  public func node(_ level: Level, of series: Series) -> Int? {
    positions[Node(sameAs[level] ?? level, of: series)]
  }

  /// For each series the number of its item; what has none stands alone.
  var itemNumbers: [Int] {
    var numbers: [ItemCode: Int] = [:]
    var count = 0
    return series.map { series in
      if let number = series.item.flatMap({ numbers[$0] }) { return number }
      if let item = series.item { numbers[item] = count }
      count += 1
      return count - 1
    }
  }

  /// The series' own level: the finest parts that any of them names.
  static func ownLevel(of series: [Series]) -> Level {
    let hasItem = series.contains { $0.item != nil }
    let hasCategory = series.contains { $0.category != nil }
    let hasLocation = series.contains { $0.location != nil }
    let hasRegion = series.contains { $0.region != nil }
    return Level.allCases.first { level in
      level.keepsItem == hasItem && level.keepsCategory == (hasItem || hasCategory)
        && level.keepsLocation == hasLocation && level.keepsRegion == (hasLocation || hasRegion)
    } ?? .itemLocation
  }

  /// By item, location, region, category, bytewise; unknown parts come first.
  static func precedes(_ left: Series, _ right: Series) -> Bool {
    order(left.item, right.item) ?? order(left.location, right.location)
      ?? order(left.region, right.region) ?? order(left.category, right.category) ?? false
  }

  static func precedes(_ left: Node, _ right: Node) -> Bool {
    order(left.item, right.item) ?? order(left.location, right.location)
      ?? order(left.region, right.region) ?? order(left.category, right.category) ?? false
  }

  /// Nil when both are equal.
  private static func order<Thing>(_ left: Code<Thing>?, _ right: Code<Thing>?) -> Bool? {
    switch (left, right) {
    case (nil, nil): nil
    case (nil, _): true
    case (_, nil): false
    case (let left?, let right?): left == right ? nil : left < right
    }
  }

  /// One level's nodes over sorted series.
  private struct Grouping {
    let level: Level
    let nodes: [Node]
    let members: [[Int]]
    /// The group of each series, numbered by first appearance: equal for levels that group alike.
    let groupOf: [Int]

    init(_ level: Level, _ series: [Series]) {
      var numbers: [Node: Int] = [:]
      var found: [(node: Node, members: [Int])] = []
      var groupOf: [Int] = []
      groupOf.reserveCapacity(series.count)
      for (position, one) in series.enumerated() {
        let node = Node(level, of: one)
        let number = numbers[node, default: found.count]
        if number == found.count {
          numbers[node] = number
          found.append((node, []))
        }
        found[number].members.append(position)
        groupOf.append(number)
      }
      found.sort { Hierarchy.precedes($0.node, $1.node) }
      self.level = level
      self.groupOf = groupOf
      nodes = found.map(\.node)
      members = found.map(\.members)
    }
  }
}
