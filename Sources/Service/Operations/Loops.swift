internal import Inventory
internal import Postgres
internal import Storage

/// What goes on by itself in a service: the scheduler, the worker, the mailer and the figures of
/// the deployment, each on a connection of its own, with what it says and counts.
struct Loops: Sendable {
  let target: ConnectionTarget
  let roles: Set<Daemon.Role>
  /// Nil leaves messages queued.
  let mail: MailSettings?
  let pool: SessionPool
  let metrics: Metrics
  let log: Log
  let clock: @Sendable (_ asOf: Day?) -> ZoneClock
  let worker: Worker
  let retention: Retention
  let watch: WatchSettings

  /// Runs that were made again, by night and because somebody asked.
  let replays: Metrics.Counter
  private let failures: Metrics.Counter

  init(
    target: ConnectionTarget, roles: Set<Daemon.Role>, mail: MailSettings?, pool: SessionPool,
    metrics: Metrics, log: Log, clock: @escaping @Sendable (Day?) -> ZoneClock, worker: Worker,
    retention: Retention = Retention(), watch: WatchSettings = WatchSettings()
  ) {
    (self.target, self.roles, self.mail, self.pool) = (target, roles, mail, pool)
    (self.metrics, self.log, self.clock, self.worker) = (metrics, log, clock, worker)
    self.retention = retention
    self.watch = watch
    replays = metrics.counter(
      "quartermaster_replays_total", "Runs that were made again, by what came of it.",
      labels: ["verdict"])
    failures = metrics.counter(
      "quartermaster_failures_total", "Failures of what goes on by itself.",
      labels: ["event", "code"])
  }

  func failed(_ event: String, _ report: FailureReport, _ facts: JSONValue = [:]) {
    failures.add(1, event, report.code)
    log.failed(event, report, facts)
  }

