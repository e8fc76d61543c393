internal import Digests
internal import Inventory
public import Postgres
public import Storage

/// Looking at rows in quarantine and working them off.
public enum Quarantine {
  public static func list(
    _ query: QuarantineQuery, in session: Session
  ) async throws -> [QuarantineRecord] {
    try await session.run { db in try QuarantineStore.records(query, in: db) }
  }

  /// One row, settled or not; nil when there is none.
  public static func row(_ id: Int64, in session: Session) async throws -> QuarantineRecord? {
    var query = QuarantineQuery.ids([id])
    query.includesSettled = true
    return try await list(query, in: session).first
  }

  /// Replays one row, corrected or as it stands.
  ///
  /// - Throws: `ReplayRefusal` when it is not there, was settled before or cannot be read.
  public static func replay(
    _ id: Int64, correction: [UInt8]? = nil, by person: String, clock: ZoneClock,
    retention: Retention = Retention(), in session: Session
  ) async throws -> ReplaySummary {
    let record = try await waiting(id, in: session)
    if record.isHeld { throw ReplayRefusal.unconfirmed(id, batch: record.batch) }
    let form = try await session.run { db in
      try ReplayForm(
        of: record, mapping: try mapping(of: record, newest: false, in: db),
        isCorrected: correction != nil)
    }
    if let correction { try checkOneRow(correction, form, record) }
    var request = ReplayRequest(.ids([id]), by: person)
    request.correction = correction
    return try await Replay.run(request, clock: clock, retention: retention, in: session)
  }

  /// Says of rows that they are no facts. They are kept, and wait no more.
  ///
  /// - Parameter query: its limit holds for all batches together.
  /// - Returns: how many.
  public static func discard(
    _ query: QuarantineQuery, because reason: String, by person: String, in session: Session
  ) async throws -> Int {
    let reason = String(reason.drop(while: \.isWhitespace))
    guard !reason.isEmpty else { throw ReplayRefusal.noReason }
    let batches = try await session.run { db in
      try SettlementStore.waitingBatches(query, in: db)
    }
    var count = 0
    for batch in batches {
      var part = query
      part.batch = batch.id
      while count < query.limit {
        part.limit = min(Replay.rowsAtOnce, query.limit - count)
        let asked = part
        let ids = try await session.run { db in
          try db.transaction { db in
            try discard(asked, of: batch, because: reason, by: person, in: db)
          }
        }
        guard let last = ids.last else { break }
        count += ids.count
        part.after = last
      }
    }
    return count
  }

  /// A row that waits.
  ///
  /// - Throws: `ReplayRefusal` when it is not there, or does not wait.
  public static func waiting(
    _ id: Int64, in session: Session
  ) async throws -> QuarantineRecord {
    guard let record = try await row(id, in: session) else { throw ReplayRefusal.noSuchRow(id) }
    if let end = record.end {
      throw ReplayRefusal.settled(id, end.settlement, batch: end.batch)
    }
    return record
  }

  /// The mapping with which rows of a batch are read; nil where it brought its own columns.
  ///
  /// - Parameter newest: whether it is the newest one of their source, if there is any.
  static func mapping(
    of record: QuarantineRecord?, newest: Bool, in db: isolated Session
  ) throws -> ColumnMapping? {
    guard let record, let kind = SyncKind(rawValue: record.kind) else { return nil }
    let kept =
      newest
      ? try MappingStore.newest(source: record.source, kind: record.kind, in: db)
      : try record.reading?.mappingVersion.flatMap {
        try MappingStore.version($0, source: record.source, kind: record.kind, in: db)
      }
    return try kept.map { try ColumnMapping($0.text, kind: kind) }
  }

  /// Moves the watermark that a batch asked for and did not get because of too many rows that wait,
  /// once they wait no more.
  static func moveWatermark(
    of original: SettlementStore.WaitingBatch, by batch: OpenBatch, in db: isolated Session
  ) throws -> Bool {
    guard let day = original.completeThrough, !original.watermarkMoved,
      try SettlementStore.isTrustworthy(
        batch: original.id, tolerance: Synchronisation.watermarkTolerance, in: db)
    else { return false }
    return try BatchStore.moveWatermarks(of: batch, to: day, in: db)
  }

  /// A discard is a batch without rows, so that it has a place in the commit order: what training
  /// sees of the rows' days changes by it.
  private static func discard(
    _ query: QuarantineQuery, of original: SettlementStore.WaitingBatch, because reason: String,
    by person: String, in db: isolated Session
  ) throws -> [Int64] {
    let ids = try SettlementStore.lock(query, in: db).map(\.id)
    guard let last = ids.last else { return [] }
    let digest = try SHA256.digest(of: Array("discard \(ids) \(reason)".utf8))
    let header = BatchHeader(
      source: original.source, kind: "discard", key: "discard-\(digest.hexadecimal)",
      contentDigest: digest.bytes, generatedAt: nil, completeThrough: original.completeThrough)
    guard case .opened(let batch) = try BatchStore.open(header, in: db) else {
      throw BatchError.underWay(key: header.key)
    }
    try SettlementStore.settle(
      ids, as: .discarded, by: batch, person: person, because: reason, in: db)
    try AuditStore.append(
      actor: person, action: "quarantine-discarded",
      subject: ids.count == 1
        ? "row \(last) of batch \(original.id)" : "\(ids.count) rows of batch \(original.id)",
      in: db)
    let moved = try moveWatermark(of: original, by: batch, in: db)
    _ = try BatchStore.close(batch, counts: RowCounts(), watermarkMoved: moved, in: db)
    return ids
  }

  private static func checkOneRow(
    _ correction: [UInt8], _ form: ReplayForm, _ record: QuarantineRecord
  ) throws {
    let isOne: Bool
    do {
      isOne =
        try SyncKind(rawValue: record.kind).map {
          try ReplayContent([correction], form, kind: $0) != nil
        } ?? false
    } catch is ReadFailure { isOne = false }
    guard isOne else {
      throw ReplayRefusal.notOneRow(
        header: form.header.map { String(decoding: $0, as: UTF8.self) })
    }
  }
}
