/// Why the private PostgreSQL cannot serve.
public enum ClusterError: Error, Hashable, Sendable {
  /// No server of a supported version is installed.
  case serverMissing
  /// The data were written by a server that is not installed.
  case versionMissing(data: Int, installed: [Int])
  /// The server refuses to run as root, and the account it would run as does not exist.
  case accountMissing(name: String)
  /// A folder cannot be made, read or written; the reason is the system's.
  case folderUnusable(path: String, reason: String)
  /// Another command has held the lock for too long.
  case lockHeld(path: String)
  case noSpace(path: String)
  /// A program of the server failed; what it said last, and where to read on.
  case programFailed(name: String, output: String, log: String?)
}

extension ClusterError {
  /// One sentence for a person at a terminal, with what to do next.
  public var sentence: String {
    switch self {
    case .serverMissing:
      "no PostgreSQL server of version 15, 16 or 17 is installed: apt package postgresql, "
        + "or name a server with --database"
    case .versionMissing(let data, let installed):
      "the data were written by PostgreSQL \(data), which is not installed"
        + (installed.isEmpty ? "" : " (\(installed.map(String.init).joined(separator: ", ")) is)")
        + ": apt package postgresql-\(data)"
    case .accountMissing(let name):
      "the server cannot run as root, and there is no account \(name): "
        + "apt package postgresql-common makes it"
    case .folderUnusable(let path, let reason):
      "\(path) cannot be used: \(reason); QUARTERMASTER_HOME names another folder"
    case .lockHeld(let path):
      "another command has been starting or stopping PostgreSQL for too long, and holds \(path)"
    case .noSpace(let path):
      "no space left for PostgreSQL in \(path)"
    case .programFailed(let name, let output, let log):
      "\(name) failed: \(output)" + (log.map { "; see \($0)" } ?? "")
    }
  }
}
