public import Inventory
internal import Planning
public import Postgres
internal import Storage

/// Measures published runs on the days that have arrived since, a region at a time.
public enum Measuring {
  /// A run that was measured in a region.
  public struct Measured: Hashable, Sendable {
    public let run: Int
    public let region: RegionCode
    public let through: Day
  }

  /// Measures all that has arrived and was not measured yet.
  ///
  /// A run is measured anew whenever a further day of its horizon has arrived, so that corrections
  /// until then count.
  public static func run(clock: ZoneClock, in session: Session) async throws -> [Measured] {
    let due = try await session.run { db in try AccuracyStore.unmeasured(in: db) }
    var measured: [Measured] = []
    for (region, runs) in Dictionary(grouping: due, by: \.region).sorted(by: { $0.key < $1.key }) {
      let measurement = try await histories(of: region, for: runs, clock: clock, in: session)
      for run in runs {
        try Task.checkCancellation()
        try await measure(run, against: measurement, in: session)
        measured.append(Measured(run: run.run, region: region, through: run.through))
      }
    }
    return measured
  }

  private static func histories(
    of region: RegionCode, for runs: [UnmeasuredRun], clock: ZoneClock, in session: Session
  ) async throws -> (ForecastMeasurement, version: Int64) {
    let last = runs.map(\.through).max() ?? .earliest
    let dataset = try await session.run { db in
      try db.transaction(isolation: .repeatableRead, readOnly: true) { db in
        try DatasetStore.dataset(
          ofRegions: [region], through: last, civilDay: { clock.day(of: $0, zone: $1) }, in: db)
      }
    }
    return (ForecastMeasurement(dataset.histories, events: dataset.events), dataset.version)
  }

  private static func measure(
    _ run: UnmeasuredRun, against measurement: (ForecastMeasurement, version: Int64),
    in session: Session
  ) async throws {
    let forecasts = try await session.run { db in
      try ForecastStore.forecasts(
        ofRun: run.run, region: run.region, level: .itemLocation, in: db)
    }
    let sums = try await ComputeThread.run {
      measurement.0.sums(
        of: forecasts, probabilities: run.quantiles, origin: run.origin,
        leads: run.through - run.origin)
    }
    try await session.run { db in
      try db.transaction { db in
        try AccuracyStore.replace(run, sums, version: measurement.version, in: db)
      }
    }
  }
}
