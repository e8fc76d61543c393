public import Postgres

/// What goes when it is old.
public enum Prunable: String, CaseIterable, Hashable, Sendable {
  /// Keys of pushes: they may be used again.
  case keys
  /// Values that were replaced: older versions of the data cannot be read any more.
  case changes
  /// Rows of quarantine that were settled.
  case quarantine
  /// Forecasts of runs that nobody reads any more.
  case forecasts
  /// Figures of how far runs were from what was sold afterwards.
  case accuracy
  /// Lines of journals: demand and stock that were made of them stay.
  case movements
}

/// Drops what is old, in short transactions of the caller's.
///
/// What facts or the forecast in use refer to stays, however old it is.
public enum PruneStore {
  private static let pruningLock: Int32 = 0x514D_0008

  /// How many rows one transaction drops: it holds no lock for longer than a moment.
  public static let rowsAtOnce = 10_000

  /// Whether nobody else prunes; holds until `endPruning` or the end of the session.
  public static func beginPruning(in db: isolated Session) throws -> Bool {
    try db.rows("SELECT pg_try_advisory_lock(\(pruningLock), 0)")[0][0]
  }

  public static func endPruning(in db: isolated Session) throws {
    try db.execute("SELECT pg_advisory_unlock(\(pruningLock), 0)")
  }

  // MARK: - Keys

  /// Releases keys of pushes that came more than so many days ago.
  public static func releaseKeys(
    olderThanDays days: Int, in db: isolated Session
  ) throws -> Int {
    try db.execute(
      """
      UPDATE batch SET key_released_at = clock_timestamp() WHERE batch_id IN (
        SELECT batch_id FROM batch
        WHERE key_released_at IS NULL
          AND received_at < clock_timestamp() - make_interval(days => \(Int32(days)))
        ORDER BY batch_id LIMIT \(rowsAtOnce))
      """)
  }

  public static func oldKeys(olderThanDays days: Int, in db: isolated Session) throws -> Int {
    try db.rows(
      """
      SELECT count(*) FROM batch
      WHERE key_released_at IS NULL
        AND received_at < clock_timestamp() - make_interval(days => \(Int32(days)))
      """)[0][0]
  }

  // MARK: - Replaced values

  /// The place up to which replaced values are older than so many days; the version that the
  /// forecast in use was made from, and those after it, stay readable.
  public static func place(olderThanDays days: Int, in db: isolated Session) throws -> Int64 {
    try db.rows(
      """
      SELECT least(
        (SELECT coalesce(max(place), 0) FROM batch
          WHERE received_at < clock_timestamp() - make_interval(days => \(Int32(days)))),
        (SELECT r.dataset_version FROM publication p JOIN run r USING (run_id)
          ORDER BY p.publication_id DESC LIMIT 1))
      """)[0][0]
  }

  /// Says that versions before a place cannot be read any more, before any of it is dropped.
  public static func raiseOldestVersion(to place: Int64, in db: isolated Session) throws {
    try db.execute(
      """
      UPDATE readable_history SET oldest_version = \(place) WHERE oldest_version < \(place)
      """)
  }

  /// Drops values that were replaced up to a place, of all logs together.
  public static func dropChanges(
    through place: Int64, in db: isolated Session
  ) throws -> Int {
    var dropped = 0
    for log in logs where dropped < rowsAtOnce {
      dropped += try db.execute(
        """
        DELETE FROM \(identifier: log) WHERE ctid = ANY (ARRAY(
          SELECT c.ctid FROM batch b
          JOIN \(identifier: log) c ON coalesce(c.replaced_by, c.batch_id) = b.batch_id
          WHERE b.place > (SELECT dropped_through FROM pruning) AND b.place <= \(place)
          LIMIT \(rowsAtOnce - dropped)))
        """)
    }
    return dropped
  }

  /// Notes that nothing is left up to a place.
  public static func droppedChanges(through place: Int64, in db: isolated Session) throws {
    try db.execute(
      "UPDATE pruning SET dropped_through = \(place) WHERE dropped_through < \(place)")
  }

  public static func oldChanges(through place: Int64, in db: isolated Session) throws -> Int {
    var count = 0
    for log in logs {
      count +=
        try db.rows(
          """
          SELECT count(*) FROM batch b
          JOIN \(identifier: log) c ON coalesce(c.replaced_by, c.batch_id) = b.batch_id
          WHERE b.place > (SELECT dropped_through FROM pruning) AND b.place <= \(place)
          """)[0][0] as Int
    }
    return count
  }

