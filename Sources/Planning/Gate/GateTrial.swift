internal import Forecasting
public import Inventory

/// The means of a forecast from a day on, which is all that is needed to hold it against demand.
public struct DailyMeans: Hashable, Sendable {
  public let firstDay: Day
  /// Thousandths of a unit per day.
  public let means: [Int64]

  public init(firstDay: Day, means: [Int64]) {
    self.firstDay = firstDay
    self.means = means
  }
}

/// A node's means from the day after an origin on, in thousandths of a unit per day.
public struct NodeMeans: Hashable, Sendable {
  public let node: Node
  public let means: [Int64]

  public init(node: Node, means: [Int64]) {
    self.node = node
    self.means = means
  }
}

/// Forecasts of past origins held against what came: the challenger's, the champion's and those of
/// seasonal naive.
///
/// Errors are compared on the same nodes and days: all sums, and a seeded sample of the series. A
/// WAPE is the mean over the levels of each level's Σ|y − f| / Σ y, so that every level counts
/// alike however many nodes it has.
public struct GateTrial: Sendable {
  /// History before an origin without which nothing can be learnt: eight weeks.
  static let leastDays = 56

  /// Where errors are added up: one level, overall (nil) or of one region.
  private struct Scope: Hashable {
    let region: RegionCode?
    let level: Level
  }

  fileprivate struct Errors {
    var challenger = 0.0
    var other = 0.0
    var demand = 0.0
  }

  /// WAPEs of both on the same days; nil where nothing was sold.
  struct Comparison: Hashable, Sendable {
    let challenger: Double
    let other: Double
  }

  /// The origins that can be tried, the latest first: weeks before the run's own, as far back as
  /// history reaches.
  public let origins: [Day]
  /// The series that are compared one by one, in the order of their codes.
  public let sample: [Series]
  private let origin: Day
  private let horizon: Int
  private let actuals: RecentActuals
  private let sampled: Set<Node>
  private var againstChampion: [Scope: Errors] = [:]
  private var againstNaive: [Scope: Errors] = [:]
  private var own: [Node: Errors] = [:]
  private(set) var isComparedWithChampion = false
  /// Forecasts of all nodes that had to be fitted for it.
  public var refits = 0
  /// Forecasts of the sample that changed when later days could be seen; nil while not looked at.
  public private(set) var leaks: Int?
  /// Looks for the share of the forecast before; nil looks for none.
  public var blend: BlendTrial?

  /// - Parameters:
  ///   - histories: of the trained regions, up to the run's origin.
  ///   - horizon: days ahead that are judged.
  ///   - seed: draws the sample.
  public init(
    _ histories: [DemandHistory], events: [CalendarEvent], origin: Day, horizon: Int,
    limits: GateLimits, seed: UInt64
  ) {
    let first = histories.map(\.start).min() ?? origin
    origins = (1...max(1, limits.origins)).map { origin - 7 * $0 }
      .filter { limits.origins > 0 && $0 - first >= GateTrial.leastDays }
    self.origin = origin
    self.horizon = horizon
    actuals = RecentActuals(histories, events: events, origin: origin)
    var random = SeededGenerator(seed: seed)
    let drawn = Set(actuals.series.shuffled(using: &random).prefix(limits.sampleSeries))
    sampled = drawn
    let level = actuals.series.first?.level ?? .itemLocation
    sample = histories.map(\.series).filter { drawn.contains(Node(level, of: $0)) }
      .sorted(by: Hierarchy.precedes)
  }

  /// Adds one origin.
  ///
  /// - Parameters:
  ///   - challenger: forecasts from the origin, of data known then.
  ///   - champion: those of the forecast in use from the same origin; empty where there are none.
  public mutating func add(_ challenger: ForecastTable, champion: [Node: DailyMeans]) {
    add(
      challenger.nodes.map { NodeMeans(node: $0.node, means: $0.means) }, from: challenger.origin,
      champion: champion)
  }

