import Glibc

/// What happens to the server, each step a script that runs as its account: root never writes in a
/// folder that another account could prepare for it. The caller holds the lock.
extension Cluster {
  /// Makes the data in a folder of another name, which a rename completes: what a crash leaves
  /// half-done is never taken for data.
  func initialize() async throws(ClusterError) {
    let script = """
      cd "$2"
      rm -rf data.unfinished
      "$1/initdb" --pgdata=data.unfinished --username="$3" --auth=peer --encoding=UTF8 \
        --locale=C.UTF-8 --lc-messages=C --data-checksums
      printf '\\n# Quartermaster\\n%s\\n' "$4" >> data.unfinished/postgresql.conf
      printf '%s\\n' "$5" > data.unfinished/pg_hba.conf
      printf '%s\\n' "$6" > data.unfinished/pg_ident.conf
      sync data.unfinished/postgresql.conf data.unfinished/pg_hba.conf data.unfinished/pg_ident.conf
      mv data.unfinished data
      sync .
      """
    let accounts = Set([home.account, Self.ownAccount()].compactMap { $0 })
    try await run(
      "initdb", script: script,
      [
        ClusterSettings.role,
        ClusterSettings.configuration(memoryBytes: ClusterSettings.memoryBytes()),
        ClusterSettings.access, ClusterSettings.identities(accounts.sorted()),
      ])
  }

  /// The socket's folder of a server that takes connections, and whether it was started here.
  func ensureRunning() async throws -> (socketFolder: String, started: Bool) {
    guard let server = RunningServer.read(home), server.isAlive(home) else {
      return (try await start(), true)
    }
    let ready = try await untilReady(server)
    if ready.hasSocket { return (ready.socketFolder, false) }
    // Somebody emptied the temporary folder: nobody can connect to this server any more.
    try await stop()
    return (try await start(), true)
  }

  /// Whether `start` made the folder in which the server has its socket.
  func wasStartedByCommand(_ socketFolder: String) -> Bool {
    FileText.read("\(home.folder)/socket-folder")
      .map { $0.split(separator: "\n").first.map(String.init) == socketFolder } ?? false
  }

  /// Another command is starting it, or it recovers from a crash, which may take minutes.
  private func untilReady(_ server: RunningServer) async throws -> RunningServer {
    var server = server
    for _ in 0..<6000 where !server.isReady {
      try await Task.sleep(for: .milliseconds(100))
      guard let now = RunningServer.read(home), now.isAlive(home) else { break }
      server = now
    }
    guard server.isReady else {
      throw ClusterError.programFailed(
        name: "postgres", output: "not ready after its start", log: home.log)
    }
    return server
  }

  private func start() async throws -> String {
    // A process number that another process has got since a crash keeps the server from starting.
    if RunningServer.read(home)?.isTakenByAnother == true {
      try await run("rm", script: "rm -f \"$2/data/postmaster.pid\"", [])
    }
    let script =
      Self.forgetSocketFolder + """

        socket=$(mktemp -d /tmp/quartermaster-XXXXXX)
        trap 'rm -rf "$socket"' EXIT
        # The program, not the shell's own: it says why it cannot write.
        LC_ALL=C env echo "$socket" > socket-folder
        if [ -f server.log ] && [ "$(wc -c < server.log)" -gt 10000000 ]; then : > server.log; fi
        size=$(wc -c 2>/dev/null < server.log || echo 0)
        if "$1/pg_ctl" start --silent --wait --timeout=600 --pgdata="$2/data" --log=server.log \
          --options="-k $socket -p 5432 -c listen_addresses=" >/dev/null 2>&1
        then
          trap - EXIT
          echo "$socket"
          exit
        fi
        said=$(tail -c +"$((size + 1))" server.log | sed 's/^[^]]*\\] //')
        reason=$(echo "$said" | grep -B1 -E '^(FATAL|PANIC)') || reason=$said
        echo "$reason" | tail -n 3
        exit 1
        """
    for _ in 0..<100 {
      do throws(ClusterError) {
        return try await run("postgres", script: script, [])
      } catch {
        // The children of a server that was killed end by themselves, each when it next looks.
        guard error.isServerStillEnding else { throw error }
      }
      try await Task.sleep(for: .milliseconds(100))
    }
    return try await run("postgres", script: script, [])
  }

  func stop() async throws(ClusterError) {
    let script = """
      "$1/pg_ctl" stop --silent --wait --timeout=600 --mode=fast --pgdata="$2/data"

      """
    try await run("pg_ctl", script: script + Self.forgetSocketFolder, [])
  }

  /// The folder in which the last server had its socket, which `start` wrote down because a server
  /// that is killed leaves it. Somebody else may have a folder of that name by now.
  private static let forgetSocketFolder = """
    cd "$2"
    if [ -f socket-folder ]; then
      old=$(cat socket-folder)
      if [ -n "$old" ] && [ -d "$old" ] && [ -O "$old" ]; then
        rm -f "$old/.s.PGSQL.5432" "$old/.s.PGSQL.5432.lock"
        rmdir --ignore-fail-on-non-empty "$old"
      fi
      rm -f socket-folder
    fi
    """

  /// Runs a script with the programs' folder, the server's folder and more values.
  @discardableResult
  private func run(
    _ name: String, script: String, _ values: [String]
  ) async throws(ClusterError) -> String {
    let program = Program(
      script: script, values: [programs.folder, home.folder] + values, account: home.account)
    let outcome = try await program.run()
    guard !outcome.succeeded else { return outcome.output }
    guard !outcome.output.contains("No space left on device") else {
      throw .noSpace(path: home.folder)
    }
    let last = outcome.output.split(separator: "\n").suffix(3).joined(separator: "; ")
    let log = access(home.log, F_OK) == 0 ? home.log : nil
    throw .programFailed(name: name, output: last, log: log)
  }

  private static func ownAccount() -> String? {
    getpwuid(geteuid()).map { String(cString: $0.pointee.pw_name) }
  }
}

extension ClusterError {
  fileprivate var isServerStillEnding: Bool {
    guard case .programFailed(_, let output, _) = self else { return false }
    return output.contains("pre-existing shared memory block")
  }
}
