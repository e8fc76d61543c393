public import Forecasting
public import Inventory

/// What is known of one series when a report is made.
public struct ReplenishmentInput: Sendable {
  public var series: Series
  public var itemName: String?
  public var unit: String?
  /// Thousandths of a unit per day, from the day after the origin.
  public var means: [Int64]
  public var spread: DemandSpread
  public var tier: Tier
  public var stock: StockSnapshot?
  public var terms: Terms?
  /// The location's watermark.
  public var completeThrough: Day?
  public var isStale: Bool
  /// As `means`: the lock that holds each day, 0 where none does; empty where none is locked.
  public var locks: [Int]

  public init(
    series: Series, itemName: String? = nil, unit: String? = nil, means: [Int64],
    spread: DemandSpread, tier: Tier, stock: StockSnapshot? = nil, terms: Terms? = nil,
    completeThrough: Day? = nil, isStale: Bool = false, locks: [Int] = []
  ) {
    self.locks = locks
    self.series = series
    self.itemName = itemName
    self.unit = unit
    self.means = means
    self.spread = spread
    self.tier = tier
    self.stock = stock
    self.terms = terms
    self.completeThrough = completeThrough
    self.isStale = isStale
  }
}

/// What a region should order, and how sure that is: the figures behind every form of the report.
public struct ProcurementReport: Sendable {
  /// The forecast a report stands on and the day it is made for.
  public struct Basis: Hashable, Sendable {
    public var region: RegionCode
    /// The report plans from the day after this one.
    public var asOf: Day
    /// The last day the forecast has seen.
    public var origin: Day
    public var run: Int64
    /// Days summed for a series without a lead time.
    public var horizon: Int
    /// Ascending, each above 0 and below 1.
    public var quantiles: [Double]

    public init(
      region: RegionCode, asOf: Day, origin: Day, run: Int64, horizon: Int = 28,
      quantiles: [Double] = ForecastSettings.defaultQuantiles
    ) {
      self.region = region
      self.asOf = asOf
      self.origin = origin
      self.run = run
      self.horizon = horizon
      self.quantiles = quantiles
    }
  }

  public static let defaultPaths = 1000

  public let basis: Basis
  /// One for each item and location, urgent first.
  public let lines: [OrderLine]
  /// One for each item, where its most urgent line stands.
  public let regionLines: [OrderLine]

  public var isStale: Bool { lines.contains(where: \.isStale) }
  public var urgentCount: Int { lines.count(where: \.isUrgent) }
  public var toOrderCount: Int { lines.count(where: \.isToOrder) }

  /// The earliest watermark of the region's locations; nil where one has none.
  public var completeThrough: Day? { OrderLine.earliest(lines.map(\.completeThrough)) }

  /// Makes the report.
  ///
  /// - Parameters:
  ///   - inputs: the region's series, in any order, each with an item.
  ///   - regionSpreads: how an item's demand, summed over the region, scatters; an item without one
  ///     has no quantiles for its sum.
  ///   - paths: sampled totals for each line. With 1,000 the 0.95 quantile is known to about 0.055
  ///     standard deviations of demand over the interval, as with 3,200 independent ones.
  ///
  /// Days up to `basis.asOf` that the forecast covers have passed and are left out. Each line's
  /// draws are seeded with the stable hash of run, item and location, so that it does not change
  /// with the lines around it.
  public static func make(
    _ basis: Basis, inputs: [ReplenishmentInput], regionSpreads: [ItemCode: DemandSpread] = [:],
    paths: Int = defaultPaths
  ) -> ProcurementReport {
    let parts = inputs.map { OrderLine.Part($0, basis: basis, paths: paths) }
      .sorted { $0.line.isMoreUrgent(than: $1.line) }
    var items: [ItemCode?] = []
    let partsByItem = parts.reduce(into: [ItemCode?: [OrderLine.Part]]()) { groups, part in
      let item = part.line.node.item
      if groups[item] == nil { items.append(item) }
      groups[item, default: []].append(part)
    }
    let regionLines = items.compactMap { item in
      partsByItem[item].map {
        OrderLine(
          sumOf: $0, spread: item.flatMap { regionSpreads[$0] }, basis: basis, paths: paths)
      }
    }
    return ProcurementReport(
      basis: basis, lines: parts.map(\.line), regionLines: regionLines)
  }
}

extension ProcurementReport.Basis {
  /// Days of the forecast that have passed.
  var passedDays: Int { max(0, asOf - origin) }

  func seed(_ item: ItemCode?, _ location: LocationCode?) -> UInt64 {
    var hash = StableHash()
    hash.combine(run)
    hash.combine(item?.text ?? "")
    hash.combine(location?.text ?? "")
    return hash.value
  }
}