  /// Until its task is cancelled; a run that has begun goes on to its end.
  func run() async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await takeReadings() }
      if roles.contains(.scheduler) { group.addTask { await schedule() } }
      if roles.contains(.scheduler) { group.addTask { await prune() } }
      if roles.contains(.worker) {
        group.addTask { await work() }
        group.addTask { await replayArrivals() }
        group.addTask { await watchRuns() }
        group.addTask { await replayNightly() }
        group.addTask { await replayAsked() }
      }
      if roles.contains(.mailer), let mail { group.addTask { await deliver(mail) } }
    }
  }

  private func takeReadings() async {
    let readings = Readings(metrics)
    await Rounds(target, pause: .seconds(15)).run(
      failed: { failed("readings-not-taken", $0) },
      round: { session in
        try await readings.look(in: session, pool: pool, clock: clock(nil))
        return false
      })
  }

  private func schedule() async {
    await Scheduler(clock: clock(nil)).run(Rounds(target, pause: .seconds(5))) { due in
      log.say(
        .info, "slot-requested",
        [
          "schedule": .string(due.schedule.text), "slot": .string(due.slot.description),
          "missed": .integer(due.missedSlots),
        ])
    } failed: {
      failed("schedule-not-followed", $0)
    }
  }

  private func prune() async {
    let pruned = metrics.counter(
      "quartermaster_pruned_rows_total", "Rows that were dropped because they were old.",
      labels: ["what"])
    await Rounds(target, pause: .seconds(3600)).run(
      failed: { failed("not-pruned", $0) },
      round: { session in
        let report = try await Pruning.run(retention, in: session)
        for line in report.lines { pruned.add(Double(line.rows), line.what.rawValue) }
        if report.rows > 0 {
          log.say(
            .info, "pruned",
            .object(
              report.lines.map {
                JSONValue.Member(name: $0.what.rawValue, value: .integer($0.rows))
              }))
        }
        return false
      })
  }

  private func work() async {
    let runs = metrics.counter(
      "quartermaster_runs_total", "Runs by how they ended.", labels: ["outcome"])
    let shards = metrics.counter(
      "quartermaster_shards_total",
      "Shards of other workers' runs: fitted, refused because they came late, passed to others.",
      labels: ["outcome"])
    let lastRun = metrics.gauge(
      "quartermaster_last_run",
      "Of the last run here: seconds, processor seconds of the process meanwhile, and the"
        + " process's peak memory in bytes after it.", labels: ["figure"])
    await Rounds(target, pause: .seconds(1)).run(
      failed: { failed("worker-interrupted", $0) },
      connected: { try await worker.prepare($0) },
      round: { session in
        let (start, before) = (ContinuousClock.now, ProcessUse.now)
        guard let outcome = try await worker.workOnce(in: session) else { return false }
        let after = ProcessUse.now
        lastRun.set((ContinuousClock.now - start) / .seconds(1), "seconds")
        lastRun.set(after.cpuSeconds - before.cpuSeconds, "cpu-seconds")
        lastRun.set(after.peakMemoryBytes, "peak-memory-bytes")
        tell(outcome, runs, shards)
        return true
      })
  }

  /// Replays what waited for items or locations after the batch that brought them: at once after
  /// the start, for what came while nobody served, and then whenever some came.
  private func replayArrivals() async {
    var seen: Int64 = -1
    await Rounds(target, pause: .seconds(2)).run(
      failed: { failed("arrivals-not-replayed", $0) },
      round: { session in
        let (newest, any) = try await Arrivals.look(after: seen, in: session)
        while any,
          let round = try await Arrivals.replayOnce(
            clock: clock(nil), retention: retention, in: session)
        {
          log.say(
            .info, "arrivals-replayed",
            ["settled": .integer(round.settled), "failed": .integer(round.failed)])
        }
        seen = newest
        return any
      })
  }

  private func tell(_ outcome: Worker.Outcome, _ runs: Metrics.Counter, _ shards: Metrics.Counter) {
    switch outcome {
    case .published(let summary, let request) where summary.refusal != nil:
      runs.add(1, "refused")
      log.say(
        .warning, "run-refused",
        [
          "run": .integer(summary.run), "request": .integer(request),
          "reason": .string(summary.refusal?.reason ?? ""),
        ])
    case .published(let summary, let request):
      runs.add(1, "published")
      log.say(
        .info, "run-published",
        [
          "run": .integer(summary.run), "request": .integer(request),
          "origin": .string(summary.origin.description), "series": .integer(summary.series),
        ])
    case .unchanged(let unchanged, let request):
      // What was refused stays so until somebody does something about it.
      runs.add(1, unchanged.fate == .refused ? "refused" : "unchanged")
      log.say(
        unchanged.fate == .refused ? .warning : .info, "run-skipped",
        [
          "run": .integer(unchanged.run), "request": .integer(request),
          "finding": .string(unchanged.finding),
        ])
    case .failed(let report, let request):
      runs.add(1, "failed")
      failed("run-failed", report, ["request": .integer(request)])
    case .givenUp(let report, let request):
      runs.add(1, "given-up")
      failed("run-given-up", report, ["request": .integer(request)])
    case .fitted(let shard, let request, let isTaken):
      shards.add(1, isTaken ? "fitted" : "refused")
      log.say(
        isTaken ? .info : .warning, isTaken ? "shard-fitted" : "shard-refused",
        ["request": .integer(request), "shard": .integer(shard)])
    case .passed(let report, let request):
      shards.add(1, "passed")
      failed("request-not-helped", report, ["request": .integer(request)])
    }
  }

  private func deliver(_ mail: MailSettings) async {
    let deliveries = metrics.counter(
      "quartermaster_mail_deliveries_total", "Attempts to deliver mail, by outcome.",
      labels: ["outcome"])
    await Mailer(mail).run(Rounds(target, pause: .seconds(5))) { delivery in
      deliveries.add(1, delivery.outcome.rawValue)
      log.say(
        delivery.outcome == .sent ? .info : .warning, "mail-\(delivery.outcome.rawValue)",
        [
          "message": .integer(delivery.message), "attempt": .integer(delivery.attempt),
          "failure": .string(delivery.failure),
        ])
    } failed: {
      failed("mail-not-delivered", $0)
    }
  }
}
