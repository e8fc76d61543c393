public import Inventory
public import Planning
public import Postgres
public import Storage

/// How the deployment stands: how fresh each location's data is, and the forecast in use.
public struct Status: Sendable {
  public let asOf: Day
  /// By region, then location.
  public let locations: [LocationFreshness]
  /// Days for which a location sent nothing although it normally does; those without any are left
  /// out.
  public let gaps: [LocationCode: [Day]]
  public let run: PublishedRun?
  public let runRegions: [RunRecord.Region]
  /// The request that is carried out, and how far its fits are.
  public let underWay: (request: RunRequest, progress: ShardProgress?)?
  /// How many flags of each severity the run in use raised.
  public let flags: [Severity: Int]
  public let quarantinedRows: Int
  public let outbox: OutboxCounts
  /// Whether there is a mail server to deliver to.
  public let canMail: Bool
  /// The largest first.
  public let tables: [TableSize]
  /// Of the run in use; nil where none was kept.
  public let cost: RunCost?
  /// Runs that were asked for and have not ended, the oldest first.
  public let requests: [RunRequest]
  /// The newest replay that the service did by itself.
  public let replay: ReplayRecord?

  public static func read(
    clock: ZoneClock, canMail: Bool = true, in session: Session
  ) async throws -> Status {
    try await session.run { db in
      try db.transaction(isolation: .repeatableRead, readOnly: true) { db in
        let run = try RunStore.published(in: db)
        return Status(
          asOf: clock.today(zone: nil),
          locations: try DatasetStore.locations(in: db).map { $0.freshness(clock) },
          gaps: try FreshnessStore.gaps(in: db), run: run,
          runRegions: try run.map { try RunStore.regions(ofRun: $0.run, in: db) } ?? [],
          underWay: try RunRequestStore.running(in: db).map {
            ($0, try ShardStore.progress(of: $0.id, in: db))
          },
          flags: try run.map { try FlagStore.counts(ofRun: $0.run, in: db) } ?? [:],
          quarantinedRows: try QuarantineStore.count(in: db),
          outbox: try OutboxStore.counts(in: db), canMail: canMail,
          tables: try TableSizeStore.sizes(in: db),
          cost: try run.flatMap { try RunCostStore.cost(ofRun: $0.run, in: db) },
          requests: try RunRequestStore.open(in: db),
          replay: try ReplayStore.latest(in: db)?.record)
      }
    }
  }
}
