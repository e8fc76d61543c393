internal import Inventory

/// From every node that shows an abnormality to the few that tell it best.
///
/// 1. A sum that is quiet without one of its abnormal parts is told by that part.
/// 2. A part whose deviation its sum shows as well is told by the sum.
/// 3. Many parts of one location are told by the location.
enum Grouping {
  /// A group of parts that stand for themselves: of a location, with how many there are.
  struct Told: Hashable {
    let candidate: Candidate
    /// Nodes that this one speaks for besides itself.
    var others = 0
  }

  static func told(_ candidates: [Candidate], limits: DetectionLimits) -> [Told] {
    let byNode = Dictionary(
      candidates.map { ($0.node, $0) }, uniquingKeysWith: { first, _ in first })
    let explained = explainedByParts(candidates, byNode)
    var kept: [Node: Told] = [:]
    let ordered = candidates.sorted { left, right in
      left.node.level == right.node.level
        ? Hierarchy.precedes(left.node, right.node) : left.node.level < right.node.level
    }
    for candidate in ordered where !explained.contains(candidate.node) {
      let teller = candidate.node.sums.first { sum in
        kept[sum].map { candidate.isShown(by: $0.candidate) } ?? false
      }
      if let teller {
        kept[teller]?.others += 1
      } else {
        kept[candidate.node] = Told(candidate: candidate)
      }
    }
    let told = ordered.compactMap { kept[$0.node] }
    return gathered(told, limits: limits)
  }

  private static func explainedByParts(
    _ candidates: [Candidate], _ byNode: [Node: Candidate]
  ) -> Set<Node> {
    var explained: Set<Node> = []
    for part in candidates {
      for sum in part.node.sums {
        guard let whole = byNode[sum], whole.deviation * part.deviation > 0 else { continue }
        if abs(whole.deviation(without: part)) < whole.limit / 2 { explained.insert(sum) }
      }
    }
    return explained
  }

  /// One for all where a location has too many.
  private static func gathered(_ told: [Told], limits: DetectionLimits) -> [Told] {
    var groups: [[Bool: [Told]]] = []
    var placeOf: [LocationCode: Int] = [:]
    for one in told {
      guard let location = one.candidate.node.location else { continue }
      let place = placeOf[location, default: groups.count]
      if place == groups.count {
        placeOf[location] = place
        groups.append([:])
      }
      groups[place][one.candidate.deviation > 0, default: []].append(one)
    }
    var result = told
    for group in groups.flatMap({ [$0[true] ?? [], $0[false] ?? []] })
    where group.count > limits.flagsPerLocation {
      let members = Set(group.map(\.candidate.node))
      guard let place = result.firstIndex(where: { members.contains($0.candidate.node) }) else {
        continue
      }
      let one = sum(of: group)
      result.removeAll { members.contains($0.candidate.node) }
      result.insert(one, at: min(place, result.count))
    }
    return result
  }

  /// The location that speaks for its parts; their figures are added up.
  private static func sum(of group: [Told]) -> Told {
    let node = group[0].candidate.node
    let location = Node(
      .location,
      of: Series(item: nil, location: node.location, region: node.region, category: nil))
    // A location that stands among its parts tells of all of them already.
    let whole = group.first { $0.candidate.node == location }?.candidate
    let parts = whole.map { [$0] } ?? group.map(\.candidate)
    let expected = parts.reduce(0) { $0 + $1.expected }
    let found = parts.reduce(0) { $0 + $1.found }
    let strongest = parts.max { abs($0.deviation) < abs($1.deviation) }
    return Told(
      candidate: Candidate(
        node: location, expected: expected, found: found,
        deviation: strongest?.deviation ?? 0, limit: strongest?.limit ?? 0,
        explained: strongest?.explained ?? 0),
      others: group.count + group.reduce(0) { $0 + $1.others } - (whole == nil ? 0 : 1))
  }
}

extension Candidate {
  /// Whether a sum's deviation leaves nothing unusual of this one's.
  fileprivate func isShown(by sum: Candidate) -> Bool {
    sum.deviation * deviation > 0 && abs(deviation - sum.deviation) <= limit
  }
}

extension Node {
  /// The coarser nodes into which this one goes, coarsest first.
  var sums: [Node] {
    let parts = Series(item: item, location: location, region: region, category: category)
    return Level.allCases.filter { other in
      other != level && (!other.keepsItem || level.keepsItem)
        && (!other.keepsCategory || level.keepsCategory)
        && (!other.keepsLocation || level.keepsLocation)
        && (!other.keepsRegion || level.keepsRegion)
    }.map { Node($0, of: parts) }
  }
}
