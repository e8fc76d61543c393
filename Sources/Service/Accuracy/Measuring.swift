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
      let arrived = try await Arrived.read(
        region, through: runs.map(\.through).max() ?? .earliest, clock: clock, in: session)
      for run in runs {
        try Task.checkCancellation()
        try await measure(run, against: arrived, in: session)
        measured.append(Measured(run: run.run, region: region, through: run.through))
      }
    }
    try await measureSpanning(clock: clock, in: session)
    return measured
  }

  /// What has arrived of a region.
  private struct Arrived: Sendable {
    let dataset: Dataset
    let series: ForecastMeasurement
    let sums: SumMeasurement

    static func read(
      _ region: RegionCode, through last: Day, clock: ZoneClock, in session: Session
    ) async throws -> Arrived {
      let dataset = try await Measuring.dataset(of: region, through: last, clock, in: session)
      return try await ComputeThread.run {
        var sums = SumMeasurement(through: last, spanning: false)
        sums.add(dataset.histories, events: dataset.events)
        return Arrived(
          dataset: dataset, series: ForecastMeasurement(dataset.histories, events: dataset.events),
          sums: sums)
      }
    }
  }

  private static func dataset(
    of region: RegionCode, through last: Day, _ clock: ZoneClock, in session: Session
  ) async throws -> Dataset {
    try await session.run { db in
      try db.transaction(isolation: .repeatableRead, readOnly: true) { db in
        try DatasetStore.dataset(
          ofRegions: [region], through: last, civilDay: { clock.day(of: $0, zone: $1) }, in: db)
      }
    }
  }

  private static func measure(
    _ run: UnmeasuredRun, against arrived: Arrived, in session: Session
  ) async throws {
    let forecasts = try await session.run { db in
      try ForecastStore.forecasts(ofRun: run.run, region: run.region, in: db)
    }
    let leads = run.through - run.origin
    let (series, sums) = try await ComputeThread.run {
      (
        arrived.series.sums(
          of: forecasts, probabilities: run.quantiles, origin: run.origin, leads: leads),
        arrived.sums.sums(
          of: forecasts, probabilities: run.quantiles, origin: run.origin, leads: leads)
      )
    }
    try await session.run { db in
      try db.transaction { db in
        try AccuracyStore.replace(run, series, version: arrived.dataset.version, in: db)
        try SumAccuracyStore.replace(run: run.run, region: run.region, sums, in: db)
      }
    }
  }

  // MARK: - Sums over regions

  /// They are added up region by region, so that no more than one of them is in memory.
  private static func measureSpanning(clock: ZoneClock, in session: Session) async throws {
    let due = try await session.run { db in try SumAccuracyStore.unmeasured(in: db) }
    for (regions, runs) in Dictionary(grouping: due, by: \.regions) {
      let last = runs.map(\.through).max() ?? .earliest
      var adding = SumMeasurement(through: last, spanning: true)
      for region in regions {
        let dataset = try await dataset(of: region, through: last, clock, in: session)
        let before = adding
        adding = try await ComputeThread.run {
          var sums = before
          sums.add(dataset.histories, events: dataset.events)
          return sums
        }
      }
      let arrived = adding
      for run in runs {
        try Task.checkCancellation()
        try await measure(run, against: arrived, in: session)
      }
    }
  }

  private static func measure(
    _ run: UnmeasuredSums, against arrived: SumMeasurement, in session: Session
  ) async throws {
    let forecasts = try await session.run { db in
      try ForecastStore.forecasts(
        ofRun: run.run, levels: SumMeasurement.spanning.map(\.level), in: db)
    }
    let sums = try await ComputeThread.run {
      arrived.sums(
        of: forecasts, probabilities: run.quantiles, origin: run.origin,
        leads: run.through - run.origin)
    }
    try await session.run { db in
      try db.transaction { db in
        try SumAccuracyStore.replace(run: run.run, region: nil, sums, in: db)
        try SumAccuracyStore.measured(run, in: db)
      }
    }
  }
}
