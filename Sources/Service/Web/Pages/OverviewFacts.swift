internal import Inventory
internal import Planning
internal import Postgres
internal import Storage

/// What is read for every showing of the first page: little, and from one snapshot.
struct OverviewFacts: Sendable {
  let asOf: Day
  let version: Int64
  let run: PublishedRun?
  let summary: OverviewModel.RunSummary?
  let underWay: OverviewModel.RunProgress?
  let refusal: String?
  let locations: [RegionCode: [LocationFreshness]]
  let forecasts: [RegionCode: PublishedForecast]
  let flags: OverviewModel.FlagSummary
  let flagCounts: [RegionCode: Int]
  let isWhole: Bool

  var firstDay: Day { asOf - DemandChart.weeksBack * 7 }

  static func read(
    clock: ZoneClock, regions: [RegionCode]?, in db: isolated Session
  ) throws -> OverviewFacts {
    let run = try RunStore.published(in: db)
    let seen = try DatasetStore.locations(in: db).map { $0.freshness(clock) }
      .filter { location in regions.map { $0.contains(location.region) } ?? true }
    let locations = Dictionary(grouping: seen, by: \.region)
    var forecasts: [RegionCode: PublishedForecast] = [:]
    var flags: [FlagLine] = []
    var counts: [FlagCount] = []
    if let run {
      for region in locations.keys {
        forecasts[region] = try ForecastStore.forecasts(
          ofRun: run.run, region: region, level: .region, in: db
        ).first
      }
      flags = try OverviewStore.flags(
        ofRun: run.run, regions: regions, limit: Overview.shownFlags, in: db)
      counts = try OverviewStore.flagCounts(ofRun: run.run, regions: regions, in: db)
    }
    // What went wrong with a run may name any region.
    let failure = regions == nil ? try OverviewStore.failureSincePublication(in: db) : nil
    return OverviewFacts(
      asOf: clock.today(zone: nil), version: try BatchStore.version(in: db), run: run,
      summary: run.map { OverviewModel.RunSummary($0, failure: failure, clock: clock) },
      underWay: try RunRequestStore.running(in: db).map { request in
        OverviewModel.RunProgress(try ShardStore.progress(of: request.id, in: db))
      },
      refusal: try refusal(instead: run, seenIn: regions, clock, in: db),
      locations: locations, forecasts: forecasts,
      flags: OverviewModel.FlagSummary(flags, counts),
      flagCounts: counts.reduce(into: [:]) { sums, count in
        if let region = count.region { sums[region, default: 0] += count.count }
      }, isWhole: regions == nil)
  }

  private static func refusal(
    instead inUse: PublishedRun?, seenIn regions: [RegionCode]?, _ clock: ZoneClock,
    in db: isolated Session
  ) throws -> String? {
    guard let run = try OverviewStore.refusalSincePublication(in: db) else { return nil }
    let verdict = GateVerdict(try RegistryStore.checks(ofRun: run.run, in: db))
    let refusal = RunRefusal(
      run: run.run, champion: inUse?.run, reason: verdict.reason ?? "no check was kept",
      failed: verdict.failed)
    let reason = regions.map(refusal.reason(seenIn:)) ?? refusal.reason
    return "Run \(run.run) of \(clock.day(of: run.finishedAt, zone: nil)) at"
      + " \(OverviewModel.RunSummary.time(run.finishedAt, clock)) was not published: \(reason)"
  }

  /// Everything but the orders.
  func model(_ demand: OverviewDemand) -> OverviewModel {
    OverviewModel(
      asOf: asOf, run: summary, underWay: underWay, refusal: refusal,
      regions: locations.keys.sorted().compactMap { region in
        guard let locations = locations[region], let freshness = RegionFreshness(locations)
        else { return nil }
        return RegionOverview(
          region: region, freshness: freshness,
          chart: chart(region, locations, demand), flagCount: flagCounts[region] ?? 0)
      }, flags: flags, isWhole: isWhole)
  }

