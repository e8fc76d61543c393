public import Inventory
internal import Planning
public import Postgres

/// A step of a location's watermark.
public struct WatermarkStep: Hashable, Sendable {
  public let batch: Int
  public let source: SourceCode
  public let completeThrough: Day
  public let receivedAt: Instant
}

/// What tells how far locations have reported.
public enum FreshnessStore {
  /// Days up to each location's watermark for which it sent nothing although it normally does;
  /// locations without any are left out.
  public static func gaps(in db: isolated Session) throws -> [LocationCode: [Day]] {
    var sent: [LocationCode: (through: Day, months: [Day: Int32])] = [:]
    let rows = try db.rows(
      """
      SELECT l.code::text, w.complete_through, m.month, m.days
      FROM location l
      CROSS JOIN LATERAL (
        SELECT max(complete_through) AS complete_through FROM watermark
        WHERE location_id = l.location_id) AS w
      JOIN location_month m ON m.location_id = l.location_id
        AND m.month BETWEEN date_trunc('month', w.complete_through - \(Int32(SentDays.reachDays)))::date
          AND w.complete_through
      """)
    for row in rows {
      let (location, through): (LocationCode, Day) = (try row[0], try row[1])
      sent[location, default: (through, [:])].months[try row[2]] = try row[3]
    }
    let closed = try closedDays(in: db)
    var gaps: [LocationCode: [Day]] = [:]
    for (location, known) in sent {
      let days = SentDays(months: known.months).gaps(
        through: known.through, closed: closed[location] ?? [])
      if !days.isEmpty { gaps[location] = days }
    }
    return gaps
  }

  /// Days on which the calendar closes a location, near its watermark.
  private static func closedDays(in db: isolated Session) throws -> [LocationCode: Set<Day>] {
    try db.rows(
      """
      SELECT l.code::text, e.day
      FROM location l
      JOIN calendar_event e ON e.kind = 'closed' AND e.item IS NULL AND e.category IS NULL
        AND (e.location IS NULL OR e.location = l.code)
        AND (e.region IS NULL OR e.region = l.region)
      WHERE e.day > (SELECT max(complete_through) FROM watermark w
        WHERE w.location_id = l.location_id) - \(Int32(SentDays.windowDays))
      """
    ).reduce(into: [:]) { days, row in days[try row[0], default: []].insert(try row[1]) }
  }

  /// How a location's watermark moved, the newest step first; nil when there is no such location in
  /// the regions.
  ///
  /// - Parameters:
  ///   - regions: nil for all.
  ///   - batch: steps before this batch's only.
  public static func steps(
    of location: LocationCode, inRegions regions: [RegionCode]?, before batch: Int?, limit: Int,
    in db: isolated Session
  ) throws -> [WatermarkStep]? {
    let known = try db.rows(
      """
      SELECT location_id FROM location
      WHERE code = \(location) AND (\(regions)::text[] IS NULL OR region = ANY (\(regions)))
      """)
    guard let id: Int32 = try known.first?[0] else { return nil }
    return try db.rows(
      """
      SELECT w.batch_id, s.code::text, w.complete_through, b.received_at
      FROM watermark w JOIN batch b USING (batch_id) JOIN source s USING (source_id)
      WHERE w.location_id = \(id) AND (\(batch)::bigint IS NULL OR w.batch_id < \(batch))
      ORDER BY w.batch_id DESC LIMIT \(limit)
      """
    ).map { row in
      try WatermarkStep(
        batch: row[0], source: row[1], completeThrough: row[2], receivedAt: row[3])
    }
  }
}
