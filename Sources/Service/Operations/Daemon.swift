internal import Foundation
internal import HTTP
internal import Inventory
internal import Postgres
internal import Storage

/// The always-on service: API and pages, scheduler, worker, in one process or several.
public struct Daemon: Sendable {
  public enum Role: String, CaseIterable, Hashable, Sendable {
    case web, scheduler, worker
  }

  public struct Settings: Sendable {
    public var database: String?
    public var host = "127.0.0.1"
    /// 0 lets the system choose.
    public var port = 8080
    public var roles = Set(Role.allCases)
    public var environment: [String: String]
    /// How long requests and a run may go on once the end was asked for.
    public var drainSeconds = 15.0
    public var leaseSeconds = Worker.defaultLeaseSeconds

    public init(environment: [String: String]) { self.environment = environment }
  }

  /// Sessions of the API; the scheduler and the worker have their own.
  private static let poolLimit = 8

  private let settings: Settings
  private let log: Log

  public init(_ settings: Settings, log: Log) {
    self.settings = settings
    self.log = log
  }

  /// Serves until `stop` returns, then lets what has begun come to its end.
  ///
  /// - Parameter ready: called once requests are answered, with the port.
  public func run(
    ready: @Sendable (_ port: Int?) -> Void, until stop: @Sendable () async -> Void
  ) async throws {
    let lease = try await Cluster.open(
      database: settings.database, environment: settings.environment)
    let outcome: Result<Void, any Error>
    do {
      try await Database.bringUp(lease)
      try await serve(lease.target, ready: ready, until: stop)
      outcome = .success(())
    } catch {
      outcome = .failure(error)
    }
    do {
      try await lease.release()
    } catch {
      log.failed("database-not-released", FailureReport(error))
    }
    try outcome.get()
  }

  private func serve(
    _ target: ConnectionTarget, ready: @Sendable (Int?) -> Void,
    until stop: @Sendable () async -> Void
  ) async throws {
    let pool = SessionPool(target, limit: Daemon.poolLimit)
    let metrics = Metrics()
    let server = try settings.roles.contains(.web) ? web(pool, metrics) : nil
    let work = Task { await rounds(target, pool, metrics) }
    log.say(
      .info, "serving",
      [
        "version": .string(Version.text), "port": server.map { .integer($0.port) } ?? .null,
        "roles": .array(settings.roles.map(\.rawValue).sorted().map(JSONValue.string)),
      ])
    ready(server?.port)
    await stop()
    log.say(.info, "stopping")
    work.cancel()
    await server?.stop(within: settings.drainSeconds)
    await work.value
    await pool.close()
    log.say(.info, "stopped")
  }

  private func web(_ pool: SessionPool, _ metrics: Metrics) throws -> WebServer {
    let rows = metrics.counter(
      "quartermaster_sync_rows_total", "Rows of pushes by what became of them.",
      labels: ["kind", "outcome"])
    let api = API(
      pool: pool, deploymentZone: settings.environment["QUARTERMASTER_TIME_ZONE"], rows: rows)
    var web = WebServer.Settings()
    web.host = settings.host
    web.port = settings.port
    return try WebServer(
      web, groups: API.groups(api), gatekeeper: KeyGate(pool: pool), metrics: metrics, log: log)
  }

  /// Everything that goes on by itself, until cancelled.
  private func rounds(
    _ target: ConnectionTarget, _ pool: SessionPool, _ metrics: Metrics
  ) async {
    let failures = metrics.counter(
      "quartermaster_failures_total", "Failures of what goes on by itself.",
      labels: ["event", "code"])
    @Sendable func failed(_ event: String, _ report: FailureReport, _ facts: JSONValue = [:]) {
      failures.add(1, event, report.code)
      log.failed(event, report, facts)
    }
    let readings = Readings(metrics)
    await withTaskGroup(of: Void.self) { group in
      if settings.roles.contains(.scheduler) {
        group.addTask { await schedule(target, failed) }
      }
      if settings.roles.contains(.worker) {
        group.addTask { await work(target, metrics, failed) }
      }
      group.addTask {
        await Rounds(target, pause: .seconds(15)).run(
          failed: { failed("readings-not-taken", $0) },
          round: { session in
            try await readings.look(in: session, pool: pool, clock: clock())
            return false
          })
      }
    }
  }