  private func chart(
    _ region: RegionCode, _ locations: [LocationFreshness], _ demand: OverviewDemand
  ) -> DemandChart.Series {
    let declared = locations.compactMap(\.completeThrough)
    let through = declared.count == locations.count ? declared.min() : nil
    let last = max(asOf - 1, min(through ?? asOf - 1, asOf))
    let forecast = forecasts[region]
    return DemandChart.Series(
      firstDay: firstDay,
      demand: (0...(last - firstDay)).map {
        demand.quantity(region, firstDay + $0, completeThrough: through)
      },
      today: asOf, forecast: forecast.map(days) ?? [], isStale: forecast?.isStale ?? false)
  }

  private func days(_ forecast: PublishedForecast) -> [DemandChart.Series.ForecastDay] {
    let rows = forecast.quantiles.count == run?.quantiles.count ? run?.quantiles ?? [] : []
    let (low, high) = (rows.firstIndex(of: 0.05), rows.firstIndex(of: 0.95))
    // With a day that is over as today, the report and the chart look at the days behind it.
    let end = max(asOf, min(forecast.firstDay, asOf + 1)) + DemandChart.daysAhead
    return forecast.means.enumerated().compactMap { place, mean in
      let day = forecast.firstDay + place
      guard day >= firstDay, day < end else { return nil }
      return DemandChart.Series.ForecastDay(
        day: day, mean: Double(mean) / 1000, low: low.map { forecast.quantiles[$0][place] },
        high: high.map { forecast.quantiles[$0][place] })
    }
  }
}

extension RegionFreshness {
  /// Nil for no location. The worst is the stale one that is furthest back, or where none is
  /// stale the one that is.
  init?(_ locations: [LocationFreshness]) {
    let stale = locations.filter(\.isStale)
    let candidates = stale.isEmpty ? locations : stale
    guard
      let worst = candidates.min(by: {
        ($0.completeThrough ?? .earliest, $0.location)
          < ($1.completeThrough ?? .earliest, $1.location)
      })
    else { return nil }
    self.init(
      completeThrough: worst.completeThrough, due: worst.due, worst: worst.location,
      staleLocations: stale.count, locations: locations.count)
  }
}

extension OverviewModel.RunSummary {
  init(_ run: PublishedRun, failure: String?, clock: ZoneClock) {
    self.init(
      run: run.run, origin: run.origin,
      publishedOn: clock.day(of: run.publishedAt, zone: nil),
      publishedAt: Self.time(run.publishedAt, clock), series: run.series, failure: failure)
  }

  /// `06:31`, in the deployment's zone.
  static func time(_ instant: Instant, _ clock: ZoneClock) -> String {
    let seconds = Int(instant.microseconds / 1_000_000) + clock.secondsEast(zone: nil)(instant)
    let minutes = seconds / 60 % 1440
    func digits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(digits(minutes / 60)):\(digits(minutes % 60))"
  }
}

extension OverviewModel.RunProgress {
  init(_ progress: ShardProgress?) {
    self.init(
      shards: progress?.shards, shardsDone: progress?.shardsDone ?? 0,
      workers: progress?.workers ?? 0,
      timeLeft: progress?.secondsLeft.map { Duration.seconds($0).spoken })
  }
}

extension OverviewModel.FlagSummary {
  init(_ flags: [FlagLine], _ counts: [FlagCount]) {
    typealias Severity = OverviewModel.Flag.Severity
    shown = flags.compactMap { flag in
      Severity(rawValue: flag.severity).map {
        OverviewModel.Flag(severity: $0, region: flag.region, sentence: flag.message)
      }
    }
    self.counts = counts.reduce(into: [:]) { sums, count in
      if let severity = Severity(rawValue: count.severity) {
        sums[severity, default: 0] += count.count
      }
    }
  }
}
