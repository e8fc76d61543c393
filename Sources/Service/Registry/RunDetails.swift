internal import Digests
public import Inventory
public import Planning
public import Postgres
public import Storage

/// A run with all that is written down about it.
public struct RunDetails: Sendable {
  public let run: FinishedRun
  public let regions: [RunRecord.Region]
  /// The gate's, the gravest first; none for runs older than the gate.
  public let checks: [GateCheck]
  /// When, why and by whom readers were given it, the latest first.
  public let publications: [PublicationRecord]
  /// Nil for runs older than configurations.
  public let configuration: ConfigurationRecord?
  /// Each region's error from past origins, in shares of demand.
  public let wapes: [RegionCode: Double]
  /// What it took; nil for runs older than such records.
  public let cost: RunCost?
  /// What asked for it; nil for a run by hand.
  public let request: RunRequest?
  /// The locks that it held, each with how many days of series.
  public var locks: [(record: ForecastLockRecord, cells: Int)] = []

  /// Nil when there is no such run.
  static func find(_ run: Int, in db: isolated Session) throws -> RunDetails? {
    try RunStore.run(run, in: db).map { found in
      RunDetails(
        run: found, regions: try RunStore.regions(ofRun: run, in: db),
        checks: try RegistryStore.checks(ofRun: run, in: db),
        publications: try RegistryStore.publications(ofRun: run, in: db),
        configuration: try found.configuration.flatMap {
          try ConfigurationStore.version($0, in: db)
        }, wapes: try RegistryStore.regionWapes(ofRun: run, in: db),
        cost: try RunCostStore.cost(ofRun: run, in: db),
        request: try RunRequestStore.request(ofRun: run, in: db),
        locks: try ForecastLockStore.held(byRun: run, in: db))
    }
  }

  /// - Throws: `PromotionError.unknownRun`.
  public static func read(_ run: Int, in session: Session) async throws -> RunDetails {
    try await session.run { db in
      try db.transaction(isolation: .repeatableRead, readOnly: true) { db in
        guard let details = try find(run, in: db) else { throw PromotionError.unknownRun(run) }
        return details
      }
    }
  }

  /// Runs, the newest first.
  public static func list(limit: Int, in session: Session) async throws -> [FinishedRun] {
    try await session.run { db in try RunStore.runs(before: nil, limit: limit, in: db) }
  }
}

/// What changed from one run to another.
public struct RunComparison: Sendable {
  public let first: RunDetails
  public let second: RunDetails
  /// Σ|second − first| / Σ first of a region's series over the days both forecast.
  public let churn: [RegionCode: Double]
  /// Members of the configuration that differ, as "gate.churn 0.35 -> 0.5".
  public let configurationChanges: [String]

  /// - Throws: `PromotionError.unknownRun`.
  public static func read(
    _ first: Int, _ second: Int, in session: Session
  ) async throws -> RunComparison {
    try await session.run { db in
      try db.transaction(isolation: .repeatableRead, readOnly: true) { db in
        let details = try [first, second].map { run in
          guard let found = try RunDetails.find(run, in: db) else {
            throw PromotionError.unknownRun(run)
          }
          return found
        }
        return RunComparison(
          first: details[0], second: details[1],
          churn: try RegistryStore.churn(from: first, to: second, in: db),
          configurationChanges: try ConfigurationDocument.changes(
            from: details[0].configuration?.configuration() ?? RunConfiguration(),
            to: details[1].configuration?.configuration() ?? RunConfiguration()))
      }
    }
  }
}

extension RunDetails {
  /// Twelve digits tell data apart.
  var shortDigest: String { String(Hexadecimal.text(run.contentDigest).prefix(12)) }
}
