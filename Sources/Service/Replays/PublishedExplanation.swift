public import Inventory
internal import LinearAlgebra
public import Planning
public import Postgres
public import Storage

/// One published number, and everything that it was made from.
public struct PublishedExplanation: Sendable {
  public let item: ItemCode
  public let location: LocationCode
  public let day: Day
  /// The run in which readers find the number.
  public let run: Int
  /// The run that made it: an earlier one where the region was behind.
  public let madeIn: RunBasis
  public let forecast: PublishedForecast
  /// The lock that holds the day in it; nil where none does.
  public let lock: ForecastLockRecord?
  /// The batches behind the series' demand, the latest first.
  public let deliveries: [Delivery]
  /// The making of the number, step by step.
  public let explanation: Explanation
  /// Thousandths: the published mean of the day.
  public let mean: Int64
  /// Thousandths: the mean that the steps come to.
  public let remade: Int64
  /// Units, by the run's probabilities.
  public let quantiles: [Double]
  /// The core on which the steps were made again.
  public let core: String

  /// What a step adds on the day, in the order in which the steps act.
  public var steps: [(part: Explanation.Part, scaled: Double?, units: Double)] {
    guard let lead = explanation.days.firstIndex(of: day) else { return [] }
    return explanation.parts.map { ($0, $0.scaled?[lead], $0.units[lead]) }
  }

  /// - Parameter run: nil is the run in use.
  /// - Throws: `ExplanationRefusal`, `RunReplayRefusal`, `DatasetVersionError`.
  public static func read(
    item: ItemCode, location: LocationCode, day: Day, run: Int? = nil, clock: ZoneClock,
    progress: Progress.Channel = .silent, in session: Session
  ) async throws -> PublishedExplanation {
    let (shown, view, forecast, lock, deliveries) = try await session.run { db in
      try db.transaction(isolation: .repeatableRead, readOnly: true) { db in
        let (shown, maker) = try runs(item, location, run, in: db)
        let view = try ReplayView.read(run: maker, clock: clock, in: db)
        let forecast = try published(item, location, in: maker, in: db)
        guard let forecast else { throw ExplanationRefusal.unknownSeries(item, location) }
        let deliveries = try DeliveryStore.deliveries(
          ofItem: item, at: location, through: view.basis.origin,
          version: view.basis.datasetVersion, in: db)
        let lead = day - forecast.firstDay
        let lock =
          try forecast.locks.indices.contains(lead) && forecast.locks[lead] > 0
          ? ForecastLockStore.lock(forecast.locks[lead], in: db) : nil
        return (shown, view, forecast, lock, deliveries)
      }
    }
    let lead = day - forecast.firstDay
    guard forecast.means.indices.contains(lead) else {
      throw ExplanationRefusal.dayNotForecast(
        day, first: forecast.firstDay, last: forecast.firstDay + (forecast.means.count - 1))
    }
    let step = progress.step("explain", unit: "forecasts")
    let table = try await ComputeThread.run {
      try view.forecast(step: step) { $0 == forecast.node }
    }
    step.finish()
    guard let explanation = table.explanations.first(where: { $0.node == forecast.node }),
      let made = table.nodes.first(where: { $0.node == forecast.node })
    else { throw ExplanationRefusal.unknownSeries(item, location) }
    return PublishedExplanation(
      item: item, location: location, day: day, run: shown, madeIn: view.basis,
      forecast: forecast, lock: lock, deliveries: deliveries, explanation: explanation,
      mean: forecast.means[lead], remade: made.means[lead],
      quantiles: forecast.quantiles.map { $0[lead] }, core: Processor.coreName)
  }

  /// The run asked for, and the one that made its forecast of the location's region.
  private static func runs(
    _ item: ItemCode, _ location: LocationCode, _ run: Int?, in db: isolated Session
  ) throws -> (shown: Int, maker: Int) {
    guard let shown = try run ?? RunStore.published(in: db)?.run else {
      throw RunReplayRefusal.notTrainedYet
    }
    guard let basis = try RunStore.basis(ofRun: shown, in: db) else {
      throw RunReplayRefusal.unknownRun(shown)
    }
    guard basis.hasForecasts else { throw RunReplayRefusal.forecastsDropped(run: shown) }
    guard let forecast = try published(item, location, in: shown, in: db) else {
      throw ExplanationRefusal.unknownSeries(item, location)
    }
    var maker = shown
    while let region = try RunStore.regions(ofRun: maker, in: db).first(where: {
      $0.region == forecast.node.region
    }), let earlier = region.carriedFrom, earlier < maker {
      maker = earlier
    }
    return (shown, maker)
  }

  private static func published(
    _ item: ItemCode, _ location: LocationCode, in run: Int, in db: isolated Session
  ) throws -> PublishedForecast? {
    var parts = ForecastFilterParts()
    parts.level = .itemLocation
    parts.item = item
    parts.location = location
    return try ForecastStore.page(ofRun: run, parts, after: 0, limit: 1, in: db).first?.forecast
  }
}

/// Why a number cannot be explained.
public enum ExplanationRefusal: Error, Hashable, Sendable {
  case unknownSeries(ItemCode, LocationCode)
  case dayNotForecast(Day, first: Day, last: Day)
}

extension ExplanationRefusal: Failure {
  public var code: String {
    switch self {
    case .unknownSeries: "unknown-series"
    case .dayNotForecast: "day-not-forecast"
    }
  }

  public var exitCode: ExitCode { .data }

  public var sentence: String {
    switch self {
    case .unknownSeries(let item, let location):
      "the run has no forecast of item '\(item)' at location '\(location)'"
    case .dayNotForecast(let day, let first, let last):
      "the run has no forecast of \(day): its days are \(first) to \(last)"
    }
  }
}
