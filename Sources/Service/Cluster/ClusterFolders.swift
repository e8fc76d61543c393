import Glibc

extension Cluster {
  /// Makes the home and, inside, the folder of the server's account; returns the home by its real
  /// path, so that two names of one home are one cluster.
  static func makeFolders(_ home: ClusterHome) throws(ClusterError) -> ClusterHome {
    try makeFolder(home.path, mode: home.account == nil ? 0o700 : 0o755)
    guard let real = realpath(home.path, nil) else { throw unusable(home.path, errno) }
    defer { free(real) }
    let home = ClusterHome(path: String(cString: real), isRoot: home.account != nil)
    guard let account = home.account else {
      try makeFolder(home.folder, mode: 0o700)
      return home
    }
    guard let entry = getpwnam(account) else { throw .accountMissing(name: account) }
    let (user, group) = (entry.pointee.pw_uid, entry.pointee.pw_gid)
    try makeFolder(home.folder, mode: 0o700)
    guard chown(home.folder, user, group) == 0 else { throw unusable(home.folder, errno) }
    return home
  }

  /// The major version that wrote the data; nil when there are none.
  static func dataVersion(_ home: ClusterHome) async throws(ClusterError) -> Int? {
    let script = """
      cd "$1"
      if [ -e data ]; then cat data/PG_VERSION; fi
      """
    let answer = try await Program(script: script, values: [home.folder], account: home.account)
      .run()
    guard answer.succeeded else {
      throw .folderUnusable(path: home.folder, reason: answer.output)
    }
    if answer.output.isEmpty { return nil }
    guard let version = Int(answer.output) else {
      throw .folderUnusable(path: home.data, reason: "PG_VERSION says \(answer.output)")
    }
    return version
  }

  private static func makeFolder(_ path: String, mode: mode_t) throws(ClusterError) {
    var made = ""
    for part in path.split(separator: "/") {
      made += "/\(part)"
      let isLast = made == "/" + path.split(separator: "/").joined(separator: "/")
      guard mkdir(made, isLast ? mode : 0o755) != 0, errno != EEXIST else { continue }
      // A folder above that may not be written, but is there, answers EEXIST or these.
      if errno == EACCES || errno == EROFS, access(made, F_OK) == 0 { continue }
      throw unusable(made, errno)
    }
  }

  private static func unusable(_ path: String, _ code: Int32) -> ClusterError {
    code == ENOSPC
      ? .noSpace(path: path)
      : .folderUnusable(path: path, reason: String(cString: strerror(code)))
  }
}
