internal import Digests
internal import Foundation
internal import HTTP
internal import Inventory
internal import Postgres
internal import Storage

/// The always-on service: API and pages, scheduler, worker and mailer, in one process or several.
public struct Daemon: Sendable {
  public enum Role: String, CaseIterable, Hashable, Sendable {
    case web, scheduler, worker, mailer
  }

  public struct Settings: Sendable {
    public var database: String?
    public var host = "127.0.0.1"
    /// 0 lets the system choose.
    public var port = 8080
    public var roles = Set(Role.allCases)
    public var environment: [String: String]
    /// How long requests may go on once the end was asked for.
    public var drainSeconds = 12.0
    /// Whether the pages are for everybody who reaches them, as in the demo.
    public var pagesAreOpen = false

    public init(environment: [String: String]) { self.environment = environment }
  }

  /// Sessions of the API; the scheduler and the worker have their own.
  private static let poolLimit = 8

  /// How long a run may go on after the last request; with the requests' time, below 20 seconds.
  private static let loopSeconds = 5.0

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
    let mail = try MailSettings(environment: settings.environment)
    let pool = SessionPool(target, limit: Daemon.poolLimit)
    let metrics = Metrics()
    let retention = try Retention(environment: settings.environment)
    let watch = try WatchSettings(environment: settings.environment)
    let leaseSeconds = try LeaseSetting.seconds(environment: settings.environment)
    let server = try settings.roles.contains(.web) ? web(pool, metrics, retention) : nil
    let worker = Worker(
      name: try Worker.uniqueName(), target: target, leaseSeconds: leaseSeconds
    ) { asOf in clock(asOf: asOf) }
    let loops = Loops(
      target: target, roles: settings.roles, mail: mail, pool: pool, metrics: metrics, log: log,
      clock: { clock(asOf: $0) }, worker: worker, retention: retention,
      watch: watch)
    let work = Task { await loops.run() }
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
    if await !ended(work) { await hand(over: worker, target) }
    await pool.close()
    log.say(.info, "stopped")
  }

  private func web(
    _ pool: SessionPool, _ metrics: Metrics, _ retention: Retention
  ) throws -> WebServer {
    let rows = metrics.counter(
      "quartermaster_sync_rows_total", "Rows of pushes by what became of them.",
      labels: ["kind", "outcome"])
    let api = API(
      pool: pool, deploymentZone: settings.environment["QUARTERMASTER_TIME_ZONE"], rows: rows,
      retention: retention)
    var web = WebServer.Settings()
    web.host = settings.host
    web.port = settings.port
    web.metricsAccess = .admin
    let keys = KeyRing()
    let pages = PageRoutes(
      api: api, keys: settings.pagesAreOpen ? nil : keys,
      seal: SessionSeal(secret: try RandomBytes.make(count: 32)))
    return try WebServer(
      web, groups: API.groups(api) + [pages], gatekeeper: KeyGate(pool: pool, ring: keys),
      metrics: metrics, log: log)
  }

  /// Whether the loops came to their end in time: a run that is being trained cannot be cut short.
  private func ended(_ work: Task<Void, Never>) async -> Bool {
    let (stream, continuation) = AsyncStream.makeStream(of: Bool.self)
    Task {
      await work.value
      continuation.yield(true)
    }
    let deadline = Task {
      try await Task.sleep(for: .seconds(Daemon.loopSeconds))
      continuation.yield(false)
    }
    defer { deadline.cancel() }
    for await ended in stream { return ended }
    return false
  }

  /// Lets another instance take over at once what this one leaves.
  private func hand(over worker: Worker, _ target: ConnectionTarget) async {
    do {
      let session = try await Session.connect(target)
      try await worker.release(in: session)
      await session.close()
      log.say(.warning, "run-left-to-others")
    } catch {
      log.failed("run-not-released", FailureReport(error))
    }
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

  /// Takes them over: from now on they do nothing but end `wait`. To be called before anybody is
  /// told that the service runs, or a signal that comes at once finds nobody.
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
