public import Inventory
public import Postgres

/// A wish for a run: of a schedule's slot, or of a person.
public struct RunRequest: Hashable, Sendable {
  public enum State: String, Sendable { case waiting, running, done, failed }

  public let id: Int
  public let schedule: ScheduleName?
  public let slot: Instant?
  /// Earlier slots that were missed and that this one stands for.
  public let missedSlots: Int
  public let asOf: Day?
  public let requestedBy: String
  public let requestedAt: Instant
  public let state: State
  public let holder: String?
  public let run: Int?
  public let failure: String?
  public let endedAt: Instant?
  public let cause: Cause
  /// In a sentence; nil for slots.
  public let reason: String?
  /// The regions that gave the reason; nil for all.
  public let regions: [RegionCode]?
  /// A slot begins once every region is fresh, and then at the latest; nil does not wait.
  public let waitsUntil: Instant?
  /// When it is given up; nil before it has begun, or never.
  public let deadlineAt: Instant?
  /// Why no run was made although nothing failed.
  public let finding: String?

  /// Why a run was asked for.
  public enum Cause: String, CaseIterable, Sendable { case slot, person, correction, accuracy }
}

/// The right to carry out a request until its lease ends or somebody claims it again.
public struct RunClaim: Hashable, Sendable {
  public let request: Int
  public let asOf: Day?
  /// Raised with every claim, so that an effect of an earlier holder is refused.
  public let token: Int
  /// Whether it is carried out although nothing changed.
  public let isForced: Bool
}

public enum RunRequestError: Error, Hashable, Sendable {
  /// The lease ended and somebody else holds the request, or has done with it.
  case overtaken(request: Int)
  /// The run took longer than its schedule allows.
  case deadlinePassed(request: Int)
}

/// Requests for runs and who carries them out.
public enum RunRequestStore {
  /// Puts a slot into the queue; one that is there already stays as it is.
  ///
  /// A request of the same schedule that still waits becomes this slot's, and counts its own among
  /// the missed. Call it inside a transaction that holds the schedule.
  ///
  /// - Returns: whether the slot is new.
  public static func request(
    slot: Instant, missed: Int, of schedule: ScheduleRecord, in db: isolated Session
  ) throws -> Bool {
    let moved = try db.execute(
      """
      UPDATE run_request SET slot = \(slot), missed_slots = missed_slots + 1 + \(missed),
        waits_until = \(schedule.waitsUntil(slot))
      WHERE schedule_id = \(schedule.id) AND state = 'waiting' AND slot < \(slot)
        AND NOT EXISTS (
          SELECT FROM run_request WHERE schedule_id = \(schedule.id) AND slot = \(slot))
      """)
    guard moved == 0 else { return true }
    return try db.execute(
      """
      INSERT INTO run_request (schedule_id, slot, missed_slots, requested_by, cause, waits_until)
      VALUES (\(schedule.id), \(slot), \(missed), 'schedule', 'slot',
        \(schedule.waitsUntil(slot)))
      ON CONFLICT (schedule_id, slot) DO NOTHING
      """) == 1
  }

  /// Puts a person's wish into the queue and returns its number.
  ///
  /// - Parameter isForced: whether a run is made although nothing changed.
  public static func request(
    of schedule: ScheduleRecord? = nil, asOf: Day?, isForced: Bool = false, by requester: String,
    in db: isolated Session
  ) throws -> Int {
    try db.rows(
      """
      INSERT INTO run_request (schedule_id, as_of, is_forced, requested_by)
      VALUES (\(schedule?.id), \(asOf), \(isForced), \(requester)) RETURNING request_id
      """)[0][0]
  }

  /// Takes the oldest request that waits, or whose holder let its lease run out, unless a run is
  /// under way: runs do not overlap. Nobody waits for another's claim. Call it inside a
  /// transaction.
  public static func claim(
    holder: String, leaseSeconds: Double, in db: isolated Session
  ) throws -> RunClaim? {
    let isFree: Bool = try db.rows(
      "SELECT pg_try_advisory_xact_lock(\(RunStore.trainingLock), 0)")[0][0]
    guard isFree, try !isAnyUnderWay(in: db) else { return nil }
    let claimed = try db.rows(
      """
      UPDATE run_request
      SET state = 'running', token = token + 1, holder = \(holder),
        lease_until = clock_timestamp() + make_interval(secs => \(leaseSeconds)),
        deadline_at = coalesce(deadline_at, clock_timestamp() + make_interval(mins => (
          SELECT deadline_minutes FROM schedule s
          WHERE s.schedule_id = run_request.schedule_id)))
      WHERE request_id = (
        SELECT request_id FROM run_request
        WHERE (deadline_at IS NULL OR deadline_at > clock_timestamp())
          AND ((state = 'waiting' AND (waits_until IS NULL OR waits_until <= clock_timestamp()))
            OR (state = 'running' AND lease_until <= clock_timestamp()))
        ORDER BY request_id LIMIT 1 FOR UPDATE SKIP LOCKED)
      RETURNING request_id, as_of, token, is_forced
      """)
    return try claimed.first.map { row in
      try RunClaim(request: row[0], asOf: row[1], token: row[2], isForced: row[3])
    }
  }

  /// Whether somebody carries out a request, and has not let its lease run out.
  public static func isAnyUnderWay(in db: isolated Session) throws -> Bool {
    try db.rows(
      """
      SELECT EXISTS (
        SELECT FROM run_request WHERE state = 'running' AND lease_until > clock_timestamp())
      """)[0][0]
  }

