internal import Inventory
internal import Planning
internal import Postgres
internal import Storage

/// What a run was made from, read back: the same data at the same place in the commit order,
/// whatever came after it.
struct ReplayView: Sendable {
  let basis: RunBasis
  let dataset: Dataset
  let trained: [RegionCode]
  /// The forecasts that regions which were behind kept.
  let carried: [PublishedForecast]
  /// What became of its fitted forecasts.
  let steadying: Steadying
  /// What the run's forecasts were asked for.
  let settings: ForecastSettings

  /// - Parameter run: nil is the run in use.
  /// - Throws: `RunReplayRefusal`, `DatasetVersionError`.
  static func read(
    run: Int?, clock: ZoneClock, in db: isolated Session
  ) throws -> ReplayView {
    guard let run = try run ?? RunStore.published(in: db)?.run else {
      throw RunReplayRefusal.notTrainedYet
    }
    guard let basis = try RunStore.basis(ofRun: run, in: db) else {
      throw RunReplayRefusal.unknownRun(run)
    }
    let regions = try RunStore.regions(ofRun: run, in: db)
    let trained = regions.filter { $0.state == .trained }.map(\.region)
    let dataset = try DatasetStore.dataset(
      ofRegions: trained, through: basis.origin, version: .at(basis.datasetVersion),
      civilDay: { clock.day(of: $0, zone: $1) }, in: db)
    guard dataset.contentDigest == basis.contentDigest else {
      throw RunReplayRefusal.dataDiffers(run: run, version: basis.datasetVersion)
    }
    var carried: [PublishedForecast] = []
    for region in regions {
      guard let earlier = region.carriedFrom else { continue }
      let kept = try ForecastStore.forecasts(ofRun: earlier, region: region.region, in: db)
      guard !kept.isEmpty else { throw RunReplayRefusal.forecastsDropped(run: earlier) }
      carried += kept
    }
    return ReplayView(
      basis: basis, dataset: dataset, trained: trained, carried: carried,
      steadying: try Steadying.ofRun(run, in: db),
      settings: try Configurations.configuration(ofRun: run, in: db).settings)
  }

  /// The run's forecasts, made again, as they were published.
  func forecast(
    step: Progress, explaining isExplained: (Node) -> Bool = { _ in false }
  ) throws -> ForecastTable {
    var done = 0
    let fitted = try Forecaster.forecast(
      histories: dataset.histories, events: dataset.events, prices: dataset.prices,
      origin: basis.origin, settings: settings,
      progress: { reached, total in
        step.expect(total)
        step.advance(by: reached - done)
        done = reached
      }, explaining: isExplained)
    return steadying.steadied(fitted)
  }
}

/// Why a run cannot be made again.
public enum RunReplayRefusal: Error, Hashable, Sendable {
  case notTrainedYet
  case unknownRun(Int)
  /// Its forecasts, or those that it carried over, were dropped because of their age.
  case forecastsDropped(run: Int)
  /// The data no longer reads as the run saw it.
  case dataDiffers(run: Int, version: Int64)
}

extension RunReplayRefusal: Failure {
  public var code: String {
    switch self {
    case .notTrainedYet: "not-trained-yet"
    case .unknownRun: "unknown-run"
    case .forecastsDropped: "forecasts-dropped"
    case .dataDiffers: "data-differs"
    }
  }

  public var exitCode: ExitCode { .data }

  public var sentence: String {
    switch self {
    case .notTrainedYet: "there is no run yet: 'quartermaster train' makes one"
    case .unknownRun(let run): "there is no run \(run)"
    case .forecastsDropped(let run):
      "the forecasts of run \(run) were dropped because of their age, so nothing can be compared"
    case .dataDiffers(let run, let version):
      "dataset version \(version) does not read as run \(run) saw it: its SHA-256 is another"
    }
  }
}
