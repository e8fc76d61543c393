public import Postgres

/// What a run took, of the process that carried it out.
public struct RunCost: Hashable, Sendable {
  public let cpuSeconds: Double
  public let wallSeconds: Double
  /// The highest that the process had reached by the end of the run.
  public let peakMemoryBytes: Int64
  /// Days of demand, events and prices.
  public let rowsRead: Int64

  public init(cpuSeconds: Double, wallSeconds: Double, peakMemoryBytes: Int64, rowsRead: Int64) {
    self.cpuSeconds = cpuSeconds
    self.wallSeconds = wallSeconds
    self.peakMemoryBytes = peakMemoryBytes
    self.rowsRead = rowsRead
  }
}

/// What runs took.
public enum RunCostStore {
  public static func insert(_ cost: RunCost, run: Int, in db: isolated Session) throws {
    try db.execute(
      """
      INSERT INTO run_cost (run_id, cpu_seconds, wall_seconds, peak_memory_bytes, rows_read)
      VALUES (\(Int32(run)), \(cost.cpuSeconds), \(cost.wallSeconds), \(cost.peakMemoryBytes),
        \(cost.rowsRead))
      """)
  }

  /// Nil of runs that were made before costs were kept.
  public static func cost(ofRun run: Int, in db: isolated Session) throws -> RunCost? {
    try db.rows(
      """
      SELECT cpu_seconds, wall_seconds, peak_memory_bytes, rows_read FROM run_cost
      WHERE run_id = \(Int32(run))
      """
    ).first.map { row in
      try RunCost(
        cpuSeconds: row[0], wallSeconds: row[1], peakMemoryBytes: row[2], rowsRead: row[3])
    }
  }
}
