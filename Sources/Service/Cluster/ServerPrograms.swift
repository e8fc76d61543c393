import Glibc

/// Where a PostgreSQL server's programs are.
struct ServerPrograms: Hashable, Sendable {
  static let supportedVersions = 15...17

  let version: Int
  let folder: String

  /// Every supported server on this machine: what `pg_config` names first, then Debian's folders,
  /// newest first.
  static func installed() async throws(ClusterError) -> [ServerPrograms] {
    var folders: [String] = []
    let configured = try await Program(["pg_config", "--bindir"]).run()
    if configured.succeeded { folders.append(configured.output) }
    folders += supportedVersions.reversed().map { "/usr/lib/postgresql/\($0)/bin" }
    var found: [ServerPrograms] = []
    for folder in folders where access("\(folder)/postgres", X_OK) == 0 {
      guard !found.contains(where: { $0.folder == folder }) else { continue }
      let answer = try await Program(["\(folder)/postgres", "--version"]).run()
      guard answer.succeeded, let version = majorVersion(answer.output),
        supportedVersions.contains(version)
      else { continue }
      found.append(ServerPrograms(version: version, folder: folder))
    }
    return found
  }

  /// The programs for data of a version, which only its own server can read; for new data the
  /// first.
  static func choose(
    among installed: [ServerPrograms], dataVersion: Int?
  ) throws(ClusterError) -> ServerPrograms {
    guard let dataVersion else {
      guard let first = installed.first else { throw .serverMissing }
      return first
    }
    guard let match = installed.first(where: { $0.version == dataVersion }) else {
      throw .versionMissing(data: dataVersion, installed: installed.map(\.version))
    }
    return match
  }

  /// 15 of `postgres (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)`.
  static func majorVersion(_ text: String) -> Int? {
    let words = text.split(separator: " ")
    guard let position = words.firstIndex(of: "(PostgreSQL)"), position + 1 < words.count else {
      return nil
    }
    return Int(words[position + 1].prefix { $0.isNumber })
  }
}
