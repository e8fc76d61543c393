internal import Foundation
public import Inventory
internal import LinearAlgebra
public import Planning
public import Postgres
public import Storage

/// Why there is nothing to publish.
public enum TrainingRefusal: Error, Sendable {
  /// No location has sent demand yet.
  case noDemand
  /// The regions that are fresh have no demand up to the origin.
  case noDemandThrough(Day)
  /// Every region is behind its promised freshness.
  case everyRegionBehind([TrainingScope.Behind], asOf: Day)
}

/// What a run did, for the person who started it.
public struct TrainingSummary: Sendable {
  public let run: Int
  public let datasetVersion: Int64
  public let asOf: Day
  public let origin: Day
  public let horizon: Int
  public let series: Int
  public let observations: Int
  public let nodes: Int
  /// How many series stand on each rung of the ladder.
  public let tiers: [Tier: Int]
  public let regions: [RunRecord.Region]
  /// How many flags of each severity it raised.
  public let flags: [Severity: Int]
  /// Why the gate refused it; nil when it is published.
  public let refusal: RunRefusal?
}

/// A run that the gate refused.
public struct RunRefusal: Error, Hashable, Sendable {
  public let run: Int
  /// The run that stays in use; nil where there is none.
  public let champion: Int?
  public let reason: String
  /// The checks that failed, the gravest first.
  public let failed: [GateCheck]
}

/// One training of all regions, from one dataset version to one publication.
public enum Training {
  /// Days beyond the horizon, so that a region that falls behind can still serve.
  static let reserveDays = 14

  /// Trains all regions here and now, when no other run is under way any more.
  ///
  /// - Parameter published: the last thing in the transaction that publishes or refuses the run;
  ///   what it throws undoes all of it.
  public static func run(
    clock: ZoneClock, progress: Progress.Channel = .silent, in session: Session,
    published: @Sendable (_ run: Int, isolated Session) throws -> Void = { _, _ in }
  ) async throws -> TrainingSummary {
    try await run(
      by: .standard, clock: clock, progress: progress, in: session, published: published)
  }

  /// - Parameters:
  ///   - maker: makes the challenger's forecasts, now and from past origins.
  ///   - viewed: called when everything is read and nothing is decided.
  static func run(
    by maker: ForecastMaker, clock: ZoneClock, progress: Progress.Channel = .silent,
    in session: Session, viewed: @Sendable () async throws -> Void = {},
    published: @Sendable (_ run: Int, isolated Session) throws -> Void = { _, _ in }
  ) async throws -> TrainingSummary {
    try await session.run { db in try RunStore.beginTraining(in: db) }
    let outcome: Result<TrainingSummary, any Error>
    do {
      while try await session.run(RunRequestStore.isAnyUnderWay) {
        try await Task.sleep(for: .milliseconds(200))
      }
      outcome = .success(
        try await train(
          by: maker, clock: clock, progress: progress, shared: nil, in: session, viewed: viewed,
          published: published))
    } catch {
      outcome = .failure(error)
    }
    // A lost connection has let the lock go by itself.
    do {
      try await session.run { db in try RunStore.endTraining(in: db) }
    } catch {
      if case .success = outcome { throw error }
    }
    return try outcome.get()
  }

