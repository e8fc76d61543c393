import Postgres

/// All that facts come to, by codes and without what depends on who came when: a line for each fact
/// with its revisions, for each value ever told of a number with the highest revision it was told
/// at, and for each watermark.
enum Fingerprint {
  /// One SHA-256 for each order of facts in the database, by the number before the tilde.
  static func all(in session: Session) async throws -> [Int: String] {
    let rows = try await session.run { db in
      try db.rows(lines("encode(sha256(string_agg(line, E'\\n' ORDER BY line)::bytea), 'hex')"))
        .map { row in (try row[0] as Int, try row[1] as String) }
    }
    return Dictionary(uniqueKeysWithValues: rows)
  }

  /// How many lines there are of each sort.
  static func counts(in session: Session) async throws -> [String: Int] {
    let statement: SQL = """
      SELECT line::jsonb->>0, count(*) FROM (\(lines)) AS lines (number, line) GROUP BY 1
      """
    let rows = try await session.run { db in
      try db.rows(statement).map { row in (try row[0] as String, try row[1] as Int) }
    }
    return Dictionary(uniqueKeysWithValues: rows)
  }

  /// The lines themselves.
  static func facts(in session: Session) async throws -> [String] {
    let statement: SQL = "SELECT line FROM (\(lines)) AS lines (number, line) ORDER BY line"
    return try await session.run { db in try db.rows(statement).map { row in try row[0] } }
  }

  private static func lines(_ aggregate: String) -> SQL {
    "SELECT number, \(unescaped: aggregate) FROM (\(lines)) AS lines (number, line) GROUP BY 1"
  }

  private static let lines: SQL = """
    WITH named AS (
      SELECT s.series_id, i.code AS item, l.code AS location, s.first_day
      FROM series s JOIN item i USING (item_id) JOIN location l USING (location_id)
    ), told AS (
      SELECT n.item, n.location, (m.month + (d.position - 1)::integer) AS day, d.quantity,
        m.revisions[CASE WHEN cardinality(m.revisions) = 1 THEN 1 ELSE d.position END] AS revision
      FROM demand_month m JOIN named n USING (series_id)
      CROSS JOIN LATERAL unnest(m.quantities) WITH ORDINALITY AS d (quantity, position)
      WHERE d.quantity IS NOT NULL
    ), life AS (
      SELECT item, location, day, quantity, max(revision) AS revision FROM (
        SELECT item, location, day, quantity, revision FROM told
        UNION ALL
        SELECT item, location, day, quantity, revision
        FROM demand_change JOIN named USING (series_id)) AS ever
      GROUP BY item, location, day, quantity
    ), stock_life AS (
      SELECT series_id, as_of, on_hand, on_order, reserved, max(revision) AS revision FROM (
        SELECT series_id, as_of, on_hand, on_order, reserved, revision FROM stock
        UNION ALL
        SELECT series_id, as_of, on_hand, on_order, reserved, revision FROM stock_change) AS ever
      GROUP BY series_id, as_of, on_hand, on_order, reserved
    ), line AS (
      SELECT code AS about, jsonb_build_array('item', code, name, category, unit, pack_size,
        launched, ended, predecessor, revision, field_revisions) AS line
      FROM item
      UNION ALL
      SELECT l.code, jsonb_build_array('location', l.code, region, name, time_zone,
        freshness_minutes, revision, field_revisions, d.code, k.code)
      FROM location l LEFT JOIN source d ON d.source_id = demand_source_id
      LEFT JOIN source k ON k.source_id = stock_source_id
      UNION ALL
      SELECT i.code, jsonb_build_array('terms', i.code, l.code, supplier, lead_time_days,
        lead_time_sd_days, review_period_days, minimum_order_quantity, order_multiple,
        unit_cost::text, service_level, t.revision, t.field_revisions)
      FROM terms t JOIN item i USING (item_id) LEFT JOIN location l USING (location_id)
      UNION ALL
      SELECT i.code, jsonb_build_array('price', i.code, l.code, p.region, from_day, price::text,
        promotion, p.revision, p.field_revisions)
      FROM price p JOIN item i USING (item_id) LEFT JOIN location l USING (location_id)
      UNION ALL
      SELECT name, jsonb_build_array('event', day, name, kind, region, location, item, category,
        revision)
      FROM calendar_event
      UNION ALL
      SELECT item, jsonb_build_array('series', item, location, first_day) FROM named
      UNION ALL
      SELECT item, jsonb_build_array('demand', item, location, day, quantity::text, revision)
      FROM told
      UNION ALL
      SELECT item, jsonb_build_array('demand life', item, location, day, quantity::text, revision)
      FROM life
      UNION ALL
      SELECT item, jsonb_build_array('stock', item, location, as_of, on_hand::text, on_order,
        reserved, revision)
      FROM stock JOIN named USING (series_id)
      UNION ALL
      SELECT item, jsonb_build_array('stock life', item, location, as_of, on_hand::text, on_order,
        reserved, revision)
      FROM stock_life JOIN named USING (series_id)
      UNION ALL
      SELECT location, jsonb_build_array('watermark', location, complete_through)
      FROM complete_through
    )
    SELECT coalesce(substring(about FROM '^([0-9]+)~')::bigint, 0),
      regexp_replace(line::text, '"[0-9]+~', '"~', 'g') COLLATE "C"
    FROM line
    """
}
