internal import Inventory
internal import Planning
public import Postgres
internal import Storage

/// Looks after the run in use: measures what has arrived, compares publications, and asks for a run
/// where the data or its accuracy calls for one.
public struct RunWatch: Sendable {
  /// What a look did.
  public struct Report: Hashable, Sendable {
    public var measured: [Measuring.Measured] = []
    /// Pairs of publications that were compared.
    public var compared = 0
    public var requests: [Request] = []
    /// The dataset version that was looked at.
    public var version: Int64 = 0
  }

  /// A run that was asked for.
  public struct Request: Hashable, Sendable {
    public let request: Int
    public let reason: String
  }

  /// Days before the origin whose corrections matter.
  static let changeDays = 56
  /// Days that have arrived by which accuracy is judged, and the days ahead that orders depend on.
  static let accuracyDays = 14
  static let accuracyLeads = 14

  private let clock: ZoneClock
  private let settings: WatchSettings

  public init(clock: ZoneClock, settings: WatchSettings = WatchSettings()) {
    self.clock = clock
    self.settings = settings
  }

  /// Nil while another instance looks.
  ///
  /// - Parameter seen: the version that was looked at before; what has not changed since is not
  ///   summed up again.
  public func look(after seen: Int64? = nil, in session: Session) async throws -> Report? {
    guard try await session.run({ db in try WatchStore.beginWatch(in: db) }) else { return nil }
    let outcome: Result<Report, any Error>
    do {
      outcome = .success(try await lookAlone(after: seen, in: session))
    } catch {
      outcome = .failure(error)
    }
    // A lost connection has let the lock go by itself.
    do {
      try await session.run { db in try WatchStore.endWatch(in: db) }
    } catch {
      if case .success = outcome { throw error }
    }
    return try outcome.get()
  }

  private func lookAlone(after seen: Int64?, in session: Session) async throws -> Report {
    var report = Report()
    while try await session.run({ db in try RunWatch.compareOne(in: db) }) { report.compared += 1 }
    report.measured = try await Measuring.run(clock: clock, in: session)
    let (settings, hasMeasured) = (settings, seen == nil || !report.measured.isEmpty)
    (report.version, report.requests) = try await session.run { db in
      try db.transaction { db in
        let version = try BatchStore.version(in: db)
        guard let run = try RunStore.published(in: db) else { return (version, []) }
        let breaches = hasMeasured ? try RunWatch.breaches(of: run, settings, in: db) : []
        let corrections =
          version > max(seen ?? 0, run.datasetVersion)
          ? try RunWatch.corrections(since: run, settings, in: db) : []
        return (version, breaches + corrections)
      }
    }
    return report
  }

  private static func compareOne(in db: isolated Session) throws -> Bool {
    try db.transaction { db in
      guard let pair = try ChurnStore.uncompared(in: db) else { return false }
      try ChurnStore.compare(run: pair.run, previous: pair.previous, in: db)
      return true
    }
  }

  /// Flags the regions whose forecasts are no longer believed, and asks for a run.
  private static func breaches(
    of run: PublishedRun, _ settings: WatchSettings, in db: isolated Session
  ) throws -> [Request] {
    guard let last = try AccuracyStore.lastDay(inRegions: nil, in: db) else { return [] }
    var query = AccuracyQuery(from: last - (accuracyDays - 1), through: last)
    query.longestLead = accuracyLeads
    var raised: [(region: RegionCode, sentence: String)] = []
    for line in try AccuracyStore.lines(query, in: db) {
      guard let region = RegionCode(line.group),
        let breach = AccuracyBreach(line.sums, days: line.days, limits: settings.limits)
      else { continue }
      let flag = breach.flag(of: region, days: line.days)
      guard try WatchStore.raise(flag, run: run.run, in: db) else { continue }
      try Alerting.queue(accuracyBreach: flag, run: run.run, in: db)
      raised.append((region, flag.message))
    }
    guard !raised.isEmpty else { return [] }
    return try request(
      .accuracy, "accuracy breach: " + raised.map(\.sentence).joined(separator: " "),
      raised.map(\.region), in: db)
  }

  /// Asks for a run where much of what the run in use has seen was told otherwise since.
  private static func corrections(
    since run: PublishedRun, _ settings: WatchSettings, in db: isolated Session
  ) throws -> [Request] {
    guard let percent = settings.changePercent else { return [] }
    let changes = try WatchStore.changes(
      since: run.datasetVersion, from: run.origin - (changeDays - 1), through: run.origin, in: db)
    let large = changes.filter { $0.share * 100 >= Double(percent) }
    guard !large.isEmpty else { return [] }
    let parts = large.map { "\($0.region) (\($0.percentText) of the last \(changeDays) days)" }
    return try request(
      .correction, "large correction of history in \(parts.listed)", large.map(\.region), in: db)
  }

  private static func request(
    _ cause: RunRequest.Cause, _ sentence: String, _ regions: [RegionCode],
    in db: isolated Session
  ) throws -> [Request] {
    let reason = RunReason(
      cause: cause, sentence: sentence, regions: regions, version: try BatchStore.version(in: db))
    guard let number = try RunRequestStore.request(reason, in: db) else { return [] }
    try AuditStore.append(
      actor: "service", action: "run-requested", subject: "request \(number): \(sentence)", in: db)
    return [Request(request: number, reason: sentence)]
  }
}

extension HistoryChange {
  /// The share in per cent; "all" where there was nothing before.
  fileprivate var percentText: String {
    share.isFinite ? "\((share * 1000).rounded() / 10) %" : "all"
  }
}

extension AccuracyBreach {
  /// The flag of a region, with a sentence that a planner understands.
  func flag(of region: RegionCode, days: Int) -> Flag {
    func percent(_ part: Double) -> String { "\((part * 1000).rounded() / 10) %" }
    let (expected, found, message): (Double, Double, String) =
      switch self {
      case .worseThanNaive(let wape, let naive):
        (
          naive, wape,
          "\(region): over the last \(days) days the forecasts were off by \(percent(wape)) of"
            + " demand; repeating the last week would have been off by \(percent(naive))."
        )
      case .biased(let bias):
        (
          0, bias,
          "\(region): over the last \(days) days the forecasts were \(percent(bias.magnitude)) too"
            + " \(bias > 0 ? "high" : "low") in sum."
        )
      }
    return Flag(
      rule: .accuracyBreach, severity: .warning, region: region, node: nil, expected: expected,
      found: found, message: message)
  }
}
