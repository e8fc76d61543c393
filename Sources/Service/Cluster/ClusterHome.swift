import Glibc

/// The folder that holds the private PostgreSQL, and the account its server runs as.
public struct ClusterHome: Hashable, Sendable {
  /// Absolute.
  public let path: String
  /// Nil when the server runs as whoever runs this program.
  let account: String?

  public init(path: String, isRoot: Bool) {
    self.path = path
    account = isRoot ? "postgres" : nil
  }

  /// `QUARTERMASTER_HOME`, else `/var/lib/quartermaster` for root and `quartermaster` in the user's
  /// data folder (XDG Base Directory Specification 0.8) for others.
  public init(environment: [String: String]) {
    let isRoot = geteuid() == 0
    let home = environment["HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? Self.accountHome()
    self.init(
      path: Self.path(
        environment: environment, isRoot: isRoot, home: home, workingFolder: Self.workingFolder()),
      isRoot: isRoot)
  }

  static func path(
    environment: [String: String], isRoot: Bool, home: String, workingFolder: String
  ) -> String {
    if let named = environment["QUARTERMASTER_HOME"], !named.isEmpty {
      return named.hasPrefix("/") ? named : "\(workingFolder)/\(named)"
    }
    if isRoot { return "/var/lib/quartermaster" }
    // The specification: a relative path is to be ignored.
    if let data = environment["XDG_DATA_HOME"], data.hasPrefix("/") {
      return "\(data)/quartermaster"
    }
    return "\(home)/.local/share/quartermaster"
  }

  private static func accountHome() -> String {
    guard let entry = getpwuid(geteuid()) else { return "/" }
    return String(cString: entry.pointee.pw_dir)
  }

  private static func workingFolder() -> String {
    guard let path = getcwd(nil, 0) else { return "/" }
    defer { free(path) }
    return String(cString: path)
  }

  /// Belongs to the server's account alone: only it and root reach what is inside.
  var folder: String { "\(path)/postgres" }
  var data: String { "\(folder)/data" }
  var log: String { "\(folder)/server.log" }
  var lock: String { "\(path)/postgres.lock" }
}
