internal import Glibc
internal import Inventory
internal import Planning
internal import Postgres
internal import Storage

/// Numbers of what stands in the database and the process, looked at every few seconds: whoever
/// reads `/metrics` waits for nobody and cannot make the database work.
struct Readings: Sendable {
  private let sessions: Metrics.Gauge
  private let waits: Metrics.Gauge
  private let waitedSeconds: Metrics.Gauge
  private let requests: Metrics.Gauge
  private let mail: Metrics.Gauge
  private let oldestMail: Metrics.Gauge
  private let quarantined: Metrics.Gauge
  private let daysBehind: Metrics.Gauge
  private let stale: Metrics.Gauge
  private let gaps: Metrics.Gauge
  private let tableBytes: Metrics.Gauge

  init(_ metrics: Metrics) {
    sessions = metrics.gauge(
      "quartermaster_pool_sessions", "Connections of the API to the database.", labels: ["state"])
    waits = metrics.gauge(
      "quartermaster_pool_waits",
      "How often a request had to wait for a connection, since the start.")
    waitedSeconds = metrics.gauge(
      "quartermaster_pool_waited_seconds",
      "How long requests waited for connections, since the start.")
    requests = metrics.gauge(
      "quartermaster_run_requests", "Requests for runs, those that ended within a week.",
      labels: ["state"])
    mail = metrics.gauge(
      "quartermaster_mail_messages", "Messages by what became of them.", labels: ["state"])
    oldestMail = metrics.gauge(
      "quartermaster_mail_oldest_queued_seconds", "How long the oldest message has waited.")
    quarantined = metrics.gauge(
      "quartermaster_quarantined_rows", "Rows that were set aside and wait.")
    daysBehind = metrics.gauge(
      "quartermaster_region_days_behind",
      "Days by which a region's slowest location is behind its promise; -1 if it never said.",
      labels: ["region"])
    stale = metrics.gauge(
      "quartermaster_region_stale", "1 while a region is behind its promised freshness.",
      labels: ["region"])
    gaps = metrics.gauge(
      "quartermaster_region_gap_days",
      "Days for which a location of the region sent nothing although it normally does.",
      labels: ["region"])
    tableBytes = metrics.gauge(
      "quartermaster_table_bytes", "What a table takes, with its indexes.", labels: ["table"])
    metrics.sampled(
      "quartermaster_process_cpu_seconds", "Processor time of this process, since its start."
    ) { [(values: [], value: ProcessUse.now.cpuSeconds)] }
    metrics.sampled(
      "quartermaster_process_peak_memory_bytes", "The most memory this process has had."
    ) { [(values: [], value: ProcessUse.now.peakMemoryBytes)] }
  }

  func look(in session: Session, pool: SessionPool, clock: ZoneClock) async throws {
    let figures = await pool.figures
    sessions.set(Double(figures.open), "open")
    sessions.set(Double(figures.idle), "idle")
    sessions.set(Double(figures.waiting), "waiting")
    waits.set(Double(figures.waits))
    waitedSeconds.set(figures.waitedSeconds)
    let (counts, outbox, rows, locations) = try await session.run { db in
      (
        try RunRequestStore.counts(in: db), try OutboxStore.counts(in: db),
        try QuarantineStore.count(in: db), try DatasetStore.locations(in: db)
      )
    }
    for state in [RunRequest.State.waiting, .running, .done, .failed] {
      requests.set(Double(counts[state] ?? 0), state.rawValue)
    }
    for (state, count) in [
      ("queued", outbox.queued), ("sent", outbox.sent), ("refused", outbox.refused),
    ] { mail.set(Double(count), state) }
    let waited = outbox.oldestQueued.map { clock.now.microseconds - $0.microseconds } ?? 0
    oldestMail.set(max(0, Double(waited) / 1e6))
    quarantined.set(Double(rows))
    note(locations.map { $0.freshness(clock) })
    let (days, tables) = try await session.run { db in
      (try FreshnessStore.gaps(in: db), try TableSizeStore.sizes(in: db))
    }
    gaps.clear()
    for (region, states) in Dictionary(grouping: locations, by: \.region) {
      gaps.set(Double(states.reduce(0) { $0 + (days[$1.code]?.count ?? 0) }), region.text)
    }
    tableBytes.clear()
    for table in tables { tableBytes.set(Double(table.bytes), table.table) }
  }

  private func note(_ locations: [LocationFreshness]) {
    daysBehind.clear()
    stale.clear()
    for (region, states) in Dictionary(grouping: locations, by: \.region) {
      let days = states.map(\.daysBehind)
      daysBehind.set(
        days.contains(nil) ? -1 : Double(days.compactMap { $0 }.max() ?? 0), region.text)
      stale.set(states.contains(where: \.isStale) ? 1 : 0, region.text)
    }
  }
}

/// What this process has used so far, as the system counts it.
struct ProcessUse: Sendable {
  let cpuSeconds: Double
  let peakMemoryBytes: Double

  static var now: ProcessUse {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
    return ProcessUse(
      cpuSeconds: seconds(usage.ru_utime) + seconds(usage.ru_stime),
      // Linux counts in KiB.
      peakMemoryBytes: Double(usage.ru_maxrss) * 1024)
  }
}
