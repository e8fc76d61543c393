public import Inventory
public import Postgres

/// A value that a source once told of one series and day, and what became of it.
public struct ToldDemand: Hashable, Sendable {
  public enum Fate: Hashable, Sendable {
    case stands
    /// A later batch told another value.
    case replaced(byBatch: Int)
    /// A higher revision stood already when it came.
    case cameLate
    /// Another value of the same revision stands.
    case lostConflict
    /// It could not stand as it was written, and waits to be mended.
    case waits(code: String)
    /// It could not stand, and a person said that it is no fact.
    case discarded(byBatch: Int)
  }

  /// Units; nil where only the row as it came is there.
  public let quantity: Double?
  /// The row as it came; nil for what was taken.
  public let raw: [UInt8]?
  /// An integer or a time; nil where the receipt decides.
  public let revision: Revision?
  public let source: SourceCode
  public let batch: Int
  public let key: String
  public let receivedAt: Instant
  public let fate: Fate
  /// The first dataset version that says so; nil for what never stood.
  public let fromVersion: Int64?
  /// The last one; nil for what stands, or never stood.
  public let throughVersion: Int64?
}

/// The life of one number: every value that was told of a series and day.
public enum DemandLifeStore {
  /// In the order in which they came.
  public static func life(
    ofItem item: ItemCode, at location: LocationCode, on day: Day, in db: isolated Session
  ) throws -> [ToldDemand] {
    let refused = try refused(item, location, day, in: db)
    var life = try taken(item, location, day, conflicts: refused.filter(\.isConflict), in: db)
    let explained = Set(
      life.compactMap { told -> Int? in
        switch told.fate {
        case .lostConflict: told.batch
        case .replaced(let batch): batch
        default: nil
        }
      })
    life += refused.filter { !$0.isConflict || !explained.contains($0.told.batch) }.map(\.told)
    return life.enumerated().sorted { left, right in
      (left.element.receivedAt.microseconds, left.element.batch, left.offset)
        < (right.element.receivedAt.microseconds, right.element.batch, right.offset)
    }.map(\.element)
  }

  private struct Refused {
    let told: ToldDemand
    var isConflict: Bool { told.fate == .lostConflict }
  }

  /// Values in the month arrays and in the change log.
  private static func taken(
    _ item: ItemCode, _ location: LocationCode, _ day: Day, conflicts: [Refused],
    in db: isolated Session
  ) throws -> [ToldDemand] {
    guard let series = try SeriesStore.find(item, at: location, in: db) else { return [] }
    let conflicting = Set(conflicts.map(\.told.batch))
    let place = Int32(day.civil.day)
    return try db.rows(
      """
      WITH told AS (
        SELECT m.quantities[\(place)] AS quantity,
          m.batch_ids[CASE cardinality(m.batch_ids) WHEN 1 THEN 1 ELSE \(place) END] AS batch_id,
          m.revisions[CASE cardinality(m.revisions) WHEN 1 THEN 1 ELSE \(place) END] AS revision,
          true AS stands, NULL::integer AS replaced_by
        FROM demand_month m
        WHERE m.series_id = \(series) AND m.month = \(day.monthStart)
          AND m.quantities[\(place)] IS NOT NULL
        UNION ALL
        SELECT c.quantity, c.batch_id, c.revision, false, c.replaced_by
        FROM demand_change c WHERE c.series_id = \(series) AND c.day = \(day)
      )
      SELECT t.quantity, t.revision, s.revision_kind, b.generated_at, s.code::text, b.batch_id,
        b.key, b.received_at, t.stands, t.replaced_by, b.place, r.place
      FROM told t
      JOIN batch b USING (batch_id)
      JOIN source s USING (source_id)
      LEFT JOIN batch r ON r.batch_id = t.replaced_by
      ORDER BY b.place, r.place
      """
    ).map { row in
      let batch: Int = try row[5]
      let (stands, replacedBy): (Bool, Int?) = (try row[8], try row[9])
      let hasStood = stands || replacedBy != nil
      let lost: ToldDemand.Fate = conflicting.contains(batch) ? .lostConflict : .cameLate
      let until: Int64? = try row[11]
      return ToldDemand(
        quantity: try row[0], raw: nil,
        revision: try revision(row[1], kind: row[2], generatedAt: row[3]), source: try row[4],
        batch: batch, key: try row[6], receivedAt: try row[7],
        fate: stands ? .stands : replacedBy.map { .replaced(byBatch: $0) } ?? lost,
        fromVersion: hasStood ? try row[10] : nil, throughVersion: until.map { $0 - 1 })
    }
  }

  /// Rows set aside that did not come in some other way since.
  private static func refused(
    _ item: ItemCode, _ location: LocationCode, _ day: Day, in db: isolated Session
  ) throws -> [Refused] {
    try db.rows(
      """
      SELECT q.code, q.raw, s.code::text, b.batch_id, b.key, b.received_at, q.settled_by
      FROM quarantine q JOIN batch b USING (batch_id) JOIN source s USING (source_id)
      WHERE q.item = \(item) AND q.location = \(location) AND q.day = \(day)
        AND b.kind IN ('demand', 'movements')
        AND (q.settled_at IS NULL OR q.settlement = 'discarded')
      ORDER BY q.quarantine_id
      """
    ).map { row in
      let (code, discardedBy): (String, Int?) = (try row[0], try row[6])
      let waits: ToldDemand.Fate =
        code == "conflicting_duplicate" ? .lostConflict : .waits(code: code)
      return Refused(
        told: ToldDemand(
          quantity: nil, raw: try row[1], revision: nil, source: try row[2], batch: try row[3],
          key: try row[4], receivedAt: try row[5],
          fate: discardedBy.map { .discarded(byBatch: $0) } ?? waits,
          fromVersion: nil, throughVersion: nil))
    }
  }

  /// What the source said. Facts without a revision of their own have their batch's time, also in
  /// a source that counts.
  private static func revision(
    _ order: Int64?, kind: String?, generatedAt: Instant?
  ) throws -> Revision? {
    guard let order else { return nil }
    let isNumber = kind == Revision.Kind.number.rawValue && generatedAt?.microseconds != order
    return isNumber ? .number(order) : .time(Instant(microseconds: order))
  }
}
