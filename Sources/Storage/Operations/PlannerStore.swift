public import Inventory
public import Postgres

/// Who is told of a region's flags.
public struct PlannerRecord: Hashable, Sendable {
  public let address: String
  public let region: RegionCode
  public let addedAt: Instant
}

/// Planners and the regions they look after.
public enum PlannerStore {
  /// Says whether the planner is new to the region.
  public static func add(
    _ address: String, region: RegionCode, in db: isolated Session
  ) throws -> Bool {
    try db.execute(
      """
      INSERT INTO planner (address, region) VALUES (\(address), \(region)) ON CONFLICT DO NOTHING
      """) == 1
  }

  /// Takes a planner away from a region, or from all of them; returns from how many.
  public static func remove(
    _ address: String, region: RegionCode?, in db: isolated Session
  ) throws -> Int {
    try db.execute(
      """
      DELETE FROM planner WHERE address = \(address)
        AND (\(region)::text IS NULL OR region = \(region))
      """)
  }

  /// All of them, by region, then address.
  public static func list(in db: isolated Session) throws -> [PlannerRecord] {
    try db.rows("SELECT address, region::text, added_at FROM planner ORDER BY region, address")
      .map { row in try PlannerRecord(address: row[0], region: row[1], addedAt: row[2]) }
  }

  /// Regions that some location is in, to tell a mistyped one.
  public static func regions(in db: isolated Session) throws -> [RegionCode] {
    try db.rows(
      """
      SELECT DISTINCT region::text AS region FROM location WHERE region IS NOT NULL ORDER BY region
      """
    ).map { try $0[0] }
  }
}