  /// Carries out a claimed request.
  ///
  /// - Parameter shared: with whom the fits are shared; nil makes all of them here.
  /// - Throws: `UnchangedInput` for a request that would come to what is known, not forced.
  static func train(
    by maker: ForecastMaker = .standard, clock: ZoneClock, progress: Progress.Channel,
    shared: ShardedForecast?, in session: Session,
    viewed: @Sendable () async throws -> Void = {},
    published: @Sendable (_ run: Int, isolated Session) throws -> Void
  ) async throws -> TrainingSummary {
    let startedAt = clock.now
    let meter = RunMeter()
    // What a service's loop has not come to yet, or a crash has kept it from.
    try await Arrivals.replayAll(clock: clock.machine, in: session)
    let configured = try await Configurations.inForce(in: session)
    let asked = try configured.configuration()
    let view = try await session.run { db in
      try db.transaction(isolation: .repeatableRead, readOnly: true) { db in
        try TrainingView.read(clock: clock, in: db)
      }
    }
    if let shared, !shared.claim.isForced {
      try await UnchangedInput.check(view, configuration: configured.version, in: session)
    }
    try await viewed()
    let reconciled = try await ComputeThread.run { try view.reconciliation(asked) }
    let configuration = asked.reconciled(reconciled.method)
    let settings = configuration.settings
    let step = progress.step("train", unit: "forecasts")
    let table =
      maker.isOwn
      ? try await view.forecast(settings, shared: shared, step: step, in: session)
      : try await ComputeThread.run { try maker.make(view.dataset, view.origin, settings) }
    step.finish()
    let trial = try await PastOrigins(
      view: view, configuration: configuration, maker: maker, clock: clock
    ).trial(progress: progress, in: session)
    let decision = RunDecision(
      view: view, configuration: configuration, fitted: table, trial: trial)
    var record = RunRecord(
      datasetVersion: view.dataset.version, contentDigest: view.dataset.contentDigest,
      asOf: view.asOf, origin: view.origin, horizon: configuration.horizonDays,
      quantiles: settings.quantiles, series: view.dataset.histories.count,
      observations: view.dataset.observations, codeVersion: Version.text,
      processorCore: Processor.coreName, startedAt: startedAt, regions: view.regions,
      configuration: configured.version, threads: ProcessInfo.processInfo.activeProcessorCount,
      comparedWith: view.champion?.run)
    record.reconciliation = reconciled.method
    record.reconciliationFinding = reconciled.finding
    let (made, run, refusal) = try await decision.settle(record, in: session) { run, db in
      try RunCostStore.insert(meter.cost(of: view.dataset), run: run, in: db)
      try published(run, db)
    }
    return TrainingSummary(run: run, record, made, refusal)
  }
}

/// What a run made, before anybody decided about it.
struct Challenger: Sendable {
  let table: ForecastTable
  let forecasts: [PublishedForecast]
  let flags: [Flag]
}

extension RunConfiguration {
  /// What the forecasts are asked for: days beyond the horizon let a region fall behind.
  var settings: ForecastSettings {
    ForecastSettings(
      horizon: horizonDays + Training.reserveDays, quantiles: quantiles, choice: method,
      reconciliation: reconciliation)
  }
}

/// All that a run reads, from one snapshot of the database.
struct TrainingView: Sendable {
  let asOf: Day
  let origin: Day
  let dataset: Dataset
  let regions: [RunRecord.Region]
  /// Every forecast in use.
  let published: [PublishedForecast]
  /// Those of the regions that are behind.
  let carried: [PublishedForecast]
  let behind: [DetectionInput.BehindRegion]
  let names: PlannerNames
  /// The run that readers see; nil before the first.
  let champion: PublishedRun?
  /// Locations of the trained regions, and how many of them are fresh.
  let locations: Int
  let freshLocations: Int

  static func read(clock: ZoneClock, in db: isolated Session) throws -> TrainingView {
    let asOf = clock.today(zone: nil)
    let locations = try DatasetStore.locations(in: db)
    guard !locations.isEmpty else { throw TrainingRefusal.noDemand }
    let freshness = locations.map { $0.freshness(clock) }
    let scope = TrainingScope(locations: freshness, asOf: asOf)
    guard let origin = scope.origin else {
      throw TrainingRefusal.everyRegionBehind(scope.behind, asOf: asOf)
    }
    let dataset = try DatasetStore.dataset(
      ofRegions: scope.trained, through: origin, civilDay: { clock.day(of: $0, zone: $1) },
      in: db)
    guard !dataset.histories.isEmpty else { throw TrainingRefusal.noDemandThrough(origin) }
    let published = try RunStore.published(in: db)
    let inUse = try published.map { try ForecastStore.forecasts(ofRun: $0.run, in: db) } ?? []
    var carried: [PublishedForecast] = []
    var behindRegions: [DetectionInput.BehindRegion] = []
    var regions = scope.trained.map { region in
      RunRecord.Region(region: region, state: .trained, completeThrough: origin, reason: "fresh")
    }
    for behind in scope.behind {
      let kept = inUse.filter { $0.node.region == behind.region }
      carried += kept
      behindRegions.append(.init(behind, keepsForecast: !kept.isEmpty))
      regions.append(
        RunRecord.Region(
          region: behind.region, state: kept.isEmpty ? .absent : .stale,
          completeThrough: behind.completeThrough,
          carriedFrom: kept.isEmpty ? nil : published?.run, reason: behind.reason))
    }
    return TrainingView(
      asOf: asOf, origin: origin, dataset: dataset, regions: regions, published: inUse,
      carried: carried, behind: behindRegions, names: try PlannerNames.read(in: db),
      champion: published,
      locations: freshness.count { scope.trained.contains($0.region) },
      freshLocations: freshness.count { scope.trained.contains($0.region) && !$0.isStale })
  }

