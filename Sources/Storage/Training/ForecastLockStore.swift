public import Inventory
public import Planning
public import Postgres

/// A lock with who set it and why, and who took it away.
public struct ForecastLockRecord: Hashable, Sendable {
  public struct Unlocked: Hashable, Sendable {
    public let at: Instant
    public let by: String
    public let reason: String
  }

  public let lock: ForecastLock
  public let lockedAt: Instant
  public let lockedBy: String
  public let reason: String
  /// Nil while nobody has taken it away.
  public let unlocked: Unlocked?
}

/// Locks of near days, and which of them runs held.
public enum ForecastLockStore {
  /// Keeps a lock on what the run in use says; call it while publication is held.
  public static func insert(
    region: RegionCode?, location: LocationCode?, item: ItemCode?, days: ClosedRange<Day>,
    run: Int, by person: String, reason: String, in db: isolated Session
  ) throws -> Int {
    try db.rows(
      """
      INSERT INTO forecast_lock (region, location, item, first_day, last_day, run_id, locked_by,
        reason)
      VALUES (\(region), \(location), \(item), \(days.lowerBound), \(days.upperBound),
        \(Int32(run)), \(person), \(reason))
      RETURNING lock_id
      """)[0][0]
  }

  /// Takes a lock away; false where it was taken away before.
  public static func unlock(
    _ lock: Int, by person: String, reason: String, in db: isolated Session
  ) throws -> Bool {
    try db.execute(
      """
      UPDATE forecast_lock
      SET unlocked_at = clock_timestamp(), unlocked_by = \(person), unlock_reason = \(reason)
      WHERE lock_id = \(lock) AND unlocked_at IS NULL
      """) == 1
  }

  /// Locks that are in force on a day or later, the first set first.
  public static func live(
    from day: Day, in db: isolated Session
  ) throws -> [ForecastLockRecord] {
    try db.rows(
      """
      SELECT lock_id, region::text, location::text, item::text, first_day, last_day, run_id,
        locked_at, locked_by, reason, unlocked_at, unlocked_by, unlock_reason
      FROM forecast_lock WHERE unlocked_at IS NULL AND last_day >= \(day) ORDER BY lock_id
      """
    ).map(record)
  }

  /// Locks, the newest first, before one; those that have ended among them.
  ///
  /// - Parameter region: only those that may hold series of it, by its locations, too.
  public static func history(
    region: RegionCode? = nil, before lock: Int? = nil, limit: Int, in db: isolated Session
  ) throws -> [ForecastLockRecord] {
    try db.rows(
      """
      SELECT l.lock_id, l.region::text, l.location::text, l.item::text, l.first_day, l.last_day,
        l.run_id, l.locked_at, l.locked_by, l.reason, l.unlocked_at, l.unlocked_by,
        l.unlock_reason
      FROM forecast_lock l
      WHERE (\(lock)::bigint IS NULL OR l.lock_id < \(lock))
        AND (\(region)::text IS NULL OR coalesce(l.region,
          (SELECT p.region FROM location p WHERE p.code = l.location), \(region)) = \(region))
      ORDER BY l.lock_id DESC LIMIT \(limit)
      """
    ).map(record)
  }

  public static func lock(
    _ lock: Int, in db: isolated Session
  ) throws -> ForecastLockRecord? {
    try history(before: lock + 1, limit: 1, in: db).first.flatMap { $0.lock.id == lock ? $0 : nil }
  }

  // MARK: - Of runs

  /// Keeps which locks a run held, each with its days of series.
  static func insert(_ held: [Int: Int], run: Int32, in db: isolated Session) throws {
    for (lock, cells) in held.sorted(by: { $0.key < $1.key }) {
      try db.execute(
        """
        INSERT INTO run_lock (run_id, lock_id, cells)
        VALUES (\(run), \(Int32(lock)), \(Int32(clamping: cells)))
        """)
    }
  }