  private static let logs = ["demand_change", "stock_change", "fact_change", "movement_change"]

  // MARK: - Quarantine

  /// Drops rows of the quarantine that were settled more than so many days ago.
  ///
  /// A row that made a day missing stays while a version of the data can be read in which it
  /// waited.
  public static func dropSettled(olderThanDays days: Int, in db: isolated Session) throws -> Int {
    try db.rows(
      """
      WITH dropped AS (
        DELETE FROM quarantine WHERE quarantine_id IN (
          SELECT q.quarantine_id FROM quarantine q JOIN batch b ON b.batch_id = q.settled_by
          WHERE q.settled_at < clock_timestamp() - make_interval(days => \(Int32(days)))
            AND (num_nulls(q.item, q.location, q.day) > 0
              OR b.place <= (SELECT oldest_version FROM readable_history))
          LIMIT \(rowsAtOnce))
        RETURNING batch_id, line
      ), lines AS (
        DELETE FROM movement_refused m USING dropped d
        WHERE m.batch_id = d.batch_id AND m.line = d.line
      )
      SELECT count(*) FROM dropped
      """)[0][0]
  }

  public static func oldSettled(olderThanDays days: Int, in db: isolated Session) throws -> Int {
    try db.rows(
      """
      SELECT count(*) FROM quarantine q JOIN batch b ON b.batch_id = q.settled_by
      WHERE q.settled_at < clock_timestamp() - make_interval(days => \(Int32(days)))
        AND (num_nulls(q.item, q.location, q.day) > 0
          OR b.place <= (SELECT oldest_version FROM readable_history))
      """)[0][0]
  }

  // MARK: - Forecasts

  /// Drops the forecasts of one run that ended more than so many days ago and says how many they
  /// were; nil when there is no such run.
  ///
  /// The run in use stays, and so do the one before it, to which one rolls back, those that readers
  /// were given within that time, those from which any of these carried a stale region over or took
  /// locked days or a blend, and those that a lock in force holds. Refused runs go like others.
  public static func dropForecasts(
    olderThanDays days: Int, in db: isolated Session
  ) throws -> Int? {
    guard let run = try oldRuns(olderThanDays: days, in: db).first else { return nil }
    let dropped = try db.execute("DELETE FROM forecast WHERE run_id = \(run)")
    try db.execute(
      "UPDATE run SET forecasts_dropped_at = clock_timestamp() WHERE run_id = \(run)")
    return dropped
  }

  public static func oldForecasts(olderThanDays days: Int, in db: isolated Session) throws -> Int {
    let runs = try oldRuns(olderThanDays: days, in: db)
    return try db.rows("SELECT count(*) FROM forecast WHERE run_id = ANY (\(runs))")[0][0]
  }

  private static func oldRuns(
    olderThanDays days: Int, in db: isolated Session
  ) throws -> [Int32] {
    try db.rows(
      """
      WITH kept AS (
        SELECT run_id FROM (
          SELECT run_id, max(publication_id) AS latest FROM publication GROUP BY run_id) AS shown
        ORDER BY latest DESC LIMIT 2
      ), named AS (
        SELECT run_id FROM kept
        UNION SELECT run_id FROM publication
          WHERE published_at >= clock_timestamp() - make_interval(days => \(Int32(days)))
      )
      SELECT r.run_id FROM run r
      WHERE r.forecasts_dropped_at IS NULL
        AND r.finished_at < clock_timestamp() - make_interval(days => \(Int32(days)))
        AND r.run_id NOT IN (SELECT run_id FROM named)
        AND r.run_id NOT IN (
          SELECT g.carried_from FROM run_region g JOIN named USING (run_id)
          WHERE g.carried_from IS NOT NULL)
        AND r.run_id NOT IN (
          SELECT l.run_id FROM forecast_lock l JOIN run_lock h USING (lock_id)
          JOIN named ON named.run_id = h.run_id)
        AND r.run_id NOT IN (
          SELECT b.compared_with FROM run b JOIN named USING (run_id)
          WHERE b.blend_weight > 0 AND b.compared_with IS NOT NULL)
        AND r.run_id NOT IN (
          SELECT run_id FROM forecast_lock WHERE unlocked_at IS NULL
            AND last_day > (SELECT origin FROM run JOIN publication USING (run_id)
              ORDER BY publication_id DESC LIMIT 1))
      ORDER BY r.run_id
      """
    ).map { try $0[0] }
  }
}
