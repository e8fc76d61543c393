public import Inventory
public import Postgres

/// A wish for a run to be made again and compared.
public struct RunReplayRequest: Hashable, Sendable {
  public enum State: String, CaseIterable, Sendable { case waiting, running, done, failed }

  public let id: Int
  public let run: Int
  /// How many values are compared; nil is all.
  public let sample: Int?
  public let requestedBy: String
  public let requestedAt: Instant
  public let state: State
  /// What came of it, once it is done.
  public let replay: Int?
  public let failure: String?
}

/// The right to carry out a replay until its lease ends or somebody claims it again.
public struct ReplayClaim: Hashable, Sendable {
  public let request: Int
  public let run: Int
  public let sample: Int?
  /// Raised with every claim, so that an answer of an earlier holder is refused.
  public let token: Int
}

/// Wishes for replays and who carries them out.
public enum ReplayRequestStore {
  public static func insert(
    run: Int, sample: Int?, by requester: String, in db: isolated Session
  ) throws -> Int {
    try db.rows(
      """
      INSERT INTO replay_request (run_id, sample, requested_by)
      VALUES (\(Int32(run)), \(sample.map { Int32($0) }), \(requester)) RETURNING request_id
      """)[0][0]
  }

  public static func request(_ id: Int, in db: isolated Session) throws -> RunReplayRequest? {
    try db.rows(
      """
      SELECT request_id, run_id, sample, requested_by, requested_at, state, replay_id, failure
      FROM replay_request WHERE request_id = \(id)
      """
    ).first.map { row in
      let word: String = try row[5]
      guard let state = RunReplayRequest.State(rawValue: word) else {
        throw StorageError.unknownWord(table: "replay_request")
      }
      return try RunReplayRequest(
        id: row[0], run: row[1], sample: row[2], requestedBy: row[3], requestedAt: row[4],
        state: state, replay: row[6], failure: row[7])
    }
  }

  /// Takes the oldest wish that waits, or whose holder let its lease run out, unless a run is under
  /// way: both at once would need twice the memory. Nobody waits for another's claim.
  public static func claim(
    leaseSeconds: Double, in db: isolated Session
  ) throws -> ReplayClaim? {
    guard try !RunRequestStore.isAnyUnderWay(in: db) else { return nil }
    return try db.rows(
      """
      UPDATE replay_request SET state = 'running', token = token + 1,
        lease_until = clock_timestamp() + make_interval(secs => \(leaseSeconds))
      WHERE request_id = (
        SELECT request_id FROM replay_request
        WHERE state = 'waiting' OR (state = 'running' AND lease_until <= clock_timestamp())
        ORDER BY request_id LIMIT 1 FOR UPDATE SKIP LOCKED)
      RETURNING request_id, run_id, sample, token
      """
    ).first.map { row in
      try ReplayClaim(request: row[0], run: row[1], sample: row[2], token: row[3])
    }
  }

  /// Keeps a claim for another lease, and says whether it was still there.
  public static func extend(
    _ claim: ReplayClaim, leaseSeconds: Double, in db: isolated Session
  ) throws -> Bool {
    try db.execute(
      """
      UPDATE replay_request
      SET lease_until = clock_timestamp() + make_interval(secs => \(leaseSeconds))
      WHERE request_id = \(claim.request) AND token = \(claim.token) AND state = 'running'
      """) == 1
  }

  /// Notes what came of a wish, and says whether the claim still stood. Call it in the transaction
  /// that writes the outcome down.
  public static func complete(
    _ claim: ReplayClaim, replay: Int, in db: isolated Session
  ) throws -> Bool {
    try db.execute(
      """
      UPDATE replay_request
      SET state = 'done', replay_id = \(Int32(replay)), lease_until = NULL
      WHERE request_id = \(claim.request) AND token = \(claim.token) AND state = 'running'
      """) == 1
  }

  /// Ends a wish for a reason that trying again would not change.
  public static func fail(
    _ claim: ReplayClaim, _ failure: String, in db: isolated Session
  ) throws {
    try db.execute(
      """
      UPDATE replay_request SET state = 'failed', failure = \(failure), lease_until = NULL
      WHERE request_id = \(claim.request) AND token = \(claim.token) AND state = 'running'
      """)
  }

  /// Ends wishes whose every holder went away before it was done.
  public static func abandon(
    afterClaims limit: Int, _ failure: String, in db: isolated Session
  ) throws {
    try db.execute(
      """
      UPDATE replay_request SET state = 'failed', failure = \(failure), lease_until = NULL
      WHERE token >= \(limit) AND (
        state = 'waiting' OR (state = 'running' AND lease_until <= clock_timestamp()))
      """)
  }
}