  /// The locks that a run held, with how many days of series each, the first set first.
  public static func held(
    byRun run: Int, in db: isolated Session
  ) throws -> [(record: ForecastLockRecord, cells: Int)] {
    try db.rows(
      """
      SELECT l.lock_id, l.region::text, l.location::text, l.item::text, l.first_day, l.last_day,
        l.run_id, l.locked_at, l.locked_by, l.reason, l.unlocked_at, l.unlocked_by,
        l.unlock_reason, h.cells
      FROM run_lock h JOIN forecast_lock l USING (lock_id) WHERE h.run_id = \(run)
      ORDER BY l.lock_id
      """
    ).map { (try record($0), try $0[13]) }
  }

  private static func record(_ row: Row) throws -> ForecastLockRecord {
    let unlockedAt: Instant? = try row[10]
    return try ForecastLockRecord(
      lock: ForecastLock(
        id: row[0], region: row[1], location: row[2], item: row[3], firstDay: row[4],
        lastDay: row[5], run: row[6]), lockedAt: row[7], lockedBy: row[8], reason: row[9],
      unlocked: unlockedAt.map { .init(at: $0, by: try row[11], reason: try row[12]) })
  }
}

extension RunStore {
  /// Whether a run's forecasts are others than were fitted, because they were blended or locked.
  public static func isSteadied(_ run: Int, in db: isolated Session) throws -> Bool {
    try db.rows(
      """
      SELECT coalesce(blend_weight, 0) > 0
        OR EXISTS (SELECT FROM run_lock l WHERE l.run_id = r.run_id AND l.cells > 0)
      FROM run r WHERE run_id = \(run)
      """
    ).first.map { try $0[0] } ?? false
  }
}

extension ForecastStore {
  /// What a lock's run said of the days that it holds: the series that it covers, and sums that may
  /// hold some of them.
  ///
  /// Days before the lock's first are kept, so that leads are counted as that run did.
  public static func forecasts(
    heldBy lock: ForecastLock, in db: isolated Session
  ) throws -> [PublishedForecast] {
    try db.rows(
      """
      SELECT n.level, n.item::text, n.location::text, n.region::text, n.category::text, f.origin,
        f.stale, f.tier, f.reason, f.first_day, f.means, f.quantiles, f.spread,
        f.spread_parameters, f.locks
      FROM forecast f JOIN node n USING (node_id)
      WHERE f.run_id = \(lock.run)
        AND (\(lock.region)::text IS NULL OR coalesce(n.region, \(lock.region)) = \(lock.region))
        AND (\(lock.location)::text IS NULL
          OR coalesce(n.location, \(lock.location)) = \(lock.location))
        AND (\(lock.item)::text IS NULL OR coalesce(n.item, \(lock.item)) = \(lock.item))
      """
    ).map { row in try forecast(row).cut(through: lock.lastDay) }
  }

  /// How many series of a place a run forecasts.
  public static func seriesCount(
    ofRun run: Int, region: RegionCode?, location: LocationCode?, item: ItemCode?,
    in db: isolated Session
  ) throws -> Int {
    try db.rows(
      """
      SELECT count(*) FROM forecast f JOIN node n USING (node_id)
      WHERE f.run_id = \(run) AND n.level = 'item-location'
        AND (\(region)::text IS NULL OR n.region = \(region))
        AND (\(location)::text IS NULL OR n.location = \(location))
        AND (\(item)::text IS NULL OR n.item = \(item))
      """)[0][0]
  }
}

extension PublishedForecast {
  /// Without the days after one, which would fill memory for nothing.
  fileprivate func cut(through last: Day) -> PublishedForecast {
    let days = min(means.count, max(0, last - firstDay + 1))
    return PublishedForecast(
      node: node, origin: origin, isStale: isStale, tier: tier, reason: reason,
      firstDay: firstDay, means: Array(means.prefix(days)),
      quantiles: quantiles.map { Array($0.prefix(days)) }, spread: spread,
      locks: Array(locks.prefix(days)))
  }
}
