internal import Inventory
internal import Planning
internal import Postgres
internal import Storage

extension HeldForecasts {
  /// The locks that are in force after an origin.
  static func live(after origin: Day, in db: isolated Session) throws -> HeldForecasts {
    try read(ForecastLockStore.live(from: origin + 1, in: db).map(\.lock), in: db)
  }

  /// The locks that a run held, whatever became of them since.
  static func held(byRun run: Int, in db: isolated Session) throws -> HeldForecasts {
    try read(ForecastLockStore.held(byRun: run, in: db).map(\.record.lock), in: db)
  }

  private static func read(
    _ locks: [ForecastLock], in db: isolated Session
  ) throws -> HeldForecasts {
    HeldForecasts(
      try locks.map { lock in
        guard let basis = try RunStore.basis(ofRun: lock.run, in: db), basis.hasForecasts else {
          throw RunReplayRefusal.forecastsDropped(run: lock.run)
        }
        let said = EarlierForecasts(
          run: lock.run, quantiles: basis.quantiles,
          try ForecastStore.forecasts(heldBy: lock, in: db))
        return (lock, said)
      })
  }

  /// How many days of series each lock holds in what is published; 0 where none.
  func cells(in forecasts: [PublishedForecast]) -> [Int: Int] {
    var cells = Dictionary(ids.map { ($0, 0) }, uniquingKeysWith: { first, _ in first })
    for forecast in forecasts where forecast.node.level == .itemLocation {
      for lock in forecast.locks where lock > 0 { cells[lock, default: 0] += 1 }
    }
    return cells
  }
}

/// A lock was set or taken away between making a run's numbers and publishing them.
struct LocksChanged: Error {
  /// - Throws: itself where the locks in force are others than those that were held; call it while
  ///   publication is held.
  static func check(
    _ held: HeldForecasts, after origin: Day, in db: isolated Session
  ) throws {
    let live = try ForecastLockStore.live(from: origin + 1, in: db).map(\.lock.id)
    guard live == held.ids else { throw LocksChanged() }
  }
}
