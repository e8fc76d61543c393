public import Inventory
public import Planning
public import Postgres

/// Once that readers were given a run.
public struct PublicationRecord: Hashable, Sendable {
  public let publication: Int
  public let run: Int
  public let publishedAt: Instant
  public let reason: String
  public let publishedBy: String
}

/// What the gate found of runs, and who published them.
public enum RegistryStore {
  private static let publicationLock: Int32 = 0x514D_000A

  /// Keeps others from publishing until the transaction ends, so that what is replaced is what was
  /// looked at.
  public static func holdPublication(in db: isolated Session) throws {
    try db.execute("SELECT pg_advisory_xact_lock(\(publicationLock), 0)")
  }

  /// Keeps a run's checks, inside the transaction that stores it.
  public static func insert(
    _ checks: [GateCheck], run: Int, in db: isolated Session
  ) throws {
    for (place, check) in checks.enumerated() {
      try db.execute(
        """
        INSERT INTO run_check (run_id, place, name, region, leads, threshold, figure, passed,
          finding)
        VALUES (\(Int32(run)), \(Int32(place)), \(check.name.rawValue), \(check.region),
          \(check.leads?.description), \(check.limit), \(check.figure), \(check.hasPassed), \(check.finding))
        """)
    }
  }

  /// A run's checks, the gravest first; none for runs older than the gate.
  public static func checks(ofRun run: Int, in db: isolated Session) throws -> [GateCheck] {
    try db.rows(
      """
      SELECT name, region::text, leads, threshold, figure, passed, finding FROM run_check
      WHERE run_id = \(run) ORDER BY place
      """
    ).map { row in
      let name: String = try row[0]
      guard let name = GateCheck.Name(rawValue: name) else {
        throw StorageError.unknownWord(table: "run_check")
      }
      let leads: String? = try row[2]
      return try GateCheck(
        name, region: row[1], leads: leads.flatMap { LeadBand($0) }, limit: row[3],
        figure: row[4], hasPassed: row[5], finding: row[6])
    }
  }

  /// When and why readers were given a run, the latest first.
  public static func publications(
    ofRun run: Int, in db: isolated Session
  ) throws -> [PublicationRecord] {
    try db.rows(
      """
      SELECT publication_id, run_id, published_at, reason, published_by FROM publication
      WHERE run_id = \(run) ORDER BY publication_id DESC
      """
    ).map(publication)
  }

  /// The run that readers saw before the one in use, of those whose forecasts are kept; nil when
  /// there is none.
  public static func runBefore(in db: isolated Session) throws -> Int? {
    try db.rows(
      """
      WITH used AS (SELECT run_id FROM publication ORDER BY publication_id DESC LIMIT 1)
      SELECT p.run_id FROM publication p JOIN run r USING (run_id)
      WHERE r.forecasts_dropped_at IS NULL AND p.run_id <> (SELECT run_id FROM used)
        AND p.publication_id < (
          SELECT min(publication_id) FROM publication WHERE run_id = (SELECT run_id FROM used))
      ORDER BY p.publication_id DESC LIMIT 1
      """
    ).first.map { try $0[0] }
  }

  /// The latest run that readers were given from an origin, its forecasts kept; nil when there is
  /// none.
  public static func champion(
    from origin: Day, in db: isolated Session
  ) throws -> (run: Int, datasetVersion: Int64)? {
    try db.rows(
      """
      SELECT r.run_id, r.dataset_version FROM publication p JOIN run r USING (run_id)
      WHERE r.origin = \(origin) AND r.forecasts_dropped_at IS NULL
      ORDER BY p.publication_id DESC LIMIT 1
      """
    ).first.map { (try $0[0], try $0[1]) }
  }

  /// The last run, where it was refused in comparison with a champion, readers were given no other
  /// since, and no check failed that time alone may mend; nil where it was not.
  public static func standingRefusal(
    against champion: PublishedRun?, in db: isolated Session
  ) throws -> Int? {
    try db.rows(
      """
      SELECT r.run_id FROM run r
      WHERE r.run_id = (SELECT max(run_id) FROM run) AND r.state = 'refused'
        AND r.compared_with IS NOT DISTINCT FROM \(champion.map { Int32($0.run) })
        AND NOT EXISTS (SELECT FROM publication p WHERE p.published_at > r.finished_at)
        AND NOT EXISTS (
          SELECT FROM run_check c
          WHERE c.run_id = r.run_id AND NOT c.passed AND c.name IN ('fresh', 'champion'))
      """
    ).first.map { try $0[0] }
  }

  /// Notes that a run's forecasts are not kept.
  public static func noteWithoutForecasts(run: Int, in db: isolated Session) throws {
    try db.execute(
      "UPDATE run SET forecasts_dropped_at = clock_timestamp() WHERE run_id = \(run)")
  }

  /// The error of a node's forecast as the gate measured it; nil where it could not.
  public static func wape(
    ofRun run: Int, _ node: Node, in db: isolated Session
  ) throws -> Double? {
    try db.rows(
      """
      SELECT f.wape FROM forecast f JOIN node n USING (node_id)
      WHERE f.run_id = \(run) AND n.level = \(node.level.rawValue)
        AND n.item IS NOT DISTINCT FROM \(node.item)
        AND n.location IS NOT DISTINCT FROM \(node.location)
        AND n.region IS NOT DISTINCT FROM \(node.region)
        AND n.category IS NOT DISTINCT FROM \(node.category)
      """
    ).first.flatMap { try $0[0] }
  }

  /// The errors of a run's regions as a whole; a single region's is that of the total.
  public static func regionWapes(
    ofRun run: Int, in db: isolated Session
  ) throws -> [RegionCode: Double] {
    try db.rows(
      """
      SELECT n.region::text, coalesce(f.wape, (
        SELECT t.wape FROM forecast t JOIN node m USING (node_id)
        WHERE t.run_id = f.run_id AND m.level = 'total'
          AND (SELECT count(*) FROM run_region WHERE run_id = f.run_id) = 1))
      FROM forecast f JOIN node n USING (node_id)
      WHERE f.run_id = \(run) AND n.level = 'region'
      """
    ).reduce(into: [:]) { wapes, row in
      let wape: Double? = try row[1]
      wapes[try row[0]] = wape
    }
  }

  /// Σ|second − first| / Σ first of each region's series over the days that both runs forecast;
  /// nil for a region where they share none.
  public static func churn(
    from first: Int, to second: Int, in db: isolated Session
  ) throws -> [RegionCode: Double] {
    try db.rows(
      """
      SELECT region::text, sum(abs(later - earlier))::double precision
        / nullif(sum(earlier), 0)::double precision
      FROM (
        SELECT n.region, m.mean AS earlier, b.means[m.place + (a.first_day - b.first_day)] AS later
        FROM forecast a JOIN forecast b USING (node_id) JOIN node n USING (node_id)
        CROSS JOIN LATERAL unnest(a.means) WITH ORDINALITY AS m (mean, place)
        WHERE a.run_id = \(first) AND b.run_id = \(second) AND n.level = 'item-location'
      ) AS days
      WHERE later IS NOT NULL GROUP BY region
      """
    ).reduce(into: [:]) { churn, row in
      let share: Double? = try row[1]
      churn[try row[0]] = share
    }
  }

  private static func publication(_ row: Row) throws -> PublicationRecord {
    try PublicationRecord(
      publication: row[0], run: row[1], publishedAt: row[2], reason: row[3], publishedBy: row[4])
  }
}
