public import Inventory
public import Postgres

/// What the shards of a request are made from: whoever makes work of the same makes the same work.
public struct RunWork: Hashable, Sendable {
  public let datasetVersion: Int64
  public let contentDigest: [UInt8]
  public let asOf: Day
  public let origin: Day
  public let regions: [RegionCode]
  public let horizon: Int
  public let method: String
  public let reconciliation: String
  public let codeVersion: String
  public let processorCore: String

  public init(
    datasetVersion: Int64, contentDigest: [UInt8], asOf: Day, origin: Day, regions: [RegionCode],
    horizon: Int, method: String, reconciliation: String = "bottom-up", codeVersion: String,
    processorCore: String
  ) {
    self.reconciliation = reconciliation
    self.datasetVersion = datasetVersion
    self.contentDigest = contentDigest
    self.asOf = asOf
    self.origin = origin
    self.regions = regions
    self.horizon = horizon
    self.method = method
    self.codeVersion = codeVersion
    self.processorCore = processorCore
  }

  /// Whether answers to one are answers to the other. The same data may stand at several versions.
  public func hasSameAnswers(as other: RunWork) -> Bool {
    (contentDigest, origin, regions, horizon) == (
      other.contentDigest, other.origin, other.regions, other.horizon
    )
      && (method, reconciliation, codeVersion, processorCore) == (
        other.method, other.reconciliation, other.codeVersion, other.processorCore
      )
  }
}

/// The right to fit a shard until its lease ends or somebody claims it again.
public struct ShardClaim: Hashable, Sendable {
  public let request: Int
  public let number: Int
  /// Never given twice.
  public let token: Int64
  /// How often the shard was claimed, this time included.
  public let claims: Int
}

/// How far a request's shards are.
public struct ShardProgress: Hashable, Sendable {
  public let shards: Int
  public let shardsDone: Int
  public let nodes: Int
  public let nodesDone: Int
  /// Since the shards were opened.
  public let elapsedSeconds: Double
  /// Workers that hold one at present.
  public let workers: Int

  /// What is left at the pace so far; nil before the first shard is done.
  public var secondsLeft: Double? {
    nodesDone > 0 ? elapsedSeconds * Double(nodes - nodesDone) / Double(nodesDone) : nil
  }
}

/// The shards of runs under way and who fits them.
public enum ShardStore {
  /// Opens the shards of a claimed request. Those that an earlier holder of the request opened for
  /// the same work stay, with the answers that are there. Call it inside a transaction.
  ///
  /// - Parameter nodes: how many nodes each shard fits.
  /// - Throws: `RunRequestError.overtaken`.
  public static func open(
    _ work: RunWork, nodes: [Int], for claim: RunClaim, in db: isolated Session
  ) throws {
    let held = try db.rows(
      """
      SELECT FROM run_request
      WHERE request_id = \(claim.request) AND token = \(claim.token) AND state = 'running'
      FOR UPDATE
      """)
    guard !held.isEmpty else { throw RunRequestError.overtaken(request: claim.request) }
    if let standing = try self.work(of: claim.request, in: db) {
      let cut: [Int] = try db.rows(
        "SELECT nodes FROM shard WHERE request_id = \(claim.request) ORDER BY number"
      ).map { try $0[0] }
      if standing.hasSameAnswers(as: work), cut == nodes { return }
    }
    try close(claim.request, in: db)
    try db.execute(
      """
      INSERT INTO run_work (request_id, dataset_version, content_digest, as_of, origin, regions,
        horizon, method, reconciliation, code_version, processor_core)
      VALUES (\(claim.request), \(work.datasetVersion), \(work.contentDigest), \(work.asOf),
        \(work.origin), \(work.regions), \(work.horizon), \(work.method),
        \(work.reconciliation), \(work.codeVersion), \(work.processorCore))
      """)
    try db.execute(
      """
      INSERT INTO shard (request_id, number, nodes)
      SELECT \(claim.request), position - 1, nodes
      FROM unnest(\(nodes.map { Int32($0) })) WITH ORDINALITY AS cut (nodes, position)
      """)
  }

  /// Drops a request's shards, and those of requests that have ended.
  public static func close(_ request: Int, in db: isolated Session) throws {
    try db.execute(
      """
      DELETE FROM run_work WHERE request_id = \(request)
        OR request_id IN (SELECT request_id FROM run_request WHERE state IN ('done', 'failed'))
      """)
  }

  /// Takes a shard that waits, or whose holder let its lease run out, the largest first; nobody
  /// waits for another's claim.
  ///
  /// - Parameters:
  ///   - request: nil takes any request's that has the answers of such a worker, of the shards that
  ///     were handed out.
  ///   - passing: requests that are left to others.
  public static func claim(
    of request: Int?, passing: [Int] = [], holder: String, codeVersion: String,
    processorCore: String, leaseSeconds: Double, in db: isolated Session
  ) throws -> ShardClaim? {
    let claimed = try db.rows(
      """
      UPDATE shard
      SET state = 'running', token = nextval('shard_token'), claims = claims + 1,
        holder = \(holder),
        lease_until = clock_timestamp() + make_interval(secs => \(leaseSeconds))
      WHERE (request_id, number) = (
        SELECT s.request_id, s.number FROM shard s JOIN run_work w USING (request_id)
        WHERE w.code_version = \(codeVersion) AND w.processor_core = \(processorCore)
          AND (s.request_id = \(request) OR (\(request)::bigint IS NULL AND EXISTS (
            SELECT FROM shard_task t
            WHERE t.request_id = s.request_id AND t.number = s.number)))
          AND s.request_id <> ALL (\(passing))
          AND (s.state = 'waiting'
            OR (s.state = 'running' AND s.lease_until <= clock_timestamp()))
        ORDER BY s.request_id, s.nodes DESC, s.number LIMIT 1 FOR UPDATE OF s SKIP LOCKED)
      RETURNING request_id, number, token, claims
      """)
    return try claimed.first.map { row in
      try ShardClaim(request: row[0], number: row[1], token: row[2], claims: row[3])
    }
  }