  /// Tells log and metrics of what went wrong.
  private typealias Complaint =
    @Sendable (
      _ event: String, _ report: FailureReport, _ facts: JSONValue
    ) -> Void

  private func schedule(_ target: ConnectionTarget, _ failed: Complaint) async {
    let scheduler = Scheduler(clock: clock())
    await Rounds(target, pause: .seconds(5)).run(
      failed: { failed("schedule-not-looked-at", $0, [:]) },
      round: { session in
        for due in try await scheduler.look(in: session) {
          switch due {
          case .success(let due):
            log.say(
              .info, "slot-requested",
              [
                "schedule": .string(due.schedule.text), "slot": .string(due.slot.description),
                "missed": .integer(due.missedSlots),
              ])
          case .failure(let failure):
            failed("schedule-not-followed", FailureReport(failure), [:])
          }
        }
        return false
      })
  }

  private func work(
    _ target: ConnectionTarget, _ metrics: Metrics, _ failed: Complaint
  ) async {
    let runs = metrics.counter(
      "quartermaster_runs_total", "Runs by how they ended.", labels: ["outcome"])
    let lastRun = metrics.gauge(
      "quartermaster_last_run",
      "Of the last run here: seconds, processor seconds of the process"
        + " meanwhile, and the process's peak memory in bytes after it.", labels: ["figure"])
    let worker = Worker(
      name: "\(ProcessInfo.processInfo.hostName)/\(ProcessInfo.processInfo.processIdentifier)",
      target: target, leaseSeconds: settings.leaseSeconds
    ) { asOf in clock(asOf: asOf) }
    await Rounds(target, pause: .seconds(1)).run(
      failed: { failed("worker-interrupted", $0, [:]) },
      round: { session in
        let (start, before) = (ContinuousClock.now, ProcessUse.now)
        guard let outcome = try await worker.workOnce(in: session) else { return false }
        let after = ProcessUse.now
        lastRun.set((ContinuousClock.now - start) / .seconds(1), "seconds")
        lastRun.set(after.cpuSeconds - before.cpuSeconds, "cpu-seconds")
        lastRun.set(after.peakMemoryBytes, "peak-memory-bytes")
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
          failed("run-failed", report, ["request": .integer(request)])
        case .givenUp(let report, let request):
          runs.add(1, "given-up")
          failed("run-given-up", report, ["request": .integer(request)])
        }
        return true
      })
  }

  private func clock(asOf: Day? = nil) -> ZoneClock {
    ZoneClock(asOf: asOf, deploymentZone: settings.environment["QUARTERMASTER_TIME_ZONE"])
  }
}

extension Log {
  func failed(_ event: String, _ report: FailureReport, _ facts: JSONValue = [:]) {
    say(
      .error, event,
      (["code": .string(report.code), "message": .string(report.sentence)] as JSONValue)
        .adding(facts))
  }
}

/// The signals that ask a service to end: SIGTERM and SIGINT.
public struct EndSignals: Sendable {
  private let came: AsyncStream<Void>

  /// Takes them over: from now on they do nothing but end `wait`. To be called before anybody is told
  /// that the service runs, or a signal that comes at once finds nobody.
  public static func taken() -> EndSignals {
    let (came, continuation) = AsyncStream.makeStream(of: Void.self)
    for number in [SIGTERM, SIGINT] {
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number)
      // The handler holds its source, which lasts as long as the program.
      source.setEventHandler { withExtendedLifetime(source) { _ = continuation.yield() } }
      source.resume()
    }
    return EndSignals(came: came)
  }

  /// Returns when one of them has come.
  public func wait() async { for await _ in came { break } }
}
