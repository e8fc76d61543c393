public import Inventory
public import Postgres

/// Rows on their way out of quarantine. Every method runs inside the caller's transaction.
public enum SettlementStore {
  /// A batch that has rows to settle, with what a replay of them needs.
  public struct WaitingBatch: Hashable, Sendable {
    public let id: Int
    public let source: SourceCode
    /// `demand`, `items`, ...
    public let kind: String
    public let generatedAt: Instant?
    public let completeThrough: Day?
    /// Whether its word on what is complete counted.
    public let watermarkMoved: Bool
    /// Rows of it that the query means.
    public let rows: Int
  }

  /// The batches whose rows wait, in the order of receipt.
  public static func waitingBatches(
    _ query: QuarantineQuery, in db: isolated Session
  ) throws -> [WaitingBatch] {
    try db.rows(
      """
      SELECT b.batch_id, s.code::text, b.kind, b.generated_at, b.complete_through,
        b.watermark_moved, count(*)
      FROM quarantine q JOIN batch b USING (batch_id) JOIN source s USING (source_id)
      WHERE q.settled_at IS NULL \(QuarantineStore.narrowed(query))
      GROUP BY b.batch_id, s.code ORDER BY b.batch_id
      """
    ).map(waitingBatch)
  }

  /// Rows whose item or location was unknown and is known by now, a few of them, by batch.
  public static func arrived(limit: Int, in db: isolated Session) throws -> [Int64] {
    try db.rows(
      """
      SELECT q.quarantine_id FROM quarantine q
      WHERE q.settled_at IS NULL AND q.code IN ('unknown_item', 'unknown_location')
        AND q.attempts < 10 AND NOT q.is_description
        AND (q.code = 'unknown_location' OR q.item IS NOT NULL)
        AND (q.code = 'unknown_item' OR q.location IS NOT NULL)
        AND (q.item IS NULL OR EXISTS (SELECT FROM item i WHERE i.code = q.item))
        AND (q.location IS NULL OR EXISTS (SELECT FROM location l WHERE l.code = q.location))
      ORDER BY q.batch_id, q.quarantine_id LIMIT \(limit)
      """
    ).map { try $0[0] }
  }

  /// The waiting rows that the query means, kept for this transaction: whoever wants them, too,
  /// finds them settled.
  public static func lock(
    _ query: QuarantineQuery, in db: isolated Session
  ) throws -> [QuarantineRecord] {
    var waiting = query
    waiting.ids = try db.rows(
      """
      SELECT q.quarantine_id
      FROM quarantine q JOIN batch b USING (batch_id) JOIN source s USING (source_id)
      WHERE q.settled_at IS NULL AND q.quarantine_id > \(query.after)
        \(QuarantineStore.narrowed(query))
      ORDER BY q.quarantine_id LIMIT \(query.limit)
      FOR UPDATE OF q
      """
    ).map { try $0[0] }
    waiting.includesSettled = false
    return try QuarantineStore.records(waiting, in: db)
  }

  /// Notes that rows left quarantine by a batch.
  ///
  /// - Parameter correction: the row that took the place of the only one.
  public static func settle(
    _ ids: [Int64], as settlement: Settlement, by batch: OpenBatch, person: String,
    because: String? = nil, correction: [UInt8]? = nil, in db: isolated Session
  ) throws {
    try db.execute(
      """
      UPDATE quarantine SET settled_at = clock_timestamp(), settled_by = \(batch.id),
        settlement = \(settlement.rawValue), settled_by_person = \(person),
        settled_because = \(because), correction = \(correction)
      WHERE quarantine_id = ANY (\(ids)) AND settled_at IS NULL
      """)
  }

  /// Notes why rows were set aside again; they go on waiting.
  public static func keep(
    _ failures: [(id: Int64, row: QuarantinedRow)], in db: isolated Session
  ) throws {
    guard !failures.isEmpty else { return }
    try db.execute(
      """
      UPDATE quarantine q SET attempts = q.attempts + 1, code = given.code, field = given.field,
        message = given.message
      FROM unnest(\(failures.map(\.id)), \(failures.map(\.row.code)),
        \(failures.map(\.row.field)), \(failures.map(\.row.message)))
        AS given (id, code, field, message)
      WHERE q.quarantine_id = given.id
      """)
  }

  /// Whether so few rows of a batch wait that its word on what is complete counts.
  ///
  /// - Parameter tolerance: the share of its rows that may wait.
  public static func isTrustworthy(
    batch: Int, tolerance: Double, in db: isolated Session
  ) throws -> Bool {
    try db.rows(
      """
      SELECT count(q.quarantine_id) <= \(tolerance) * b.received
      FROM batch b LEFT JOIN quarantine q
        ON q.batch_id = b.batch_id AND q.settled_at IS NULL AND q.code <> 'conflicting_duplicate'
      WHERE b.batch_id = \(batch) GROUP BY b.batch_id
      """)[0][0]
  }

  /// The earliest day of a batch's rows that waited for a person to confirm their units.
  public static func firstHeldDay(ofBatch batch: Int, in db: isolated Session) throws -> Day? {
    try db.rows("SELECT min(day) FROM quarantine WHERE batch_id = \(batch)")[0][0]
  }

  private static func waitingBatch(_ row: Row) throws -> WaitingBatch {
    WaitingBatch(
      id: try row[0], source: try row[1], kind: try row[2], generatedAt: try row[3],
      completeThrough: try row[4], watermarkMoved: try row[5], rows: try row[6])
  }
}