  func gateInput(
    _ table: ForecastTable, _ trial: GateTrial, _ configuration: RunConfiguration
  ) -> GateInput {
    GateInput(
      table: table, histories: dataset.histories, trial: trial, previous: published,
      locations: locations, freshLocations: freshLocations, horizon: configuration.horizonDays,
      limits: configuration.gate)
  }

  func detectionInput(_ table: ForecastTable) -> DetectionInput {
    DetectionInput(
      table: table, previous: published, events: dataset.events, prices: dataset.prices,
      behind: behind, names: names)
  }
}

extension PlannerNames {
  /// The names of all items and locations that have one.
  static func read(in db: isolated Session) throws -> PlannerNames {
    var names = PlannerNames()
    for item in try ItemStore.items(in: db) { names.items[item.code] = item.name }
    for location in try LocationStore.locations(in: db) {
      names.locations[location.code] = location.name
    }
    return names
  }
}

extension TrainingView {
  func work(_ settings: ForecastSettings) throws -> ForecastWork {
    try ForecastWork(
      histories: dataset.histories, events: dataset.events, prices: dataset.prices,
      origin: origin, settings: settings)
  }

  /// From what any other worker makes the same work.
  func record(ofWork settings: ForecastSettings) -> RunWork {
    RunWork(
      datasetVersion: dataset.version, contentDigest: dataset.contentDigest, asOf: asOf,
      origin: origin, regions: regions.filter { $0.state == .trained }.map(\.region),
      horizon: settings.horizon, method: settings.choice.rawValue,
      reconciliation: settings.reconciliation.rawValue, codeVersion: Version.text,
      processorCore: Processor.coreName)
  }

  fileprivate func forecast(
    _ settings: ForecastSettings, shared: ShardedForecast?, step: Progress, in session: Session
  ) async throws -> ForecastTable {
    let work = try await ComputeThread.run { try self.work(settings) }
    step.expect(work.shards.reduce(0, +))
    guard let shared else {
      return try await ComputeThread.run {
        try work.table(
          try work.shards.indices.map { shard in
            defer { step.advance(by: work.shards[shard]) }
            return try work.answer(shard: shard)
          })
      }
    }
    return try await shared.table(work, of: record(ofWork: settings), in: session) { done, _ in
      step.reach(done)
    }
  }
}

extension LocationState {
  func freshness(_ clock: ZoneClock) -> LocationFreshness {
    LocationFreshness(
      location: code, region: region, completeThrough: completeThrough,
      due: clock.due(freshness, zone: timeZone))
  }
}

extension TrainingScope.Behind {
  /// Why the region is not trained, for a person.
  public var reason: String {
    guard let completeThrough else {
      return "\(location) has never said up to which day it is complete"
    }
    return "\(location) is complete through \(completeThrough), \(due) was due"
  }
}

extension TrainingSummary {
  fileprivate init(
    run: Int, _ record: RunRecord, _ made: Challenger, _ refusal: RunRefusal?
  ) {
    self.run = run
    datasetVersion = record.datasetVersion
    asOf = record.asOf
    origin = record.origin
    horizon = record.horizon
    series = record.series
    observations = record.observations
    nodes = made.forecasts.count
    tiers = made.forecasts.filter { $0.node.level == .itemLocation }
      .reduce(into: [:]) { tiers, forecast in tiers[forecast.tier, default: 0] += 1 }
    regions = record.regions
    flags = made.flags.reduce(into: [:]) { counts, flag in
      counts[flag.severity, default: 0] += 1
    }
    self.refusal = refusal
  }
}
