internal import Digests
internal import Inventory
public import Postgres
public import Storage

/// What is to be replayed, and for whom.
public struct ReplayRequest: Sendable {
  public var query: QuarantineQuery
  /// Who asks for it, for the audit.
  public let person: String
  /// Whether a person says that the units of held batches are right.
  public var confirmsUnits = false
  /// Whether rows are read with the newest mapping of their source, and not with the one they were
  /// read with when they came.
  public var usesNewestMapping = false
  /// The row that takes the place of the only one meant.
  public var correction: [UInt8]?

  public init(_ query: QuarantineQuery, by person: String) {
    self.query = query
    self.person = person
  }
}

/// What became of the rows of a replay.
public struct ReplaySummary: Hashable, Sendable {
  /// Rows that wait on, and why.
  public struct Failed: Hashable, Sendable {
    public let id: Int64
    public let code: String
    public let message: String
  }

  static let shownRows = 100

  /// Rows that left quarantine: what they say is stored, known or out of date.
  public internal(set) var settled = 0
  /// Rows that were set aside again.
  public internal(set) var failed = 0
  /// Rows of held batches, whose units nobody has confirmed.
  public internal(set) var unconfirmed = 0
  /// The batches that brought the rows in.
  public internal(set) var batches: [Int] = []
  /// What became of the rows that were settled.
  public internal(set) var counts = RowCounts()
  public internal(set) var watermarkMoved = false
  /// Whether all rows that were meant were looked at; false where there were more than the limit.
  public internal(set) var isComplete = true
  /// The first of those set aside again.
  public internal(set) var firstFailed: [Failed] = []

  var looked: Int { settled + failed + unconfirmed }

  mutating func add(_ other: ReplaySummary) {
    settled += other.settled
    failed += other.failed
    unconfirmed += other.unconfirmed
    batches += other.batches
    counts = counts + other.counts
    watermarkMoved = watermarkMoved || other.watermarkMoved
    firstFailed += other.firstFailed.prefix(ReplaySummary.shownRows - firstFailed.count)
  }
}

/// Brings rows of quarantine in once more.
///
/// A replay is a batch of the same source and kind, with the original's `generated_at` and its
/// place in the order of receipt: so the end is the same whenever rows are replayed, and however
/// often. Rows that cannot stand once more stay where they are, with their newest reason.
public enum Replay {
  /// Rows of one transaction.
  static let rowsAtOnce = 10_000

  /// - Parameter request: its query's limit holds for all batches together.
  public static func run(
    _ request: ReplayRequest, clock: ZoneClock, retention: Retention = Retention(),
    in session: Session
  ) async throws -> ReplaySummary {
    let batches = try await session.run { db in
      try SettlementStore.waitingBatches(request.query, in: db)
    }
    var summary = ReplaySummary()
    for batch in batches {
      var query = request.query
      query.batch = batch.id
      while true {
        query.limit = min(rowsAtOnce, request.query.limit - summary.looked)
        guard query.limit > 0 else {
          summary.isComplete = false
          return summary
        }
        let asked = query
        let (part, last) = try await session.run { db in
          try db.transaction { db in
            try replay(asked, of: batch, request, clock, retention, in: db)
          }
        }
        summary.add(part)
        guard let last else { break }
        query.after = last
      }
    }
    return summary
  }

  /// One part of a batch's rows, in one transaction; the id of its last row, nil after all of them.
  private static func replay(
    _ query: QuarantineQuery, of batch: SettlementStore.WaitingBatch, _ request: ReplayRequest,
    _ clock: ZoneClock, _ retention: Retention, in db: isolated Session
  ) throws -> (ReplaySummary, last: Int64?) {
    let records = try SettlementStore.lock(query, in: db)
    guard let last = records.last else { return (ReplaySummary(), nil) }
    var part = ReplayPart(batch, request, clock: clock, retention: retention)
    try part.replay(records, in: db)
    let done = part.summary.settled + part.summary.failed
    // What comes in by itself is nobody's act.
    if done > 0, request.person != Arrivals.person {
      try AuditStore.append(
        actor: request.person, action: "quarantine-\(request.settlement.rawValue)",
        subject: records.count == 1
          ? "row \(last.id) of batch \(batch.id)" : "\(done) rows of batch \(batch.id)", in: db)
    }
    return (part.summary, last.id)
  }
}

extension ReplayRequest {
  var settlement: Settlement { correction == nil ? .replayed : .fixed }
}
