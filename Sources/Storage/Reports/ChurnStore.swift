public import Inventory
public import Planning
public import Postgres

/// How much forecasts moved from one published run to the next.
public struct ChurnLine: Hashable, Sendable {
  /// A region, a lead, or a run.
  public let group: String
  /// How many pairs of runs.
  public let pairs: Int
  /// Sums of |new − previous|, previous and new, in thousandths of a unit.
  public let moved: Int64
  public let previous: Int64
  public let present: Int64

  /// Σ|new − previous| / Σ previous; nil where nothing was forecast before.
  public var churn: Double? { previous > 0 ? Double(moved) / Double(previous) : nil }
  /// By how much the sum moved, with its sign.
  public var shift: Double? {
    previous > 0 ? Double(present - previous) / Double(previous) : nil
  }
}

/// Which figures of stability are asked for.
public struct ChurnQuery: Hashable, Sendable {
  public var by = ChurnGrouping.region
  /// Regions that the reader may see; nil for all.
  public var visible: [RegionCode]?
  public var region: RegionCode?
  /// The newest so many pairs of runs.
  public var pairs: Int

  public init(pairs: Int) { self.pairs = pairs }
}

/// Churn between consecutive publications.
public enum ChurnStore {
  /// The oldest pair of consecutive publications among the latest that was not compared yet and
  /// whose forecasts are still there.
  public static func uncompared(
    in db: isolated Session
  ) throws -> (run: Int, previous: Int)? {
    try db.rows(
      """
      SELECT p.run_id, p.previous FROM (
        SELECT publication_id, run_id,
          lag(run_id) OVER (ORDER BY publication_id) AS previous
        FROM (SELECT * FROM publication ORDER BY publication_id DESC LIMIT 60) AS latest
      ) AS p
      JOIN run n ON n.run_id = p.run_id AND n.forecasts_dropped_at IS NULL
      JOIN run o ON o.run_id = p.previous AND o.forecasts_dropped_at IS NULL
      WHERE p.previous <> p.run_id AND NOT EXISTS (
        SELECT FROM churn c WHERE c.run_id = p.run_id AND c.previous_run = p.previous)
      ORDER BY p.publication_id LIMIT 1
      """
    ).first.map { row in (run: try row[0], previous: try row[1]) }
  }

  /// Compares the series' forecasts of two runs on the days of the newer one's horizon that both
  /// cover. A region without any leaves a row of zeros, so that the pair is known to be compared.
  public static func compare(
    run: Int, previous: Int, in db: isolated Session
  ) throws {
    try db.execute(
      """
      INSERT INTO churn (run_id, previous_run, region, lead, moved, previous, present)
      SELECT \(Int32(run)), \(Int32(previous)), n.region, d.position,
        sum(abs(d.mean - o.means[f.first_day - o.first_day + d.position::integer])),
        sum(o.means[f.first_day - o.first_day + d.position::integer]), sum(d.mean)
      FROM forecast f
      JOIN forecast o ON o.run_id = \(Int32(previous)) AND o.node_id = f.node_id
      JOIN node n ON n.node_id = f.node_id
      JOIN run r ON r.run_id = f.run_id
      CROSS JOIN LATERAL unnest(f.means) WITH ORDINALITY AS d (mean, position)
      WHERE f.run_id = \(Int32(run)) AND n.level = 'item-location' AND n.region IS NOT NULL
        AND d.position <= r.horizon
        AND o.means[f.first_day - o.first_day + d.position::integer] IS NOT NULL
      GROUP BY n.region, d.position
      """)
    try db.execute(
      """
      INSERT INTO churn (run_id, previous_run, region, lead, moved, previous, present)
      SELECT g.run_id, \(Int32(previous)), g.region, 1, 0, 0, 0
      FROM run_region g WHERE g.run_id = \(Int32(run))
      ON CONFLICT DO NOTHING
      """)
  }

  public static func lines(_ query: ChurnQuery, in db: isolated Session) throws -> [ChurnLine] {
    try db.rows(
      """
      SELECT \(query.by.group), count(DISTINCT (c.run_id, c.previous_run)), sum(c.moved)::bigint,
        sum(c.previous)::bigint, sum(c.present)::bigint
      FROM churn c
      WHERE (c.run_id, c.previous_run) IN (
          SELECT run_id, previous FROM (
            SELECT publication_id, run_id, lag(run_id) OVER (ORDER BY publication_id) AS previous
            FROM publication
          ) AS p
          WHERE EXISTS (
            SELECT FROM churn k WHERE k.run_id = p.run_id AND k.previous_run = p.previous)
          ORDER BY publication_id DESC LIMIT \(query.pairs))
        AND (\(query.region)::text IS NULL OR c.region = \(query.region))
        AND (\(query.visible)::text[] IS NULL OR c.region = ANY (\(query.visible)))
      GROUP BY \(query.by.group), \(query.by.order) HAVING sum(c.previous) > 0
      ORDER BY \(query.by.order), 1
      """
    ).map { row in
      try ChurnLine(
        group: row[0], pairs: row[1], moved: row[2], previous: row[3], present: row[4])
    }
  }
}

extension ChurnGrouping {
  fileprivate var group: SQL {
    switch self {
    case .region: "c.region::text"
    case .lead: "c.lead::text"
    case .run: "c.run_id::text"
    }
  }

  fileprivate var order: SQL {
    switch self {
    case .region: "c.region"
    case .lead: "c.lead"
    case .run: "c.run_id"
    }
  }
}
