internal import Inventory

/// The node towards whose calendar effects a node's own are drawn.
///
/// An item at a location takes after the item in its region, that after the item everywhere; a
/// category at a location after the category in the region. Items take after their category only
/// where categories hold many: with a few items apiece a category is no better known than they are.
/// Totals, regions, locations and categories stand for themselves, unless they are the series.
enum PriorParents {
  static let manyItems = 8

  static func candidates(for level: Level, isOwn: Bool, itemsAreMany: Bool) -> [Level] {
    let category: [Level] = itemsAreMany ? [.category] : []
    return switch level {
    case .itemLocation: [.itemRegion, .item] + category
    case .itemRegion: [.item] + category
    case .item: category
    case .categoryLocation: [.categoryRegion]
    case .categoryRegion: isOwn ? [.category] : []
    case .location: isOwn ? [.region] : []
    case .category, .region: isOwn ? [.total] : []
    case .total: []
    }
  }

  /// The nearest dense node that holds each node and more; nil where there is none.
  static func parents(in hierarchy: Hierarchy, isDense: [Bool]) -> [Int?] {
    let items = hierarchy.nodes(of: .item).count
    let itemsAreMany = items >= manyItems * hierarchy.nodes(of: .category).count
    return hierarchy.nodes.indices.map { position in
      let node = hierarchy.nodes[position]
      let members = hierarchy.members[position]
      let candidates = candidates(
        for: node.level, isOwn: node.level == hierarchy.levels.last, itemsAreMany: itemsAreMany)
      for level in candidates {
        guard let parent = hierarchy.node(level, of: hierarchy.series[members[0]]) else { continue }
        if isDense[parent], hierarchy.members[parent].count > members.count { return parent }
      }
      return nil
    }
  }
}
