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

  /// Until its task is cancelled; a run that has begun goes on to its end.
  func run() async {
    await withTaskGroup(of: Void.self) { group in
      if roles.contains(.web) { group.addTask { await readFigures() } }
      if roles.contains(.scheduler) { group.addTask { await schedule() } }
      if roles.contains(.worker) { group.addTask { await work() } }
      if roles.contains(.mailer), let mail { group.addTask { await deliver(mail) } }
    }
  }

  private func readFigures() async {
    let figures = DeploymentFigures(metrics)
    await Rounds(target, pause: .seconds(10)).run(
      failed: { log.failed("figures-not-read", $0) }
    ) { session in
      try await figures.read(clock(nil), pool, in: session)
      return false
    }
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
      log.failed("schedule-not-followed", $0)
    }
  }

  private func work() async {
    let runs = metrics.counter(
      "quartermaster_runs_total", "Runs by how they ended.", labels: ["outcome"])
    await worker.run(Rounds(target, pause: .seconds(1))) { outcome in
      switch outcome {
      case .published(let summary, let request):
        runs.add(1, "published")
        log.say(
          .info, "run-published",
          [
            "run": .integer(summary.run), "request": .integer(request),
            "origin": .string(summary.origin.description), "series": .integer(summary.series),
          ])
      case .failed(let report, let request):
        runs.add(1, "failed")
        log.failed("run-failed", report, ["request": .integer(request)])
      case .givenUp(let report, let request):
        runs.add(1, "given-up")
        log.failed("run-given-up", report, ["request": .integer(request)])
      }
    } failed: {
      log.failed("worker-interrupted", $0)
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
      log.failed("mail-not-delivered", $0)
    }
  }
}
