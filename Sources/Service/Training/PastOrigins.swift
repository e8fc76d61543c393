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

  /// At most so many origins are fitted side by side: half of a fit runs on one processor, and each
  /// takes memory of its own.
  private static let width = 2

  /// One origin with what was known then.
  private struct Past: Sendable {
    enum Data: Sendable {
      /// What is known today of the days up to the origin.
      case cut
      case read(Dataset)
      /// What the challenger's configuration says is known without a fit.
      case needless([NodeMeans])
    }

    let origin: Day
    var data: Data
    /// What readers were given from there; empty where they were given nothing.
    var published: [Node: DailyMeans] = [:]
  }

  /// What both sides said from an origin.
  private struct Said: Sendable {
    let challenger: [NodeMeans]
    let champion: [Node: DailyMeans]
    var refits = 0
  }

  func trial(progress: Progress.Channel, in session: Session) async throws -> GateTrial {
    let (view, limits, horizon) = (view, configuration.gate, configuration.horizonDays)
    var trial = try await ComputeThread.run {
      GateTrial(
        view.dataset.histories, events: view.dataset.events, origin: view.origin,
        horizon: horizon, limits: limits, seed: view.sampleSeed)
    }
    if configuration.blend == .backtest { trial.blend = BlendTrial() }
    let before = try await championConfiguration(in: session)
    let step = progress.step("gate", unit: "origins", total: trial.origins.count)
    let said = try await allSaid(from: trial.origins, champion: before, step: step, in: session)
    let known = trial
    trial = try await ComputeThread.run {
      var trial = known
      // In their order, whichever was fitted first: sums of errors depend on it in their last bits.
      for (origin, said) in zip(trial.origins, said) {
        trial.add(said.challenger, from: origin, champion: said.champion)
        trial.refits += said.refits
      }
      if let latest = trial.origins.first { try look(from: latest, &trial) }
      return trial
    }
    step.finish()
    return trial
  }

  /// In the order of the origins.
  private func allSaid(
    from origins: [Day], champion: RunConfiguration?, step: Progress, in session: Session
  ) async throws -> [Said] {
    try await withThrowingTaskGroup(of: (Int, Said).self) { group in
      var said: [Int: Said] = [:]
      for (place, origin) in origins.enumerated() {
        if place >= PastOrigins.width, let (done, answer) = try await group.next() {
          said[done] = answer
          step.advance(by: 1)
        }
        group.addTask {
          let past = try await past(origin, in: session)
          return (place, try await ComputeThread.run { try self.said(past, champion: champion) })
        }
      }
      for try await (done, answer) in group {
        said[done] = answer
        step.advance(by: 1)
      }
      return origins.indices.compactMap { said[$0] }
    }
  }

  private func said(_ past: Past, champion: RunConfiguration?) throws -> Said {
    if case .needless(let means) = past.data {
      return Said(challenger: means, champion: past.published)
    }
    let settings = configuration.trialSettings
    let challenger = try forecast(past, by: maker, settings)
    guard past.published.isEmpty, let champion else {
      return Said(challenger: challenger.nodeMeans, champion: past.published, refits: 1)
    }
    if maker.isOwn, champion.trialSettings == settings {
      return Said(challenger: challenger.nodeMeans, champion: challenger.dailyMeans, refits: 1)
    }
    let refitted = try forecast(past, by: .standard, champion.trialSettings)
    return Said(
      challenger: challenger.nodeMeans, champion: refitted.dailyMeans, refits: 2)
  }

  private func forecast(
    _ past: Past, by maker: ForecastMaker, _ settings: ForecastSettings
  ) throws -> ForecastTable {
    guard maker.isOwn else { return try maker.make(dataset(past), past.origin, settings) }
    // What it is made of goes before it is fitted.
    let work = try work(of: dataset(past), past.origin, settings)
    return try work.table(try work.shards.indices.map { try work.answer(shard: $0) })
  }

  private func work(
    of dataset: Dataset, _ origin: Day, _ settings: ForecastSettings
  ) throws -> ForecastWork {
    try ForecastWork(
      histories: dataset.histories, events: dataset.events, prices: dataset.prices,
      origin: origin, settings: settings)
  }

  private func dataset(_ past: Past) -> Dataset {
    if case .read(let dataset) = past.data { return dataset }
    return view.cut(at: past.origin)
  }

  /// Whether the days after an origin change forecasts from there.
  private func look(from origin: Day, _ trial: inout GateTrial) throws {
    let sample = Set(trial.sample)
    // A series that begins later has a forecast only where it is seen, which says nothing.
    let histories = view.dataset.histories.filter {
      sample.contains($0.series) && $0.start <= origin
    }
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
    let (clock, regions) = (clock, view.trainedRegions)
    let standing = maker.isOwn ? StandingForecasts(view: view, configuration: configuration) : nil
    return try await session.run { db in
      try db.transaction(isolation: .repeatableRead, readOnly: true) { db in
        guard let champion = try RegistryStore.champion(from: origin, in: db) else {
          return Past(origin: origin, data: .cut)
        }
        // What was blended or locked is no forecast of data known then: both sides are refitted.
        let isFitted = try !RunStore.isSteadied(champion.run, in: db)
        let published = isFitted ? try ForecastStore.means(ofRun: champion.run, in: db) : [:]
        if isFitted, let means = try standing?.means(published, ofRun: champion.run, in: db) {
          return Past(origin: origin, data: .needless(means), published: published)
        }
        do {
          let dataset = try DatasetStore.dataset(
            ofRegions: regions, through: origin, version: .at(champion.datasetVersion),
            civilDay: { clock.day(of: $0, zone: $1) }, in: db)
          return Past(origin: origin, data: .read(dataset), published: published)
        } catch is DatasetVersionError {
          return Past(origin: origin, data: .cut, published: published)
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
  fileprivate var nodeMeans: [NodeMeans] {
    nodes.map { NodeMeans(node: $0.node, means: $0.means) }
  }

  fileprivate var dailyMeans: [Node: DailyMeans] {
    guard let first = days.first else { return [:] }
    return Dictionary(
      nodes.map { ($0.node, DailyMeans(firstDay: first, means: $0.means)) },
      uniquingKeysWith: { first, _ in first })
  }
}
