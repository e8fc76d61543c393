internal import Inventory

/// Sparse series that are forecast by their sum.
///
/// A series that sells on fewer than half of its days shows no season of its own, but the sum of
/// many does. Sparse series of one category and location are summed; where even the sum is sparse,
/// over the region, all regions, and so on up. The sum is forecast like any node and shared out by
/// the series' own levels, so that sparse series together follow trend, season and calendar and
/// none is biased by the logarithm or root of its small numbers.
struct SparsePools {
  struct Pool {
    /// Positions of series, ascending.
    let members: [Int]
    /// The node that holds them.
    let node: Int
    let history: NodeHistory
  }

  static let levels: [Level] = [
    .categoryLocation, .categoryRegion, .category, .location, .region, .total,
  ]
  /// Fewer buckets tell no season.
  static let fewest = 14

  let pools: [Pool]
  /// Series whose sums are sparse on every level.
  let alone: [Int]

  init(
    _ sparse: [Int], hierarchy: Hierarchy, series: [PreparedSeries], next: Int, perYear: Int
  ) {
    var pools: [Pool] = []
    var waiting = sparse
    for level in SparsePools.levels where !waiting.isEmpty {
      let groups = Dictionary(grouping: waiting) {
        hierarchy.node(level, of: hierarchy.series[$0]) ?? -1
      }
      waiting = []
      for (node, members) in groups.sorted(by: { $0.key < $1.key }) {
        let history = NodeHistory(sumOf: members.map { series[$0] }, next: next)
        let pattern = DemandPattern(history.values, perYear: perYear)
        if node < 0 || pattern.isSparse || pattern.validCount < SparsePools.fewest {
          waiting.append(contentsOf: members)
        } else {
          pools.append(Pool(members: members, node: node, history: history))
        }
      }
    }
    self.pools = pools
    alone = waiting.sorted()
  }
}
