internal import Postgres

/// Which data is read: as it stands, or as it stood when a place in the commit order was the
/// highest.
public enum DatasetVersion: Hashable, Sendable {
  case newest
  case at(Int64)

  /// The rows of a table at this version. Both have the table's columns, so that one statement
  /// reads either.
  func rows(of table: String) -> SQL {
    switch self {
    case .newest: "\(unescaped: table)"
    case .at(let place): "\(unescaped: table)_at(\(unescaped: String(place)))"
    }
  }

  /// Whether a row `q` of quarantine, which batch `b` brought, waits at this version.
  var isWaiting: SQL {
    switch self {
    case .newest: "q.settled_at IS NULL"
    case .at(let place):
      """
      b.place <= \(place)
        AND coalesce((SELECT place > \(place) FROM batch WHERE batch_id = q.settled_by), true)
      """
    }
  }
}

/// Why data cannot be read as it was.
public enum DatasetVersionError: Error, Hashable, Sendable {
  /// No batch has that place.
  case notYet(asked: Int64, newest: Int64)
  /// What was replaced since is not kept.
  case notKept(asked: Int64, oldest: Int64)
}

extension DatasetVersion {
  /// The version's place in the commit order, and how to read it: the newest one is read as it
  /// stands, whoever names it by its place.
  func resolved(in db: isolated Session) throws -> (place: Int64, reading: DatasetVersion) {
    let rows = try db.rows(
      """
      SELECT (SELECT coalesce(max(place), 0) FROM batch), oldest_version FROM readable_history
      """)
    let (newest, oldest): (Int64, Int64) = (try rows[0][0], try rows[0][1])
    guard case .at(let asked) = self, asked != newest else { return (newest, .newest) }
    guard asked < newest else { throw DatasetVersionError.notYet(asked: asked, newest: newest) }
    guard asked >= oldest else { throw DatasetVersionError.notKept(asked: asked, oldest: oldest) }
    return (asked, self)
  }
}
