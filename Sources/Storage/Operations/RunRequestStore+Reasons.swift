public import Inventory
public import Postgres

extension ScheduleRecord {
  /// Until when a slot waits for regions that are behind; nil does not wait.
  func waitsUntil(_ slot: Instant) -> Instant? {
    graceMinutes > 0
      ? Instant(microseconds: slot.microseconds + Int64(graceMinutes) * 60_000_000) : nil
  }
}

/// Why a run is asked for without a slot or a person.
public struct RunReason: Hashable, Sendable {
  public let cause: RunRequest.Cause
  /// In a sentence.
  public let sentence: String
  /// The regions that gave the reason.
  public let regions: [RegionCode]
  /// The dataset version at which it was found.
  public let version: Int64

  public init(
    cause: RunRequest.Cause, sentence: String, regions: [RegionCode], version: Int64
  ) {
    self.cause = cause
    self.sentence = sentence
    self.regions = regions
    self.version = version
  }
}

extension RunRequestStore {
  /// Asks for a run for a reason, unless one that has not begun will see the same data, or the same
  /// cause was found at this version before. Call it where one instance looks at a time.
  ///
  /// - Returns: the request's number; nil when there is none.
  public static func request(_ reason: RunReason, in db: isolated Session) throws -> Int? {
    return try db.rows(
      """
      INSERT INTO run_request (requested_by, cause, reason, regions, seen_version)
      SELECT 'service', \(reason.cause.rawValue), \(reason.sentence), \(reason.regions),
        \(reason.version)
      WHERE NOT EXISTS (
        SELECT FROM run_request
        WHERE (state = 'waiting' AND as_of IS NULL)
          OR (cause = \(reason.cause.rawValue) AND seen_version >= \(reason.version)))
      RETURNING request_id
      """
    ).first.map { try $0[0] }
  }

  /// Requests that have not ended, the oldest first.
  public static func open(in db: isolated Session) throws -> [RunRequest] {
    try db.rows(
      """
      SELECT q.request_id, s.name::text, q.slot, q.missed_slots, q.as_of, q.requested_by,
        q.requested_at, q.state, q.holder, q.run_id, q.failure, q.ended_at, q.cause, q.reason,
        q.regions, q.waits_until, q.deadline_at, q.finding
      FROM run_request q LEFT JOIN schedule s USING (schedule_id)
      WHERE q.state IN ('waiting', 'running') ORDER BY q.request_id
      """
    ).map(request)
  }

  /// The request that a run was made for; nil for a run by hand.
  public static func request(ofRun run: Int, in db: isolated Session) throws -> RunRequest? {
    try db.rows(
      """
      SELECT q.request_id, s.name::text, q.slot, q.missed_slots, q.as_of, q.requested_by,
        q.requested_at, q.state, q.holder, q.run_id, q.failure, q.ended_at, q.cause, q.reason,
        q.regions, q.waits_until, q.deadline_at, q.finding
      FROM run_request q LEFT JOIN schedule s USING (schedule_id)
      WHERE q.run_id = \(run) AND q.finding IS NULL ORDER BY q.request_id LIMIT 1
      """
    ).first.map(request)
  }

  /// Whether a slot waits for late data.
  public static func waitsForData(in db: isolated Session) throws -> Bool {
    try db.rows(
      """
      SELECT EXISTS (
        SELECT FROM run_request WHERE state = 'waiting' AND waits_until > clock_timestamp())
      """)[0][0]
  }

  /// Lets the slots begin that waited for late data, and counts them.
  @discardableResult
  public static func stopWaiting(in db: isolated Session) throws -> Int {
    try db.execute(
      """
      UPDATE run_request SET waits_until = NULL
      WHERE state = 'waiting' AND waits_until > clock_timestamp()
      """)
  }

  /// Ends a request without a run, because what one of the same input would come to is known.
  public static func complete(
    _ claim: RunClaim, unchanged run: Int, finding: String, in db: isolated Session
  ) throws {
    let completed = try db.execute(
      """
      UPDATE run_request
      SET state = 'done', run_id = \(Int32(run)), finding = \(finding),
        ended_at = clock_timestamp(), lease_until = NULL
      WHERE request_id = \(claim.request) AND token = \(claim.token) AND state = 'running'
      """)
    guard completed == 1 else { throw RunRequestError.overtaken(request: claim.request) }
  }

  /// Ends requests that passed their deadline, whoever is at work on them: what he publishes is
  /// refused.
  @discardableResult
  public static func giveUpLate(in db: isolated Session) throws -> Int {
    try db.execute(
      """
      UPDATE run_request
      SET state = 'failed', ended_at = clock_timestamp(), lease_until = NULL,
        failure = 'given up: it passed its deadline at '
          || to_char(deadline_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
      WHERE state IN ('waiting', 'running') AND deadline_at <= clock_timestamp()
      """)
  }

  /// - Throws: `deadlinePassed`, also for a request that was given up for it.
  static func checkDeadline(of claim: RunClaim, in db: isolated Session) throws {
    let isLate: Bool? = try db.rows(
      """
      SELECT deadline_at <= clock_timestamp() FROM run_request
      WHERE request_id = \(claim.request) AND token = \(claim.token)
      """
    ).first?[0]
    if isLate == true { throw RunRequestError.deadlinePassed(request: claim.request) }
  }
}
