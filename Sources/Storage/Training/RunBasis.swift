public import Inventory
public import Postgres

/// What a run was made from, as it was written down with it.
public struct RunBasis: Hashable, Sendable {
  public let run: Int
  public let datasetVersion: Int64
  /// SHA-256 of all data that it saw.
  public let contentDigest: [UInt8]
  public let asOf: Day
  public let origin: Day
  public let horizon: Int
  public let quantiles: [Double]
  public let codeVersion: String
  public let processorCore: String
  /// Whether its forecasts are still there.
  public let hasForecasts: Bool
  /// The version of the configuration that it was made by; nil before there were any.
  public let configuration: Int?
}

extension RunStore {
  /// Nil when there is no such run.
  public static func basis(ofRun run: Int, in db: isolated Session) throws -> RunBasis? {
    try db.rows(
      """
      SELECT run_id, dataset_version, content_digest, as_of, origin, horizon, quantiles,
        code_version, processor_core, forecasts_dropped_at IS NULL, configuration_version
      FROM run WHERE run_id = \(run)
      """
    ).first.map { row in
      try RunBasis(
        run: row[0], datasetVersion: row[1], contentDigest: row[2], asOf: row[3], origin: row[4],
        horizon: row[5], quantiles: row[6], codeVersion: row[7], processorCore: row[8],
        hasForecasts: row[9], configuration: row[10])
    }
  }
}
