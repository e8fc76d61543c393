internal import Inventory

/// Sums that are forecast better by themselves than by adding up their many series.
///
/// The level of a thousand small series is known one by one only roughly, and what each fit holds
/// back of a season or a trend is lost a thousand times. Where the series of one category and
/// location are many (20 on average), or else of one location, and so on up, and more than half of
/// them are sparse, that sum's own forecast stands, and its series are scaled to it bucket by
/// bucket. Few or dense series are each known well, and their sum is better than its own forecast.
///
/// On 30,490 items at 10 stores the error of the total falls by 7 %, of a store by 4 %; on 3,331
/// dense weekly series the same would cost 2 %.
struct Anchors {
  static let manySeries = 20
  static let levels: [Level] = [
    .categoryLocation, .location, .categoryRegion, .region, .category, .total,
  ]
  /// A sum and its series that differ by more than this do not describe the same demand.
  static let trustedFactors = 0.5...2

  /// Positions of the nodes whose forecasts stand.
  let nodes: [Int]

  init(_ hierarchy: Hierarchy) {
    let level = Anchors.levels.first { level in
      hierarchy.series.count >= Anchors.manySeries * max(1, hierarchy.nodes(of: level).count)
    }
    nodes = level.map { Array(hierarchy.nodes(of: $0)) } ?? []
  }

  /// Whether a sum of which so many living series are sparse stands for itself.
  static func stands(sparse: Int, of living: Int) -> Bool { 2 * sparse > living }

  /// The factor of each bucket by which series must be multiplied to add up to their anchor.
  ///
  /// - Parameters:
  ///   - anchor: units per bucket.
  ///   - sum: of the series; nil in buckets in which one of them is closed. These take the mean
  ///     factor of the others.
  static func factors(anchor: [Double], sum: [Double?]) -> [Double] {
    let factors = zip(anchor, sum).map { anchor, sum -> Double? in
      guard let sum, sum > 0, anchor > 0 else { return nil }
      return min(max(anchor / sum, trustedFactors.lowerBound), trustedFactors.upperBound)
    }
    let known = factors.compactMap { $0 }
    let mean = known.isEmpty ? 1 : known.reduce(0, +) / Double(known.count)
    return factors.map { $0 ?? mean }
  }
}
