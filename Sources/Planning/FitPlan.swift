internal import Forecasting
internal import Inventory

/// Which nodes the hybrid fits, drawn towards which others: all that is known before any fit.
struct FitPlan {
  let hierarchy: Hierarchy
  let preparation: Preparation
  private(set) var panels: HybridPanels
  /// The positions of the series' own nodes.
  let own: Range<Int>
  /// One per node.
  let histories: [NodeHistory]
  /// For each node, the one that holds it and is fitted before it.
  let parents: [Int?]
  /// What the hybrid is asked to forecast: dense nodes, then pools of sparse series.
  let columns: [PanelColumn]
  /// The column of each node that has one.
  let columnOf: [Int: Int]
  let pools: [SparsePools.Pool]
  /// Series that take their levels from all of their kind.
  let siblings: SiblingFamilies
  /// Positions of the nodes whose forecasts are taken apart.
  let explained: Set<Int>

  var firstPoolColumn: Int { columns.count - pools.count }

  /// - Parameter isExplained: the nodes whose forecasts are taken apart.
  init(
    _ hierarchy: Hierarchy, _ preparation: Preparation, settings: ForecastSettings,
    panels: HybridPanels, explaining isExplained: (Node) -> Bool
  ) {
    self.hierarchy = hierarchy
    self.preparation = preparation
    self.panels = panels
    explained = Set(hierarchy.nodes.indices.filter { isExplained(hierarchy.nodes[$0]) })
    let own = hierarchy.levels.last.map { hierarchy.nodes(of: $0) } ?? 0..<0
    self.own = own
    let perYear = Int(settings.bucket.perYear)
    let histories = FitPlan.histories(hierarchy, preparation, own: own)
    self.histories = histories
    let patterns = histories.map { DemandPattern($0.values, perYear: perYear) }
    let usesHybrid = [.auto, .hybrid, .combined].contains(settings.choice)
    let usesPools = settings.choice == .auto || settings.choice == .combined
    let siblings =
      usesPools
      ? SiblingFamilies(
        hierarchy, patterns: patterns, histories: histories, own: own, bucket: settings.bucket)
      : .none(of: hierarchy.nodes.count)
    self.siblings = siblings
    let isSibling = siblings.holds
    let isColumn = patterns.indices.map {
      usesHybrid && patterns[$0].mean > 0 && !isSibling[$0]
        && (!patterns[$0].isSparse || settings.choice == .hybrid)
    }
    let parents = PriorParents.parents(in: hierarchy, isDense: isColumn)
    self.parents = parents
    let sparse = own.filter {
      usesPools && patterns[$0].isSparse && patterns[$0].mean > 0 && !isSibling[$0]
    }
    let pools = SparsePools(
      sparse.map { $0 - own.lowerBound }, hierarchy: hierarchy, series: preparation.series,
      next: preparation.next, perYear: perYear
    ).pools
    self.pools = pools
    let nodes = hierarchy.nodes.indices.filter { isColumn[$0] }
    let placeOf = Dictionary(uniqueKeysWithValues: nodes.enumerated().map { ($1, $0) })
    columnOf = placeOf
    columns =
      nodes.map { node in
        PanelColumn(
          history: histories[node], parent: parents[node].flatMap { placeOf[$0] },
          sums: FitPlan.sums(of: node, hierarchy).compactMap { placeOf[$0] },
          closures: FitPlan.closures(of: hierarchy.members[node], preparation),
          family: FitPlan.family(of: node, hierarchy))
      }
      + pools.map { pool in
        PanelColumn(
          history: pool.history, parent: placeOf[pool.node],
          sums: ([pool.node] + FitPlan.sums(of: pool.node, hierarchy)).compactMap { placeOf[$0] },
          closures: FitPlan.closures(of: pool.members, preparation), family: nil)
      }
  }

  /// Coefficients of an earlier origin stand instead of fits.
  mutating func keep(_ kept: KeptFits) { panels.given = kept.coefficients(for: self) }

  /// Sums of all nodes but the series' own, which are the series themselves.
  private static func histories(
    _ hierarchy: Hierarchy, _ preparation: Preparation, own: Range<Int>
  ) -> [NodeHistory] {
    hierarchy.nodes.indices.map { node in
      let members = hierarchy.members[node]
      return own.contains(node)
        ? NodeHistory(preparation.series[members[0]])
        : NodeHistory(
          sumOf: members.lazy.map { preparation.series[$0] }, next: preparation.next)
    }
  }

  /// The nodes of coarser levels that hold a node.
  private static func sums(of node: Int, _ hierarchy: Hierarchy) -> [Int] {
    let level = hierarchy.nodes[node].level
    let series = hierarchy.series[hierarchy.members[node][0]]
    return hierarchy.levels.filter { $0.sumsUp(level) }.compactMap {
      hierarchy.node($0, of: series)
    }
  }

  /// Leads at which every series that still lives is closed.
  private static func closures(of members: [Int], _ preparation: Preparation) -> [Int] {
    var shared: Set<Int>?
    for member in members where !preparation.series[member].ended {
      let ahead = preparation.series[member].closedAhead
      shared = shared?.intersection(ahead) ?? ahead
      if ahead.isEmpty { return [] }
    }
    return (shared ?? []).map { $0 - preparation.next }.sorted()
  }

  /// Nodes of one item stand together, because they are drawn towards each other.
  private static func family(of node: Int, _ hierarchy: Hierarchy) -> Int? {
    guard hierarchy.nodes[node].item != nil else { return nil }
    return hierarchy.node(.item, of: hierarchy.series[hierarchy.members[node][0]])
  }
}
