import Glibc
public import Postgres

/// The private PostgreSQL: made when there is none, started when it is stopped, and stopped again
/// by the last command that uses it.
///
/// Everything that changes its state happens under one lock, and every lease holds a connection, so
/// that "nobody else is connected" means nobody else. That the last one stops it, and not only the
/// one that started it, is what ends a server whose starter was interrupted or left first. A server
/// that somebody started by hand is left running.
public struct Cluster: Sendable {
  let home: ClusterHome
  let programs: ServerPrograms

  /// A server that is there for as long as the lease is held.
  public actor Lease {
    /// The database to work in.
    public nonisolated let target: ConnectionTarget
    /// The same for a person, to be given to `psql`.
    public nonisolated let url: String
    private var presence: Session?
    /// The cluster that is stopped when nobody uses it any more.
    private let cluster: Cluster?
    /// Whether this lease started the server.
    public nonisolated let startedServer: Bool

    init(url: String, presence: Session?, cluster: Cluster?, startedServer: Bool) {
      target = ConnectionTarget(url)
      self.url = url
      self.presence = presence
      self.cluster = cluster
      self.startedServer = startedServer
      isPrivate = presence != nil
    }

    /// Whether it is the private server.
    public nonisolated let isPrivate: Bool

    /// Stops the server if a command started it and nobody else is connected. Every session of the
    /// caller's must be closed before.
    public func release() async throws {
      guard let presence else { return }
      self.presence = nil
      if let cluster {
        try await cluster.stopUnlessUsed(presence, waitsForOthers: startedServer)
      } else {
        await presence.close()
      }
    }
  }

  /// A lease of the server that the user named, or of the private one when he named none.
  ///
  /// - Parameter database: what `--database` said; `QUARTERMASTER_DATABASE_URL` otherwise.
  public static func open(
    database: String?, environment: [String: String]
  ) async throws -> Lease {
    if let named = database ?? environment["QUARTERMASTER_DATABASE_URL"], !named.isEmpty {
      return Lease(url: named, presence: nil, cluster: nil, startedServer: false)
    }
    return try await open(home: ClusterHome(environment: environment))
  }

  /// A lease of the private server in a home.
  public static func open(home: ClusterHome) async throws -> Lease {
    try await open(home: home, installed: try await ServerPrograms.installed())
  }

  static func open(home: ClusterHome, installed: [ServerPrograms]) async throws -> Lease {
    let home = try makeFolders(home)
    let lock = try await FileLock.take(home.lock)
    defer { withExtendedLifetime(lock) {} }
    let version = try await dataVersion(home)
    let cluster = Cluster(
      home: home, programs: try ServerPrograms.choose(among: installed, dataVersion: version))
    if version == nil { try await cluster.initialize() }
    let (socketFolder, started) = try await cluster.ensureRunning()
    let isOurs = started || cluster.wasStartedByCommand(socketFolder)
    let presence: Session
    do {
      presence = try await cluster.connect(socketFolder)
    } catch {
      if started { try await cluster.stop() }
      throw error
    }
    let role = ClusterSettings.role
    return Lease(
      url: "postgresql:///\(ClusterSettings.database)?host=\(socketFolder)&user=\(role)",
      presence: presence, cluster: isOurs ? cluster : nil, startedServer: started)
  }

  /// The lease's own connection, once its database is there.
  private func connect(_ socketFolder: String) async throws -> Session {
    let role = ClusterSettings.role
    let target = ConnectionTarget(
      socketFolder: socketFolder, port: 5432, user: role, database: "postgres")
    let session = try await Session.connect(target)
    let database = ClusterSettings.database
    let found = try await session.rows("SELECT 1 FROM pg_database WHERE datname = \(database)")
    if found.isEmpty { try await session.execute("CREATE DATABASE \(identifier: database)") }
    return session
  }

  /// A server that crashed and recovers answers after a while, or gives up; one that takes longer
  /// is left to the next command.
  private func stopUnlessUsed(_ presence: Session, waitsForOthers: Bool) async throws {
    let lock = try await FileLock.take(home.lock)
    defer { withExtendedLifetime(lock) {} }
    await presence.close()
    for _ in 0..<100 {
      guard let server = RunningServer.read(home), server.isAlive(home) else { return }
      do {
        let session = try await connect(server.socketFolder)
        let isUsed = try await othersStay(session, looks: waitsForOthers ? 20 : 4)
        await session.close()
        return isUsed ? () : try await stop()
      } catch let error as PostgresError where error.isConnectionLoss {
        try await Task.sleep(for: .milliseconds(100))
      }
    }
  }

  /// Whether anybody else is connected and stays so for a while: the server forgets a closed
  /// connection a moment after its end.
  ///
  /// - Parameter looks: one each 50 ms. Who started the server takes a second; the others, which
  ///   find a server in use all day, must not be held up for so long.
  private func othersStay(_ session: Session, looks: Int) async throws -> Bool {
    for _ in 0..<looks {
      let others = try await session.rows(
        """
        SELECT 1 FROM pg_stat_activity
        WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
        """)
      if others.isEmpty { return false }
      try await Task.sleep(for: .milliseconds(50))
    }
    return true
  }
}
