/// What went wrong between this program and PostgreSQL, as data: sentences are made elsewhere.
public enum PostgresError: Error, Hashable, Sendable {
  /// No connection could be made.
  case connectionFailed(message: String)
  /// The connection broke; a transaction that had not reached its COMMIT was rolled back.
  case connectionLost(ServerReport)
  /// The connection broke after COMMIT was sent and before its answer: either may have happened.
  case commitOutcomeUnknown(ServerReport)
  /// COMMIT answered with a roll-back: a statement inside had failed and its error was swallowed.
  case transactionRolledBack
  /// The server refused a statement.
  case server(ServerReport)
  /// The session was closed by this program.
  case closed
  /// The statement text holds a NUL byte, where libpq would cut it off.
  case statementHoldsNUL
  /// A statement that moves rows by COPY was not run by `copyIn` or `copyOut`, or the other way.
  case notACopy(statement: String)
  case copyHasParameters(statement: String)
  /// The rows of a COPY were not in its binary format.
  case copyMalformed
  case noSuchColumn(name: String)
  case columnType(column: String, expected: String, found: PostgresType)
  case unexpectedNull(column: String)
  /// The value does not fit the type it was asked for as.
  case columnOutOfRange(column: String)
  case columnMalformed(column: String)
}

/// The fields of an error report of the server that a program can act on.
public struct ServerReport: Hashable, Sendable {
  /// Five characters (PostgreSQL's appendix A), empty when libpq itself made the report.
  public var sqlState = ""
  public var severity = ""
  public var message = ""
  /// May quote values of the row concerned: for a person who may see the data, not for logs.
  public var detail = ""
  public var hint = ""
  public var constraint = ""
  public var table = ""
  public var column = ""
  /// The statement with `$1` in place of values, so that no value reaches a log through it.
  public var statement = ""

  public init() {}
}

extension PostgresError {
  public var report: ServerReport? {
    switch self {
    case .server(let report), .connectionLost(let report), .commitOutcomeUnknown(let report):
      report
    default: nil
    }
  }

  public var sqlState: String? { report.flatMap { $0.sqlState.isEmpty ? nil : $0.sqlState } }
  public var constraint: String? {
    report.flatMap { $0.constraint.isEmpty ? nil : $0.constraint }
  }

  /// Whether the connection is gone, so that only a new one can go on.
  public var isConnectionLoss: Bool {
    switch self {
    case .connectionFailed, .connectionLost, .commitOutcomeUnknown, .closed: true
    default: false
    }
  }

  /// Whether the same transaction may succeed when it is simply run again.
  ///
  /// True for serialization failures, deadlocks, lock time-outs, too many connections, a server
  /// that starts or stops, and lost connections; false for an unknown outcome of COMMIT, which only
  /// a transaction that is idempotent may repeat.
  public var isTransient: Bool {
    switch self {
    case .connectionFailed, .connectionLost: true
    case .server(let report):
      ["40001", "40P01", "55P03", "53300", "57P01", "57P02", "57P03"].contains(report.sqlState)
        || report.sqlState.hasPrefix("08")
    default: false
    }
  }
}

extension PostgresError: CustomStringConvertible {
  /// For logs and test failures: never holds parameter values nor the server's detail.
  public var description: String {
    switch self {
    case .connectionFailed(let message): "connectionFailed: \(message)"
    case .connectionLost(let report): "connectionLost: \(report)"
    case .commitOutcomeUnknown(let report): "commitOutcomeUnknown: \(report)"
    case .transactionRolledBack: "transactionRolledBack"
    case .server(let report): "server: \(report)"
    case .closed: "closed"
    case .statementHoldsNUL: "statementHoldsNUL"
    case .notACopy(let statement): "notACopy: \(statement)"
    case .copyHasParameters(let statement): "copyHasParameters: \(statement)"
    case .copyMalformed: "copyMalformed"
    case .noSuchColumn(let name): "noSuchColumn: \(name)"
    case .columnType(let column, let expected, let found):
      "columnType: \(column) is \(found), not \(expected)"
    case .unexpectedNull(let column): "unexpectedNull: \(column)"
    case .columnOutOfRange(let column): "columnOutOfRange: \(column)"
    case .columnMalformed(let column): "columnMalformed: \(column)"
    }
  }
}

extension ServerReport: CustomStringConvertible {
  public var description: String {
    let parts = [sqlState, message, constraint, statement]
    return parts.filter { !$0.isEmpty }.joined(separator: " · ")
  }
}
