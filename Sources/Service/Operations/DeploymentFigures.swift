internal import Inventory
internal import Planning
internal import Postgres
internal import Storage

/// Numbers of the deployment as a whole, read from the database now and then.
struct DeploymentFigures: Sendable {
  private let daysBehind: Metrics.Gauge
  private let requests: Metrics.Gauge
  private let messages: Metrics.Gauge
  private let quarantined: Metrics.Gauge
  private let sessions: Metrics.Gauge
  private let sessionWaits: Metrics.Gauge

  init(_ metrics: Metrics) {
    daysBehind = metrics.gauge(
      "quartermaster_region_days_behind",
      "Days a region's data is behind what was promised; -1 before anything was complete.",
      labels: ["region"])
    requests = metrics.gauge(
      "quartermaster_run_requests", "Requests for runs; those that ended, of the last week.",
      labels: ["state"])
    messages = metrics.gauge(
      "quartermaster_mail_messages", "Messages in the outbox.", labels: ["state"])
    quarantined = metrics.gauge(
      "quartermaster_quarantined_rows", "Rows that wait in quarantine.")
    sessions = metrics.gauge(
      "quartermaster_database_sessions", "Sessions of the API's pool.", labels: ["state"])
    sessionWaits = metrics.gauge(
      "quartermaster_database_wait_seconds",
      "Seconds that requests have waited for a session so far.")
  }

  func read(_ clock: ZoneClock, _ pool: SessionPool, in session: Session) async throws {
    let (locations, counts, outbox, rows) = try await session.run { db in
      try db.transaction(isolation: .repeatableRead, readOnly: true) { db in
        (
          try DatasetStore.locations(in: db), try RunRequestStore.counts(in: db),
          try OutboxStore.counts(in: db), try QuarantineStore.count(in: db)
        )
      }
    }
    daysBehind.clear()
    for (region, states) in Dictionary(
      grouping: locations.map({ $0.freshness(clock) }), by: \.region)
    {
      let behind = states.map { $0.daysBehind ?? -1 }
      let worst = behind.contains(-1) ? -1 : behind.max() ?? 0
      daysBehind.set(Double(worst), region.text)
    }
    for (state, count) in counts { requests.set(Double(count), state.rawValue) }
    messages.set(Double(outbox.queued), "queued")
    messages.set(Double(outbox.sent), "sent")
    messages.set(Double(outbox.refused), "refused")
    quarantined.set(Double(rows))
    let figures = await pool.figures
    sessions.set(Double(figures.open), "open")
    sessions.set(Double(figures.idle), "idle")
    sessions.set(Double(figures.waiting), "waiting")
    sessionWaits.set(figures.waitedSeconds)
  }
}
