internal import Forecasting
public import Inventory
public import Planning
public import Postgres
internal import Storage

/// Why there is no report.
public enum ReportRefusal: Error, Sendable {
  case notTrainedYet
  /// No forecast in use has the region; `known` are those that have one.
  case unknownRegion(RegionCode, known: [RegionCode])
  /// The region was trained, and none of its locations had demand by the origin.
  case regionWithoutDemand(RegionCode, through: Day)
  /// The region was behind at every run so far.
  case regionNeverTrained(RegionCode, reason: String)
  /// The forecast in use was made later than the day asked for.
  case asOfBeforeOrigin(asOf: Day, origin: Day)
}

/// Reads what a region's procurement report is made of, and makes it.
public enum ProcurementReporting {
  public static func report(
    region: RegionCode, clock: ZoneClock, in session: Session
  ) async throws -> ProcurementReport {
    let sources = try await session.run { db in
      try db.transaction(isolation: .repeatableRead, readOnly: true) { db in
        try ReportSources.read(region: region, clock: clock, in: db)
      }
    }
    return try await ComputeThread.run { sources.report }
  }
}

/// What a report is made of, from one snapshot of the database.
private struct ReportSources: Sendable {
  let basis: ProcurementReport.Basis
  let inputs: [ReplenishmentInput]
  let regionSpreads: [ItemCode: DemandSpread]

  var report: ProcurementReport {
    ProcurementReport.make(basis, inputs: inputs, regionSpreads: regionSpreads)
  }

  static func read(
    region: RegionCode, clock: ZoneClock, in db: isolated Session
  ) throws -> ReportSources {
    guard let run = try RunStore.published(in: db) else { throw ReportRefusal.notTrainedYet }
    let series = try ForecastStore.forecasts(
      ofRun: run.run, region: region, level: .itemLocation, in: db)
    guard let first = series.first else { throw try refusal(region, run, in: db) }
    let asOf = clock.asOf ?? max(clock.today(zone: nil), run.origin)
    guard asOf >= run.origin else {
      throw ReportRefusal.asOfBeforeOrigin(asOf: asOf, origin: run.origin)
    }
    let sums = try ForecastStore.forecasts(
      ofRun: run.run, region: region, level: .itemRegion, in: db)
    let facts = try ReportFacts(region: region, clock: clock, in: db)
    return ReportSources(
      basis: ProcurementReport.Basis(
        region: region, asOf: asOf, origin: first.firstDay - 1, run: Int64(run.run),
        horizon: run.horizon, quantiles: run.quantiles),
      inputs: series.map(facts.input),
      regionSpreads: Dictionary(
        sums.compactMap { sum in sum.node.item.map { ($0, sum.spread) } },
        uniquingKeysWith: { first, _ in first }))
  }

  private static func refusal(
    _ region: RegionCode, _ run: PublishedRun, in db: isolated Session
  ) throws -> ReportRefusal {
    let regions = try RunStore.regions(ofRun: run.run, in: db)
    if let known = regions.first(where: { $0.region == region }) {
      guard known.state != .trained else {
        return .regionWithoutDemand(region, through: run.origin)
      }
      return .regionNeverTrained(region, reason: known.reason)
    }
    return .unknownRegion(region, known: regions.map(\.region))
  }
}

/// What is known of a region's series besides their forecasts.
private struct ReportFacts {
  private struct Pair: Hashable {
    let item: ItemCode?
    let location: LocationCode?
  }

  private let items: [ItemCode: Item]
  private let stock: [Pair: StockSnapshot]
  private let terms: [Pair: Terms]
  private let locations: [LocationCode: LocationFreshness]

  init(region: RegionCode, clock: ZoneClock, in db: isolated Session) throws {
    items = Dictionary(
      try ItemStore.items(in: db).map { ($0.code, $0) }, uniquingKeysWith: { first, _ in first })
    stock = Dictionary(
      try StockStore.newest(inRegion: region, notAfter: clock.now, in: db)
        .map { (Pair(item: $0.item, location: $0.location), $0.snapshot) },
      uniquingKeysWith: { first, _ in first })
    terms = Dictionary(
      try TermsStore.terms(ofRegion: region, in: db)
        .map { (Pair(item: $0.item, location: $0.location), $0) },
      uniquingKeysWith: { first, _ in first })
    locations = Dictionary(
      try DatasetStore.locations(in: db).map { ($0.code, $0.freshness(clock)) },
      uniquingKeysWith: { first, _ in first })
  }

  func input(_ forecast: PublishedForecast) -> ReplenishmentInput {
    let node = forecast.node
    let pair = Pair(item: node.item, location: node.location)
    let item = node.item.flatMap { items[$0] }
    let location = node.location.flatMap { locations[$0] }
    return ReplenishmentInput(
      series: Series(
        item: node.item, location: node.location, region: node.region, category: node.category),
      itemName: item?.name, unit: item?.unit, means: forecast.means, spread: forecast.spread,
      tier: forecast.tier, stock: stock[pair],
      terms: terms[pair] ?? terms[Pair(item: node.item, location: nil)],
      completeThrough: location?.completeThrough,
      isStale: forecast.isStale || location?.isStale ?? true, locks: forecast.locks)
  }
}
