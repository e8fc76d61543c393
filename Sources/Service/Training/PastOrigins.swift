internal import Inventory
internal import Planning
internal import Postgres
internal import Storage

/// The gate's trial: from the last weekly origins, what the challenger's configuration would have
/// said, of data known then, against what the champion did say.
struct PastOrigins: Sendable {
  let view: TrainingView
  let configuration: RunConfiguration
  let maker: ForecastMaker
  let clock: ZoneClock

  /// One origin with what was known then.
  private struct Past: Sendable {
    /// Nil where nothing is to be fitted to it.
    let dataset: Dataset?
    /// What readers were given from there; empty where they were given nothing.
    var published: [Node: DailyMeans] = [:]
    /// What the challenger's configuration is known to say without a fit.
    var standing: [NodeMeans] = []
  }

  func trial(progress: Progress.Channel, in session: Session) async throws -> GateTrial {
    let (view, limits, horizon) = (view, configuration.gate, configuration.horizonDays)
    var trial = try await ComputeThread.run {
      GateTrial(
        view.dataset.histories, events: view.dataset.events, origin: view.origin,
        horizon: horizon, limits: limits, seed: view.sampleSeed)
    }
    let before = try await championConfiguration(in: session)
    let step = progress.step("gate", unit: "origins", total: trial.origins.count)
    for origin in trial.origins {
      let past = try await past(origin, in: session)
      let known = trial
      trial = try await ComputeThread.run {
        var trial = known
        try add(origin, past, champion: before, to: &trial)
        if origin == trial.origins.first { try look(from: origin, &trial) }
        return trial
      }
      step.advance(by: 1)
    }
    step.finish()
    return trial
  }

  private func add(
    _ origin: Day, _ past: Past, champion: RunConfiguration?, to trial: inout GateTrial
  ) throws {
    guard let dataset = past.dataset else {
      return trial.add(past.standing, from: origin, champion: past.published)
    }
    let settings = configuration.trialSettings
    let challenger = try maker.make(dataset, origin, settings)
    trial.refits += 1
    var means = past.published
    if means.isEmpty, let champion {
      if maker.isOwn, champion.trialSettings == settings {
        means = challenger.dailyMeans
      } else {
        means = try ForecastMaker.standard.make(dataset, origin, champion.trialSettings).dailyMeans
        trial.refits += 1
      }
    }
    trial.add(challenger, champion: means)
  }

  /// Whether the days after an origin change forecasts from there.
  private func look(from origin: Day, _ trial: inout GateTrial) throws {
    let sample = Set(trial.sample)
    let histories = view.dataset.histories.filter { sample.contains($0.series) }
    let seeing = view.dataset.with(histories)
    let blind = view.dataset.with(histories.compactMap { $0.known(through: origin) })
    let settings = configuration.trialSettings
    trial.compare(
      try maker.make(seeing, origin, settings), try maker.make(blind, origin, settings))
  }

  /// What the forecast in use was made by.
  private func championConfiguration(in session: Session) async throws -> RunConfiguration? {
    guard let champion = view.champion else { return nil }
    return try await session.run { db in
      try Configurations.configuration(ofRun: champion.run, in: db)
    }
  }

  /// What was committed then, where readers were given a run from that origin and its data can
  /// still be read; else what is known today, cut at the origin.
  private func past(_ origin: Day, in session: Session) async throws -> Past {
    let (clock, regions, view) = (clock, view.trainedRegions, view)
    let standing = maker.isOwn ? StandingForecasts(view: view, configuration: configuration) : nil
    return try await session.run { db in
      try db.transaction(isolation: .repeatableRead, readOnly: true) { db in
        guard let champion = try RegistryStore.champion(from: origin, in: db) else {
          return Past(dataset: view.cut(at: origin))
        }
        let published = try ForecastStore.means(ofRun: champion.run, in: db)
        if let means = try standing?.means(published, ofRun: champion.run, in: db) {
          return Past(dataset: nil, published: published, standing: means)
        }
        do {
          let dataset = try DatasetStore.dataset(
            ofRegions: regions, through: origin, version: .at(champion.datasetVersion),
            civilDay: { clock.day(of: $0, zone: $1) }, in: db)
          return Past(dataset: dataset, published: published)
        } catch is DatasetVersionError {
          return Past(dataset: view.cut(at: origin), published: published)
        }
      }
    }
  }
}

extension RunConfiguration {
  /// Quantiles are not tried, and cost as much as the means.
  fileprivate var trialSettings: ForecastSettings {
    var settings = settings
    settings.quantiles = []
    return settings
  }
}

extension TrainingView {
  /// Draws the same sample whenever the same data is trained.
  fileprivate var sampleSeed: UInt64 {
    dataset.contentDigest.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// What is known today of the days up to an origin.
  fileprivate func cut(at origin: Day) -> Dataset {
    dataset.with(dataset.histories.compactMap { $0.known(through: origin) })
  }

  var trainedRegions: [RegionCode] { regions.filter { $0.state == .trained }.map(\.region) }
}

extension ForecastTable {
  fileprivate var dailyMeans: [Node: DailyMeans] {
    guard let first = days.first else { return [:] }
    return Dictionary(
      nodes.map { ($0.node, DailyMeans(firstDay: first, means: $0.means)) },
      uniquingKeysWith: { first, _ in first })
  }
}
