internal import Postgres

extension Session {
  /// Runs a transaction, and again when PostgreSQL ended it to resolve a deadlock.
  ///
  /// Two sources of one location, one for its demand and one for its stock, may make the same new
  /// series in opposite orders when their files are longer than a block. One of them is rolled back
  /// whole and loses nothing but time by starting over.
  func transactionDespiteDeadlocks<R>(_ work: (isolated Session) throws -> R) throws -> R {
    let attempts = 5
    for _ in 1..<attempts {
      do {
        return try transaction(work)
      } catch let error as PostgresError where error.sqlState == "40P01" {
        continue
      }
    }
    return try transaction(work)
  }
}
