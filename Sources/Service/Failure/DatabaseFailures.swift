public import Postgres

// What PostgreSQL and the private cluster can do wrong, in words.

extension PostgresError: Failure {
  public var code: String {
    switch self {
    case .connectionFailed, .connectionLost, .closed: "database-away"
    case .commitOutcomeUnknown: "outcome-unknown"
    case .server(let report) where report.sqlState == "53100": "disk-full"
    case .server where isTransient: "database-busy"
    default: "database-error"
    }
  }

  public var exitCode: ExitCode {
    switch self {
    case .connectionFailed, .connectionLost, .closed, .commitOutcomeUnknown: .unavailable
    case .server(let report) where report.sqlState == "53100": .io
    case .server where isTransient: .tryAgain
    default: .software
    }
  }

  public var sentence: String {
    switch self {
    case .connectionFailed(let message):
      "the database cannot be reached: \(PostgresError.firstLine(message))"
    case .connectionLost, .closed:
      "the connection to the database was lost; nothing of this was stored, send it again"
    case .commitOutcomeUnknown:
      "the connection to the database was lost at the last moment; send the same again: what was"
        + " stored is not stored twice"
    case .server(let report) where report.sqlState == "53100":
      "the database's disk is full; nothing of this was stored"
    case .server(let report):
      "the database refused: \(PostgresError.firstLine(report.message))"
        + (report.sqlState.isEmpty ? "" : " (\(report.sqlState))")
    default: "the database answered in a way this program does not understand: \(description)"
    }
  }

  private static func firstLine(_ text: String) -> String {
    text.split(separator: "\n").first.map(String.init) ?? text
  }
}

extension SessionPool.Failure: Failure {
  public var code: String {
    switch self {
    case .exhausted: "database-busy"
    case .closed: "stopping"
    }
  }

  public var exitCode: ExitCode { .tryAgain }

  public var sentence: String {
    switch self {
    case .exhausted(let limit):
      "all \(limit) connections to the database are in use; try again soon"
    case .closed: "the program is ending; try again soon"
    }
  }
}

extension MigrationError: Failure {
  public var code: String { "migration-refused" }
  public var exitCode: ExitCode { .configuration }

  public var sentence: String {
    switch self {
    case .changed(let name):
      "migration \(name) was applied with another content than this program's"
    case .databaseIsNewer(let name):
      "the database has migration \(name), which this program is too old to know"
    case .outOfOrder(let name):
      "migration \(name) would come before one that was applied already"
    case .endedTransaction(let name): "migration \(name) ends its own transaction"
    case .databaseOfAnother(let table):
      "the database holds table '\(table)' of something else; give Quartermaster a database of its"
        + " own: nothing was changed"
    }
  }
}

extension ClusterError: Failure {
  public var code: String { "private-database" }

  public var exitCode: ExitCode {
    switch self {
    case .lockHeld: .tryAgain
    case .noSpace: .io
    case .folderUnusable: .cannotCreate
    default: .unavailable
    }
  }
}
