public import Inventory
public import Postgres

/// A run that the service made again, by night or because somebody asked.
public struct ReplayRecord: Hashable, Sendable {
  public let run: Int
  public let verdict: String
  public let compared: Int
  public let differing: Int
  /// The first difference, or why it could not be made again.
  public let finding: String?

  public init(run: Int, verdict: String, compared: Int, differing: Int, finding: String?) {
    self.run = run
    self.verdict = verdict
    self.compared = compared
    self.differing = differing
    self.finding = finding
  }
}

/// A replay as it is listed.
public struct StoredReplay: Hashable, Sendable {
  /// Ascending: the cursor of a listing.
  public let id: Int
  public let at: Instant
  public let record: ReplayRecord
}

/// Replays of runs, as the service did them.
public enum ReplayStore {
  /// Returns its number.
  @discardableResult
  public static func insert(_ record: ReplayRecord, in db: isolated Session) throws -> Int {
    try db.rows(
      """
      INSERT INTO run_replay (run_id, verdict, values_compared, values_differing, finding)
      VALUES (\(Int32(record.run)), \(record.verdict), \(record.compared), \(record.differing),
        \(record.finding)) RETURNING replay_id
      """)[0][0]
  }

  /// The newest replays of a run, before one of them.
  public static func replays(
    ofRun run: Int, before replay: Int?, limit: Int, in db: isolated Session
  ) throws -> [StoredReplay] {
    try db.rows(
      """
      SELECT run_id, verdict, values_compared, values_differing, finding, replayed_at, replay_id
      FROM run_replay
      WHERE run_id = \(run) AND (\(replay)::bigint IS NULL OR replay_id < \(replay))
      ORDER BY replay_id DESC LIMIT \(limit)
      """
    ).map(stored)
  }

  public static func replay(_ id: Int, in db: isolated Session) throws -> StoredReplay? {
    try db.rows(
      """
      SELECT run_id, verdict, values_compared, values_differing, finding, replayed_at, replay_id
      FROM run_replay WHERE replay_id = \(id)
      """
    ).first.map(stored)
  }

  private static func stored(_ row: Row) throws -> StoredReplay {
    StoredReplay(
      id: try row[6], at: try row[5],
      record: try ReplayRecord(
        run: row[0], verdict: row[1], compared: row[2], differing: row[3], finding: row[4]))
  }

  /// The newest replay that nobody asked for, and when it was.
  public static func latest(
    in db: isolated Session
  ) throws -> (record: ReplayRecord, at: Instant)? {
    try db.rows(
      """
      SELECT run_id, verdict, values_compared, values_differing, finding, replayed_at
      FROM run_replay p
      WHERE NOT EXISTS (SELECT FROM replay_request q WHERE q.replay_id = p.replay_id)
      ORDER BY replay_id DESC LIMIT 1
      """
    ).first.map { row in
      (
        try ReplayRecord(
          run: row[0], verdict: row[1], compared: row[2], differing: row[3], finding: row[4]),
        try row[5]
      )
    }
  }
}
