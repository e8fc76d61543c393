import CPostgres

/// What other transactions' commits a transaction sees while it runs.
public enum Isolation: String, Sendable {
  case readCommitted = "READ COMMITTED"
  /// Every statement sees the state of the first: one dataset version throughout.
  case repeatableRead = "REPEATABLE READ"
  case serializable = "SERIALIZABLE"
}

extension Session {
  /// Runs the work in a transaction: COMMIT when it returns, ROLLBACK and its own error when it
  /// throws.
  ///
  /// Traps inside another transaction: `savepoint` nests.
  ///
  /// - Throws: the work's error; `commitOutcomeUnknown` when the connection broke during COMMIT;
  ///   `transactionRolledBack` when the work swallowed the error of a statement.
  public func transaction<R>(
    isolation: Isolation = .readCommitted, readOnly: Bool = false,
    _ work: (isolated Session) throws -> R
  ) throws -> R {
    precondition(!isInTransaction, "a transaction inside a transaction")
    let mode = "\(isolation.rawValue) \(readOnly ? "READ ONLY" : "READ WRITE")"
    try script("BEGIN ISOLATION LEVEL \(mode)")
    let result: R
    do {
      result = try work(self)
    } catch {
      rollBack(to: nil)
      throw error
    }
    try commit()
    return result
  }

  /// Runs part of a transaction that may fail alone: undone when it throws, while the transaction
  /// goes on.
  public func savepoint<R>(_ work: (isolated Session) throws -> R) throws -> R {
    precondition(isInTransaction, "a savepoint outside a transaction")
    try script("SAVEPOINT part")
    do {
      let result = try work(self)
      try script("RELEASE SAVEPOINT part")
      return result
    } catch {
      rollBack(to: "part")
      throw error
    }
  }

  /// A failure here changes nothing: the caller already has the first error, and a connection that
  /// cannot roll back has lost its transaction with itself.
  private func rollBack(to savepoint: String?) {
    let statement = savepoint.map { "ROLLBACK TO SAVEPOINT \($0); RELEASE SAVEPOINT \($0)" }
    do throws(PostgresError) {
      try script(statement ?? "ROLLBACK")
    } catch {
      if !error.isConnectionLoss { close() }
    }
  }

  private func commit() throws(PostgresError) {
    let handle = try handle()
    // Known before COMMIT was sent, a loss is certain: nothing was committed.
    guard !isBroken else { throw failure(nil, statement: "COMMIT") }
    do throws(PostgresError) {
      let answer = try checked(PQexec(handle, "COMMIT"), statement: "COMMIT")
      guard String(cString: PQcmdStatus(answer.pointer)) == "COMMIT" else {
        throw .transactionRolledBack
      }
    } catch .connectionLost(let report) {
      throw .commitOutcomeUnknown(report)
    }
  }
}
