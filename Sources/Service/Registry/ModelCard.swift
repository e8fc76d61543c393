internal import Forecasting
public import Inventory
public import Planning
public import Postgres
public import Storage

/// The model of one series in the run in use: what made its forecast, made again from the same data
/// and configuration.
public struct ModelCard: Sendable {
  /// The run that readers see.
  public let run: Int
  /// The run that fitted it: an earlier one where the region was carried over.
  public let fittedBy: FinishedRun
  public let configuration: ConfigurationRecord?
  public let forecast: PublishedForecast
  /// The days that it learnt from, and how many of them are known.
  public let window: ClosedRange<Day>
  public let knownDays: Int
  /// Its error from past origins, in shares of demand; nil where it could not be measured.
  public let wape: Double?
  /// States and features: the parts that add up to the forecast.
  public let explanation: Explanation
  /// Whether the forecast made again has the bits of the published one.
  public let isReproduced: Bool

  /// What is stored of it, before it is made again.
  fileprivate struct Stored: Sendable {
    let run: Int
    let fittedBy: FinishedRun
    let configuration: ConfigurationRecord?
    let forecast: PublishedForecast
    let original: PublishedForecast
    let wape: Double?
    let dataset: Dataset
    /// What became of the run's fitted forecasts.
    let steadying: Steadying
  }

  /// - Throws: `ModelRefusal`, or `DatasetVersionError` where its data is not kept any more.
  public static func read(
    _ item: ItemCode, at location: LocationCode, clock: ZoneClock, in session: Session
  ) async throws -> ModelCard {
    let stored = try await session.run { db in
      try db.transaction(isolation: .repeatableRead, readOnly: true) { db in
        try Stored.read(item, at: location, clock: clock, in: db)
      }
    }
    return try await ComputeThread.run { try ModelCard(stored) }
  }

  private init(_ stored: Stored) throws {
    let node = stored.forecast.node
    let configuration = try stored.configuration?.configuration() ?? RunConfiguration()
    let settings = configuration.reconciled(stored.fittedBy.reconciliation).settings
    let dataset = stored.dataset
    let fitted = try Forecaster.forecast(
      histories: dataset.histories, events: dataset.events, prices: dataset.prices,
      origin: stored.fittedBy.origin, settings: settings,
      explaining: { $0.level == node.level && $0.item == node.item && $0.location == node.location }
    )
    let table = stored.steadying.steadied(fitted)
    guard let explanation = table.explanations.first,
      let again = table.nodes.first(where: { $0.node == explanation.node }),
      let history = dataset.histories.first(where: {
        $0.series.item == node.item && $0.series.location == node.location
      })
    else { throw ModelRefusal.noForecast(node.item, node.location) }
    run = stored.run
    fittedBy = stored.fittedBy
    self.configuration = stored.configuration
    forecast = stored.forecast
    window = history.start...max(history.start, stored.fittedBy.origin)
    knownDays = history.values.count { !$0.isNaN }
    wape = stored.wape
    self.explanation = explanation
    isReproduced =
      again.means == stored.original.means && again.quantiles == stored.original.quantiles
  }
}

extension ModelCard.Stored {
  static func read(
    _ item: ItemCode, at location: LocationCode, clock: ZoneClock, in db: isolated Session
  ) throws -> Self {
    guard let inUse = try RunStore.published(in: db) else { throw ReportRefusal.notTrainedYet }
    let forecast = try forecast(of: item, at: location, run: inUse.run, in: db)
    var fitted = inUse.run
    if let region = forecast.node.region {
      // A region that stays behind is carried from run to run.
      while let source = try RunStore.regions(ofRun: fitted, in: db)
        .first(where: { $0.region == region })?.carriedFrom, source < fitted
      { fitted = source }
    }
    guard let run = try RunStore.run(fitted, in: db) else {
      throw PromotionError.unknownRun(fitted)
    }
    let original = try self.forecast(of: item, at: location, run: fitted, in: db)
    let trained = try RunStore.regions(ofRun: fitted, in: db).filter { $0.state == .trained }
    return Self(
      run: inUse.run, fittedBy: run,
      configuration: try run.configuration.flatMap { try ConfigurationStore.version($0, in: db) },
      forecast: forecast, original: original,
      wape: try RegistryStore.wape(ofRun: fitted, original.node, in: db),
      dataset: try DatasetStore.dataset(
        ofRegions: trained.map(\.region), through: run.origin, version: .at(run.datasetVersion),
        civilDay: { clock.day(of: $0, zone: $1) }, in: db),
      steadying: try Steadying.ofRun(fitted, in: db))
  }

  private static func forecast(
    of item: ItemCode, at location: LocationCode, run: Int, in db: isolated Session
  ) throws -> PublishedForecast {
    var parts = ForecastFilterParts()
    (parts.level, parts.item, parts.location) = (.itemLocation, item, location)
    guard
      let found = try ForecastStore.page(ofRun: run, parts, after: 0, limit: 1, in: db).first
    else { throw ModelRefusal.noForecast(item, location) }
    return found.forecast
  }
}

/// Why there is no model to show.
public enum ModelRefusal: Error, Hashable, Sendable {
  case noForecast(ItemCode?, LocationCode?)
}

extension ModelRefusal: Failure {
  public var code: String { "unknown-series" }
  public var exitCode: ExitCode { .data }

  public var sentence: String {
    switch self {
    case .noForecast(let item, let location):
      "the run in use has no forecast of '\(item?.text ?? "")' at '\(location?.text ?? "")'"
    }
  }
}
