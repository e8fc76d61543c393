internal import Inventory
internal import Postgres

/// Stock as movements tell it: from a count on, what comes and goes.
///
/// It is kept as one snapshot per day with a line, at the moment of the day's last line. The
/// snapshot before the first touched day carries what was on hand then, so that lines before it are
/// not needed.
enum MovementStock {
  static func derive(for batch: OpenBatch, in db: isolated Session) throws {
    try db.script("DROP TABLE IF EXISTS pg_temp.derived_stock")
    try db.execute(
      """
      CREATE TEMP TABLE derived_stock ON COMMIT DROP AS
      WITH opening AS (
        SELECT t.series_id, t.since, (
          SELECT k.on_hand FROM stock k
          WHERE k.series_id = t.series_id AND k.as_of < t.since
          ORDER BY k.as_of DESC LIMIT 1) AS on_hand
        FROM touched_series t
        JOIN series s USING (series_id)
        JOIN location l USING (location_id)
        WHERE l.stock_is_from_movements
      ), entry AS (
        SELECT series_id, '-infinity'::timestamptz AS at, NULL::date AS day, true AS counts,
          ''::text AS id, on_hand::numeric AS units
        FROM opening WHERE on_hand IS NOT NULL
        UNION ALL
        SELECT m.series_id, m.at, m.day, m.kind = 'count', m.id::text,
          CASE WHEN m.kind IN ('sale', 'transfer_out') THEN -m.quantity ELSE m.quantity
          END::numeric
        FROM opening o JOIN movement m ON m.series_id = o.series_id AND m.at >= o.since
      ), numbered AS (
        -- At one moment counts come last, and of two the one with the greater id: it was after.
        SELECT *, count(*) FILTER (WHERE counts) OVER (
          PARTITION BY series_id ORDER BY at, counts, id COLLATE "C") AS epoch
        FROM entry
      ), running AS (
        SELECT series_id, at, day, counts, id, sum(units) OVER (
          PARTITION BY series_id, epoch ORDER BY at, counts, id COLLATE "C") AS on_hand
        FROM numbered WHERE epoch > 0
      ), daily AS (
        SELECT DISTINCT ON (series_id, day) series_id, at, on_hand
        FROM running WHERE day IS NOT NULL
        ORDER BY series_id, day, at DESC, counts DESC, id COLLATE "C" DESC
      )
      -- Lines of one moment have one day, unless the location's zone changed in between.
      SELECT DISTINCT ON (series_id, at) series_id, at AS as_of,
        least(greatest(on_hand, -\(Quantity.limit)::numeric),
          \(Quantity.limit)::numeric)::double precision AS on_hand
      FROM daily ORDER BY series_id, at
      """)
    try replace(of: batch, in: db)
  }

  /// Brings the snapshots from the first touched day on to what was made, keeping what they were.
  private static func replace(of batch: OpenBatch, in db: isolated Session) throws {
    try db.execute(
      """
      INSERT INTO stock_change (series_id, as_of, on_hand, on_order, reserved, revision, batch_id,
        replaced_by)
      SELECT k.series_id, k.as_of, k.on_hand, k.on_order, k.reserved, k.revision, k.batch_id,
        \(batch.id)
      FROM touched_series t
      JOIN series s USING (series_id)
      JOIN location l USING (location_id)
      JOIN stock k ON k.series_id = t.series_id AND k.as_of >= t.since
      LEFT JOIN derived_stock d ON d.series_id = k.series_id AND d.as_of = k.as_of
      WHERE l.stock_is_from_movements AND d.on_hand IS DISTINCT FROM k.on_hand
      """)
    try db.execute(
      """
      DELETE FROM stock k USING touched_series t, series s, location l
      WHERE s.series_id = t.series_id AND l.location_id = s.location_id
        AND l.stock_is_from_movements AND k.series_id = t.series_id AND k.as_of >= t.since
        AND NOT EXISTS (
          SELECT FROM derived_stock d WHERE d.series_id = k.series_id AND d.as_of = k.as_of)
      """)
    try db.execute(
      """
      INSERT INTO stock AS known (series_id, as_of, on_hand, on_order, reserved, batch_id)
      SELECT series_id, as_of, on_hand, 0, 0, \(batch.id) FROM derived_stock
      ORDER BY series_id, as_of
      ON CONFLICT (series_id, as_of) DO UPDATE
        SET on_hand = excluded.on_hand, batch_id = excluded.batch_id
        WHERE known.on_hand <> excluded.on_hand
      """)
  }
}