  /// Keeps a claim for another lease, and says whether it was still there.
  public static func extend(
    _ claim: RunClaim, leaseSeconds: Double, in db: isolated Session
  ) throws -> Bool {
    try db.execute(
      """
      UPDATE run_request
      SET lease_until = clock_timestamp() + make_interval(secs => \(leaseSeconds))
      WHERE request_id = \(claim.request) AND token = \(claim.token) AND state = 'running'
        AND (deadline_at IS NULL OR deadline_at > clock_timestamp())
      """) == 1
  }

  /// Notes the run that fulfilled a request. Called inside the run's own transaction it makes both
  /// one: nobody can claim the request until COMMIT, and whoever was overtaken publishes nothing.
  public static func complete(_ claim: RunClaim, run: Int, in db: isolated Session) throws {
    try checkDeadline(of: claim, in: db)
    let completed = try db.execute(
      """
      UPDATE run_request
      SET state = 'done', run_id = \(Int32(run)), ended_at = clock_timestamp(), lease_until = NULL
      WHERE request_id = \(claim.request) AND token = \(claim.token) AND state = 'running'
      """)
    guard completed == 1 else { throw RunRequestError.overtaken(request: claim.request) }
  }

  /// Ends a request without a run, for a reason that trying again would not change.
  public static func fail(
    _ claim: RunClaim, _ failure: String, in db: isolated Session
  ) throws {
    let failed = try db.execute(
      """
      UPDATE run_request
      SET state = 'failed', failure = \(failure), ended_at = clock_timestamp(), lease_until = NULL
      WHERE request_id = \(claim.request) AND token = \(claim.token) AND state = 'running'
      """)
    guard failed == 1 else { throw RunRequestError.overtaken(request: claim.request) }
  }

  /// Lets PostgreSQL end this connection when it is silent inside a transaction: the rows it has
  /// locked must not keep others from taking over.
  public static func limitSilence(seconds: Double, in db: isolated Session) throws {
    _ = try db.rows(
      """
      SELECT set_config('idle_in_transaction_session_timeout', \(String(Int(seconds * 1000))),
        false)
      """)
  }

  /// Gives back what a holder has, who stops or has lost track of it, before its lease ends.
  @discardableResult
  public static func release(holder: String, in db: isolated Session) throws -> Int {
    try db.execute(
      """
      UPDATE run_request SET state = 'waiting', holder = NULL, lease_until = NULL
      WHERE holder = \(holder) AND state = 'running'
      """)
  }

  /// Ends requests whose every holder went away before its work was done, and counts them.
  public static func abandon(
    afterClaims limit: Int, _ failure: String, in db: isolated Session
  ) throws -> Int {
    try db.execute(
      """
      UPDATE run_request SET state = 'failed', failure = \(failure), ended_at = clock_timestamp()
      WHERE token >= \(limit) AND (
        state = 'waiting' OR (state = 'running' AND lease_until <= clock_timestamp()))
      """)
  }

  /// The latest requests, newest first.
  public static func latest(_ limit: Int, in db: isolated Session) throws -> [RunRequest] {
    try db.rows(
      """
      SELECT q.request_id, s.name::text, q.slot, q.missed_slots, q.as_of, q.requested_by,
        q.requested_at, q.state, q.holder, q.run_id, q.failure, q.ended_at, q.cause, q.reason,
        q.regions, q.waits_until, q.deadline_at, q.finding
      FROM run_request q LEFT JOIN schedule s USING (schedule_id)
      ORDER BY q.request_id DESC LIMIT \(limit)
      """
    ).map(request)
  }

  public static func request(_ id: Int, in db: isolated Session) throws -> RunRequest? {
    try db.rows(
      """
      SELECT q.request_id, s.name::text, q.slot, q.missed_slots, q.as_of, q.requested_by,
        q.requested_at, q.state, q.holder, q.run_id, q.failure, q.ended_at, q.cause, q.reason,
        q.regions, q.waits_until, q.deadline_at, q.finding
      FROM run_request q LEFT JOIN schedule s USING (schedule_id) WHERE q.request_id = \(id)
      """
    ).first.map(request)
  }

  /// The request that is carried out: the oldest, where others wait for it.
  public static func running(in db: isolated Session) throws -> RunRequest? {
    let found: Int? = try db.rows(
      "SELECT min(request_id) FROM run_request WHERE state = 'running'")[0][0]
    return try found.flatMap { try request($0, in: db) }
  }

  /// How many requests are in each state, those that ended within a week.
  public static func counts(in db: isolated Session) throws -> [RunRequest.State: Int] {
    var counts: [RunRequest.State: Int] = [:]
    let rows = try db.rows(
      """
      SELECT state, count(*) FROM run_request
      WHERE ended_at IS NULL OR ended_at > clock_timestamp() - interval '7 days' GROUP BY state
      """)
    for row in rows { counts[try state(row[0])] = try row[1] }
    return counts
  }

  static func request(_ row: Row) throws -> RunRequest {
    let cause: String = try row[12]
    guard let cause = RunRequest.Cause(rawValue: cause) else {
      throw StorageError.unknownWord(table: "run_request")
    }
    return try RunRequest(
      id: row[0], schedule: row[1], slot: row[2], missedSlots: row[3], asOf: row[4],
      requestedBy: row[5], requestedAt: row[6], state: state(row[7]), holder: row[8],
      run: row[9], failure: row[10], endedAt: row[11], cause: cause, reason: row[13],
      regions: row[14], waitsUntil: row[15], deadlineAt: row[16], finding: row[17])
  }

  private static func state(_ word: String) throws -> RunRequest.State {
    guard let state = RunRequest.State(rawValue: word) else {
      throw StorageError.unknownWord(table: "run_request")
    }
    return state
  }
}