  /// Hands a shard out, unless somebody is at it or has done it; an earlier holder's task stays.
  ///
  /// - Parameter work: nothing is handed out once other work was opened.
  public static func hand(
    _ task: [UInt8], shard: Int, of work: RunWork, for claim: RunClaim,
    in db: isolated Session
  ) throws {
    try db.execute(
      """
      INSERT INTO shard_task (request_id, number, task)
      SELECT s.request_id, s.number, \(task)
      FROM shard s JOIN run_work w USING (request_id) JOIN run_request q USING (request_id)
      WHERE s.request_id = \(claim.request) AND s.number = \(shard) AND s.state = 'waiting'
        AND q.token = \(claim.token) AND w.content_digest = \(work.contentDigest)
      ON CONFLICT DO NOTHING
      """)
  }

  /// What a claimed shard is fitted from; nil when the claim does not stand any more.
  public static func task(of claim: ShardClaim, in db: isolated Session) throws -> [UInt8]? {
    try db.rows(
      """
      SELECT t.task FROM shard_task t JOIN shard s USING (request_id, number)
      WHERE s.request_id = \(claim.request) AND s.number = \(claim.number)
        AND s.token = \(claim.token) AND s.state = 'running'
      """
    ).first.map { try $0[0] }
  }

  /// Keeps a claim for another lease, and says whether it was still there.
  public static func extend(
    _ claim: ShardClaim, leaseSeconds: Double, in db: isolated Session
  ) throws -> Bool {
    try db.execute(
      """
      UPDATE shard SET lease_until = clock_timestamp() + make_interval(secs => \(leaseSeconds))
      WHERE request_id = \(claim.request) AND number = \(claim.number)
        AND token = \(claim.token) AND state = 'running'
      """) == 1
  }

  /// Stores what fitting a shard found, and says whether the claim still stood. If not, somebody
  /// else fits it, or has.
  public static func answer(
    _ claim: ShardClaim, _ answer: [UInt8], in db: isolated Session
  ) throws -> Bool {
    try db.execute(
      """
      UPDATE shard SET state = 'done', answer = \(answer), lease_until = NULL
      WHERE request_id = \(claim.request) AND number = \(claim.number)
        AND token = \(claim.token) AND state = 'running'
      """) == 1
  }

  /// Gives back what a holder has before its leases end.
  @discardableResult
  public static func release(holder: String, in db: isolated Session) throws -> Int {
    try db.execute(
      """
      UPDATE shard SET state = 'waiting', holder = NULL, lease_until = NULL
      WHERE holder = \(holder) AND state = 'running'
      """)
  }

  /// What a request is fitted from; nil when its shards are not open.
  public static func work(of request: Int, in db: isolated Session) throws -> RunWork? {
    try db.rows(
      """
      SELECT dataset_version, content_digest, as_of, origin, regions, horizon, method,
        code_version, processor_core, reconciliation
      FROM run_work WHERE request_id = \(request)
      """
    ).first.map { row in
      try RunWork(
        datasetVersion: row[0], contentDigest: row[1], asOf: row[2], origin: row[3],
        regions: row[4], horizon: row[5], method: row[6], reconciliation: row[9],
        codeVersion: row[7], processorCore: row[8])
    }
  }

  /// The answers of all shards in their order; nil for those that are not done.
  public static func answers(of request: Int, in db: isolated Session) throws -> [[UInt8]?] {
    try db.rows(
      "SELECT answer FROM shard WHERE request_id = \(request) ORDER BY number"
    ).map { try $0[0] }
  }

  /// How far a request is; nil when its shards are not open.
  public static func progress(
    of request: Int, in db: isolated Session
  ) throws -> ShardProgress? {
    let row = try db.rows(
      """
      SELECT count(*), count(*) FILTER (WHERE s.state = 'done'),
        coalesce(sum(s.nodes), 0), coalesce(sum(s.nodes) FILTER (WHERE s.state = 'done'), 0),
        extract(epoch FROM clock_timestamp() - min(w.opened_at))::float8,
        count(DISTINCT s.holder) FILTER (WHERE s.state = 'running')
      FROM run_work w JOIN shard s USING (request_id) WHERE w.request_id = \(request)
      """)[0]
    let shards: Int = try row[0]
    guard shards > 0 else { return nil }
    return try ShardProgress(
      shards: shards, shardsDone: row[1], nodes: row[2], nodesDone: row[3],
      elapsedSeconds: row[4], workers: row[5])
  }
}
