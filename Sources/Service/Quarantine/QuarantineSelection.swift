public import Inventory
public import Postgres
internal import Storage

/// Which rows of quarantine a command means; what is nil does not narrow.
public struct QuarantineSelection: Hashable, Sendable {
  public var ids: [Int64]?
  public var source: SourceCode?
  /// `unknown_item`, ...
  public var code: String?
  public var item: ItemCode?
  public var location: LocationCode?
  public var batch: Int?
  /// Rows that wait no more, too.
  public var includesSettled = false
  public var limit = Int.max

  public init() {}

  /// Whether it means all rows there are.
  public var isOpen: Bool {
    ids == nil && source == nil && code == nil && item == nil && location == nil && batch == nil
  }

  var query: QuarantineQuery {
    var query = QuarantineQuery(limit: limit)
    (query.ids, query.source, query.code) = (ids, source, code)
    (query.item, query.location, query.batch) = (item, location, batch)
    query.includesSettled = includesSettled
    return query
  }
}

// What the commands of quarantine print.

extension Quarantine {
  public static func listing(
    _ selection: QuarantineSelection, as format: QuarantineFormat, in session: Session
  ) async throws -> String {
    let query = selection.query
    return try await session.run { db in
      try db.transaction(isolation: .repeatableRead, readOnly: true) { db in
        format.text(
          of: try QuarantineStore.records(query, in: db),
          counts: try QuarantineStore.waitingByCode(query, in: db))
      }
    }
  }

  /// - Throws: `ReplayRefusal` when there is no such row.
  public static func report(of id: Int64, in session: Session) async throws -> String {
    guard let record = try await row(id, in: session) else { throw ReplayRefusal.noSuchRow(id) }
    return record.report
  }

  /// - Parameters:
  ///   - confirmsUnits: whether the units of held batches are right.
  ///   - usesNewestMapping: whether rows are read with the newest mapping of their source.
  public static func replay(
    _ selection: QuarantineSelection, confirmsUnits: Bool, usesNewestMapping: Bool,
    by person: String, clock: ZoneClock, retention: Retention, in session: Session
  ) async throws -> String {
    var request = ReplayRequest(selection.query, by: person)
    request.confirmsUnits = confirmsUnits
    request.usesNewestMapping = usesNewestMapping
    return try await Replay.run(
      request, clock: clock, retention: retention, in: session
    ).text
  }

  public static func fix(
    _ id: Int64, with correction: String, by person: String, clock: ZoneClock,
    retention: Retention, in session: Session
  ) async throws -> String {
    try await replay(
      id, correction: Array(correction.utf8), by: person, clock: clock, retention: retention,
      in: session
    ).text
  }

  public static func discard(
    _ selection: QuarantineSelection, because reason: String, by person: String,
    in session: Session
  ) async throws -> String {
    let count = try await discard(selection.query, because: reason, by: person, in: session)
    return count == 0
      ? "no such row waits\n"
      : "\(QuarantineFormat.rows(count)) discarded; their bytes are kept\n"
  }
}