  /// The same of means alone, in the order of a hierarchy's nodes: sums of errors depend on it in
  /// their last bits.
  public mutating func add(
    _ challenger: [NodeMeans], from origin: Day, champion: [Node: DailyMeans]
  ) {
    let count = min(horizon, self.origin - origin)
    let series = Set(actuals.series)
    let (actuals, sampled, last, horizon) = (actuals, sampled, self.origin, horizon)
    blend?.add(challenger, from: origin) { node, after, count in
      guard let history = actuals.nodes[node], !series.contains(node) || sampled.contains(node)
      else { return nil }
      return actuals.after(after, at: history, count: min(count, horizon, last - after))
    }
    for forecast in challenger {
      guard let history = actuals.nodes[forecast.node] else { continue }
      let demand = actuals.after(origin, at: history, count: count)
      let means = DailyMeans(firstDay: origin + 1, means: forecast.means)
      own[forecast.node, default: Errors()].add(demand, means, means, from: origin + 1)
      guard !series.contains(forecast.node) || sampled.contains(forecast.node) else { continue }
      let naive = SeasonalNaive.forecast(
        actuals.through(origin, at: history), season: 7, horizon: count
      ).map { DailyMeans(firstDay: origin + 1, units: $0.means) }
      let regions = forecast.node.region.map { [nil, $0] } ?? [nil]
      for region in regions {
        let scope = Scope(region: region, level: forecast.node.level)
        if let other = champion[forecast.node] {
          isComparedWithChampion = true
          againstChampion[scope, default: Errors()].add(demand, means, other, from: origin + 1)
        }
        if let naive {
          againstNaive[scope, default: Errors()].add(demand, means, naive, from: origin + 1)
        }
      }
    }
  }

  /// Looks whether forecasts of the sample are the same with and without the days after an origin.
  public mutating func compare(_ seeing: ForecastTable, _ blind: ForecastTable) {
    var means: [Node: [Int64]] = [:]
    for forecast in blind.nodes { means[forecast.node] = forecast.means }
    leaks = (leaks ?? 0) + seeing.nodes.count { means[$0.node] != $0.means }
  }

  /// Both errors on the same days; nil where no level sold anything.
  func champion(in region: RegionCode? = nil) -> Comparison? {
    GateTrial.comparison(againstChampion, region)
  }

  func naive(in region: RegionCode? = nil) -> Comparison? {
    GateTrial.comparison(againstNaive, region)
  }

  /// The regions in which anything was compared.
  var regions: [RegionCode] { Set(againstChampion.keys.compactMap(\.region)).sorted() }

  /// The challenger's WAPE at each node over all origins; nil where nothing was sold.
  public func wape(of node: Node) -> Double? {
    own[node].flatMap { $0.demand > 0 ? $0.challenger / $0.demand : nil }
  }

  /// What seasonal naive says of the total over the days ahead: last week again, and where a year
  /// is known, the same weeks of last year.
  func naiveTotals(days: Int) -> [Double] {
    let whole = actuals.nodes.first { $0.key.level == .total || actuals.nodes.count == 1 }
    guard let history = whole?.value else { return [] }
    let known = actuals.through(origin, at: history)
    let weekly = SeasonalNaive.forecast(known, season: 7, horizon: days)?.means.reduce(0, +)
    let yearEarlier = known.count - 364
    guard yearEarlier >= 0, days <= 364 else { return [weekly].compactMap { $0 } }
    let year = known[yearEarlier..<yearEarlier + days]
    let found = year.filter(\.isFinite)
    let yearly =
      found.count * 2 > days ? found.reduce(0, +) * Double(days) / Double(found.count) : nil
    return [weekly, yearly].compactMap { $0 }
  }

  private static func comparison(
    _ errors: [Scope: Errors], _ region: RegionCode?
  ) -> Comparison? {
    let levels = errors.filter { $0.key.region == region && $0.value.demand > 0 }
      .sorted { $0.key.level < $1.key.level }.map(\.value)
    guard !levels.isEmpty else { return nil }
    let count = Double(levels.count)
    return Comparison(
      challenger: levels.reduce(0) { $0 + $1.challenger / $1.demand } / count,
      other: levels.reduce(0) { $0 + $1.other / $1.demand } / count)
  }
}

extension GateTrial.Errors {
  /// Adds the days that are known and that both forecasts cover.
  mutating func add(
    _ demand: [Double], _ challenger: DailyMeans, _ other: DailyMeans, from first: Day
  ) {
    for (lead, demand) in demand.enumerated() where demand.isFinite {
      guard let mine = challenger.units(on: first + lead),
        let theirs = other.units(on: first + lead)
      else { continue }
      self.challenger += (demand - mine).magnitude
      self.other += (demand - theirs).magnitude
      self.demand += demand
    }
  }
}

extension DailyMeans {
  fileprivate init(firstDay: Day, units: [Double]) {
    self.init(
      firstDay: firstDay, means: units.map { Int64(($0 * Coherence.thousandths).rounded()) })
  }

  func units(on day: Day) -> Double? {
    let lead = day - firstDay
    return means.indices.contains(lead) ? Double(means[lead]) / Coherence.thousandths : nil
  }
}
