public import Inventory

/// What a challenger must reach to be published. Shares and ratios: 0.25 is a quarter.
public struct GateLimits: Hashable, Sendable {
  /// Weekly origins in the past from which challenger and champion are compared.
  public var origins = 4
  /// Series that are compared besides all sums; drawn by a seed.
  public var sampleSeries = 1000
  /// The most that the challenger's WAPE may be, in the champion's: overall, and in a region.
  public var wapeRatio = 1.02
  public var regionWapeRatio = 1.1
  /// The most that its WAPE may be, in that of seasonal naive.
  public var naiveRatio = 1.0
  /// The least that its WAPE may be, in the champion's: who is so much better has seen the answers.
  public var leastWapeRatio = 0.6
  /// How far the total may be from that of seasonal naive.
  public var totalDeviation = 0.25
  /// Σ|new − previous| / Σ previous of a region's series, over the days both cover.
  public var churn = 0.35
  /// For regions that have a churn of their own.
  public var regionChurn: [RegionCode: Double] = [:]
  /// The same over some of the days ahead: what moves near days alone is little of the whole.
  public var leadChurn: [LeadBand: Double] = GateLimits.defaultLeadChurn
  /// For regions that have some of their own, besides the others.
  public var regionLeadChurn: [RegionCode: [LeadBand: Double]] = [:]
  /// The least share of the selling series above the ladder's last two rungs.
  public var upperRungShare = 0.995
  /// The largest share of forecasts that were not believed and replaced.
  public var failedFitShare = 0.01
  /// The least share of the locations of the published regions that are fresh.
  public var freshShare = 0.95

  public init() {}

  /// A little more than of all days together, for fewer days scatter more.
  public static let defaultLeadChurn: [LeadBand: Double] = Dictionary(
    ["1-7", "8-14", "15+"].compactMap { LeadBand($0) }.map { ($0, 0.45) },
    uniquingKeysWith: { first, _ in first })

  /// The region's own limits and those of all, the nearest days first.
  func leadChurn(of region: RegionCode) -> [(leads: LeadBand, limit: Double)] {
    leadChurn.merging(regionLeadChurn[region] ?? [:]) { _, own in own }
      .sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  func churn(of region: RegionCode) -> Double { regionChurn[region] ?? churn }
}
