internal import Inventory
internal import Planning
internal import Storage

/// What makes forecasts of all nodes from a dataset and an origin.
struct ForecastMaker: Sendable {
  /// Whether it is the program's own, whose fits may be shared among workers.
  var isOwn = false
  let make: @Sendable (Dataset, _ origin: Day, ForecastSettings) throws -> ForecastTable

  static let standard = ForecastMaker(isOwn: true) { dataset, origin, settings in
    try Forecaster.forecast(
      histories: dataset.histories, events: dataset.events, prices: dataset.prices,
      origin: origin, settings: settings)
  }
}
