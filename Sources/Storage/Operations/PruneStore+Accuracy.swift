internal import Inventory
public import Postgres

extension PruneStore {
  /// A report without a span is of so many of the last measured days.
  private static let reportedDays: Int32 = 28

  /// Drops the figures of one run in one region, or of its sums over regions, that were made more
  /// than so many days ago, and says how many rows they were; nil when there are none.
  ///
  /// The run in use keeps its figures, and so do runs with a day among the last 28 that were
  /// measured, which a report shows where nothing else is asked for.
  public static func dropAccuracy(
    olderThanDays days: Int, in db: isolated Session
  ) throws -> Int? {
    guard let old = try oldMeasurements(olderThanDays: days, limit: 1, in: db).first else {
      return nil
    }
    var dropped = try db.execute(
      """
      DELETE FROM accuracy_of_sums
      WHERE run_id = \(old.run) AND region IS NOT DISTINCT FROM \(old.region)::text
      """)
    guard let region = old.region else {
      try db.execute(
        "UPDATE sums_measured SET dropped_at = clock_timestamp() WHERE run_id = \(old.run)")
      return dropped
    }
    dropped += try db.execute(
      "DELETE FROM accuracy WHERE run_id = \(old.run) AND region = \(region)")
    try db.execute(
      """
      UPDATE accuracy_measured SET dropped_at = clock_timestamp()
      WHERE run_id = \(old.run) AND region = \(region)
      """)
    return dropped
  }

  public static func oldAccuracy(olderThanDays days: Int, in db: isolated Session) throws -> Int {
    let old = try oldMeasurements(olderThanDays: days, limit: Int(Int32.max), in: db)
    return try db.rows(
      """
      WITH old AS (
        SELECT * FROM unnest(\(old.map(\.run)), \(old.map(\.region))) AS given (run_id, region)
      )
      SELECT (SELECT count(*) FROM accuracy a JOIN old USING (run_id, region))
        + (SELECT count(*) FROM accuracy_of_sums a JOIN old o
          ON a.run_id = o.run_id AND a.region IS NOT DISTINCT FROM o.region)
      """)[0][0]
  }

  private static func oldMeasurements(
    olderThanDays days: Int, limit: Int, in db: isolated Session
  ) throws -> [(run: Int32, region: RegionCode?)] {
    try db.rows(
      """
      WITH measured AS (
        SELECT run_id, region::text AS region, through, measured_at, dropped_at
        FROM accuracy_measured
        UNION ALL SELECT run_id, NULL, through, measured_at, dropped_at FROM sums_measured
      )
      SELECT m.run_id, m.region FROM measured m
      WHERE m.dropped_at IS NULL
        AND m.measured_at < clock_timestamp() - make_interval(days => \(Int32(days)))
        AND m.through <= (
          SELECT max(n.through) FROM measured n WHERE n.region IS NOT DISTINCT FROM m.region)
          - \(reportedDays)
        AND m.run_id <> (SELECT run_id FROM publication ORDER BY publication_id DESC LIMIT 1)
      ORDER BY m.run_id, m.region LIMIT \(limit)
      """
    ).map { (run: try $0[0], region: try $0[1]) }
  }

  // MARK: - Lines of journals

  /// Drops lines of days more than so many days ago, at most `rowsAtOnce`, and says how many they
  /// were. Lines of those days are refused from then on.
  ///
  /// A line that came within that time stays, and with it all of later days: who sends a history
  /// that is old already may correct it for as long as any other. So does what a row in quarantine
  /// waits to become.
  public static func dropMovements(
    olderThanDays days: Int, in db: isolated Session
  ) throws -> Int {
    let floor = try movementFloor(olderThanDays: days, in: db)
    let isAnyOlder: Bool = try db.rows(
      "SELECT EXISTS (SELECT FROM movement WHERE day < \(floor))")[0][0]
    guard isAnyOlder else { return 0 }
    return try MovementStore.prune(before: floor, limit: rowsAtOnce, in: db)
  }

  public static func oldMovements(olderThanDays days: Int, in db: isolated Session) throws -> Int {
    let floor = try movementFloor(olderThanDays: days, in: db)
    return try db.rows("SELECT count(*) FROM movement WHERE day < \(floor)")[0][0]
  }

  private static func movementFloor(
    olderThanDays days: Int, in db: isolated Session
  ) throws -> Day {
    try db.rows(
      """
      WITH age AS (
        SELECT clock_timestamp() - make_interval(days => \(Int32(days))) AS since
      )
      SELECT least(since::date,
        (SELECT min(m.day) FROM movement m JOIN batch b USING (batch_id)
          WHERE m.day < since::date AND b.received_at >= since),
        (SELECT min(q.day) FROM quarantine q JOIN batch b USING (batch_id)
          WHERE b.kind = 'movements' AND q.settled_at IS NULL))
      FROM age
      """)[0][0]
  }
}
