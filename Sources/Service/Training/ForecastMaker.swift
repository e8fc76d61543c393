internal import Inventory
internal import Planning
internal import Storage

/// What makes forecasts of all nodes from a dataset and an origin.
struct ForecastMaker: Sendable {
  let make:
    @Sendable (Dataset, _ origin: Day, ForecastSettings, ForecastProgress?) throws -> ForecastTable

  /// The program's own.
  static let standard = ForecastMaker { dataset, origin, settings, progress in
    try Forecaster.forecast(
      histories: dataset.histories, events: dataset.events, prices: dataset.prices,
      origin: origin, settings: settings, progress: progress)
  }
}

extension Progress {
  /// Counts what a forecast says it has done.
  func counting() -> ForecastProgress {
    var done = 0
    return { [self] reached, total in
      expect(total)
      advance(by: reached - done)
      done = reached
    }
  }
}
