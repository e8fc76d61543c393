import Foundation
import Postgres
import TestKit
import Testing

@testable import Service

@Suite("The private PostgreSQL")
struct ClusterTests {
  @Test("the first command makes, starts and stops it, and the second finds its data")
  func wholeLife() async throws {
    try await withHome { home in
      let first = try await Cluster.open(home: home)
      #expect(first.startedServer)
      let session = try await Session.connect(first.target)
      try await session.script("CREATE TABLE item (code text); INSERT INTO item VALUES ('a')")
      await session.close()
      try await first.release()
      #expect(RunningServer.read(home) == nil)
      let folder = try #require(first.url.split(separator: "=")[1].split(separator: "&").first)
      #expect(!FileManager.default.fileExists(atPath: String(folder)))

      let second = try await Cluster.open(home: home)
      let again = try await Session.connect(second.target)
      let code: String = try #require(try await again.rows("SELECT code FROM item").first)[0]
      #expect(code == "a")
      await again.close()
      try await second.release()
    }
  }

  @Test("it is durable, checksummed, in UTF-8, and reached by its socket alone")
  func settings() async throws {
    try await withLease { home, lease in
      let session = try await Session.connect(lease.target)
      let names = [
        "fsync", "synchronous_commit", "full_page_writes", "data_checksums", "listen_addresses",
        "server_encoding", "unix_socket_permissions",
      ]
      let values = try await session.run { db in
        try names.map { name -> String in
          try #require(try db.rows("SELECT current_setting(\(name))").first)[0]
        }
      }
      #expect(values == ["on", "on", "on", "on", "", "UTF8", "0777"])
      let user: String = try #require(try await session.rows("SELECT current_user::text").first)[0]
      #expect(user == "quartermaster")
      await session.close()
      var folder = stat()
      #expect(stat(home.folder, &folder) == 0)
      #expect(folder.st_mode & 0o777 == 0o700)
    }
  }

  @Test("commands that start at once share one server, which one of them started")
  func simultaneous() async throws {
    try await withHome { home in
      let leases = try await withThrowingTaskGroup(of: Cluster.Lease.self) { group in
        for _ in 0..<4 { group.addTask { try await Cluster.open(home: home) } }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(leases.filter(\.startedServer).count == 1)
      #expect(Set(leases.map(\.url)).count == 1)
      for lease in leases where !lease.startedServer { try await lease.release() }
      #expect(RunningServer.read(home)?.isAlive(home) == true)
      for lease in leases where lease.startedServer { try await lease.release() }
      #expect(RunningServer.read(home) == nil)

      let starter = try await Cluster.open(home: home)
      let guest = try await Cluster.open(home: home)
      #expect(starter.startedServer && !guest.startedServer)
      try await starter.release()
      let session = try await Session.connect(guest.target)
      #expect(try await session.execute("SELECT 1") == 1)
      await session.close()
      try await guest.release()
      #expect(RunningServer.read(home) == nil)
    }
  }

  @Test("a server whose starter was interrupted is stopped by the next command")
  func interrupted() async throws {
    try await withHome { home in
      let interrupted = try await Cluster.open(home: home)
      let server = try #require(RunningServer.read(home))
      let connected = try await Session.connect(interrupted.target)
      // What a killed process leaves: its server, and no connection.
      try await connected.execute(
        """
        SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
        WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
        """)
      await connected.close()
      #expect(server.isAlive(home))
      let next = try await Cluster.open(home: home)
      #expect(!next.startedServer)
      try await next.release()
      #expect(!server.isAlive(home))
      #expect(RunningServer.read(home) == nil)
    }
  }

  /// What can happen to a server between two commands.
  private enum Accident: CaseIterable {
    case killed, socketCleared, numberTaken
  }

  @Test("after every accident the next command starts the server with what was committed")
  func accidents() async throws {
    try await withHome { home in
      var lease = try await Cluster.open(home: home)
      let first = try await Session.connect(lease.target)
      try await first.script("CREATE TABLE item (code text); INSERT INTO item VALUES ('a')")
      for accident in Accident.allCases {
        let server = try #require(RunningServer.read(home))
        try await befall(accident, server, home, lease)
        lease = try await Cluster.open(home: home)
        #expect(lease.startedServer, "\(accident)")
        #expect(RunningServer.read(home)?.process != server.process, "\(accident)")
        #expect(!FileManager.default.fileExists(atPath: server.socketFolder), "\(accident)")
        let session = try await Session.connect(lease.target)
        #expect(try await session.rows("SELECT code FROM item").count == 1, "\(accident)")
        await session.close()
      }
      try await lease.release()
      try await expectNamedFailure(home)
    }
  }

  private func befall(
    _ accident: Accident, _ server: RunningServer, _ home: ClusterHome, _ lease: Cluster.Lease
  ) async throws {
    switch accident {
    case .killed:
      #expect(kill(server.process, SIGKILL) == 0)
    case .socketCleared:
      try FileManager.default.removeItem(atPath: server.socketFolder)
    case .numberTaken:
      // A crash left its file, and since then this process has got the number in it.
      try await lease.release()
      let own = String(ProcessInfo.processInfo.processIdentifier)
      let script = "printf '%s\\n%s\\n1\\n5432\\n/tmp\\n' \"$2\" \"$1\" > \"$1/postmaster.pid\""
      let written = try await Program(
        script: script, values: [home.data, own], account: home.account
      ).run()
      #expect(written.succeeded)
    }
  }

  /// A configuration that cannot be: the command says so, rather than that it failed.
  private func expectNamedFailure(_ home: ClusterHome) async throws {
    let script = "echo 'shared_buffers = nonsense' >> \"$1/postgresql.conf\""
    _ = try await Program(script: script, values: [home.data], account: home.account).run()
    let error = await #expect(throws: ClusterError.self) { try await Cluster.open(home: home) }
    guard case .programFailed("postgres", let output, home.log?) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(output.contains("shared_buffers"))
  }

  @Test("a server that recovered from a crash of one of its processes is still stopped at the end")
  func crashedMeanwhile() async throws {
    try await withLease { home, lease in
      let session = try await Session.connect(lease.target)
      let process: Int32 = try #require(try await session.rows("SELECT pg_backend_pid()").first)[0]
      #expect(kill(process, SIGKILL) == 0)
      let error = await #expect(throws: PostgresError.self) {
        try await session.execute("SELECT 1")
      }
      #expect(error?.isConnectionLoss == true)
      try await lease.release()
      #expect(RunningServer.read(home) == nil)
    }
  }

  @Test("data that were half made when the machine stopped are made again")
  func halfMade() async throws {
    try await withHome { home in
      let home = try Cluster.makeFolders(home)
      let script = "mkdir \"$1/data.unfinished\"; echo 15 > \"$1/data.unfinished/PG_VERSION\""
      let made = try await Program(script: script, values: [home.folder], account: home.account)
        .run()
      #expect(made.succeeded)
      try await Cluster.open(home: home).release()
    }
  }

  @Test("data of another version, and a machine without a server, are named")
  func versions() async throws {
    try await withHome { home in
      await #expect(throws: ClusterError.serverMissing) {
        try await Cluster.open(home: home, installed: [])
      }
      let script = "mkdir \"$1/data\"; echo 13 > \"$1/data/PG_VERSION\""
      _ = try await Program(script: script, values: [home.folder], account: home.account).run()
      let installed = [ServerPrograms(version: 17, folder: "/x")]
      let error = ClusterError.versionMissing(data: 13, installed: [17])
      await #expect(throws: error) { try await Cluster.open(home: home, installed: installed) }
      #expect(error.sentence.contains("postgresql-13"))
    }
  }

  @Test("a home that cannot be one is refused by its path")
  func unusable() async throws {
    try await withHome { home in
      #expect(FileManager.default.createFile(atPath: "\(home.path)/file", contents: nil))
      let blocked = ClusterHome(path: "\(home.path)/file/home", isRoot: home.account != nil)
      let error = await #expect(throws: ClusterError.self) {
        try await Cluster.open(home: blocked)
      }
      guard case .folderUnusable(let path, _) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(path == "\(home.path)/file/home")
    }
  }

  @Test("a home the server's account cannot reach is refused", .enabled(if: geteuid() == 0))
  func unreachable() async throws {
    try await withHome { home in
      #expect(chmod(home.path, 0o700) == 0)
      let inner = ClusterHome(path: "\(home.path)/inner", isRoot: true)
      let error = await #expect(throws: ClusterError.self) { try await Cluster.open(home: inner) }
      guard case .folderUnusable = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(chmod(home.path, 0o755) == 0)
    }
  }

  @Test("a server that was named is used instead")
  func named() async throws {
    let lease = try await Cluster.open(
      database: nil, environment: ["QUARTERMASTER_DATABASE_URL": "postgresql:///named"])
    #expect(lease.url == "postgresql:///named" && !lease.startedServer)
    let other = try await Cluster.open(
      database: "dbname=x", environment: ["QUARTERMASTER_DATABASE_URL": "postgresql:///named"])
    #expect(other.target == ConnectionTarget("dbname=x"))
    try await lease.release()
  }
}

/// A home of its own below /tmp, which the server's account reaches, with what a shell would
/// stumble over in its name; whatever runs there is stopped.
private func withHome(_ body: (ClusterHome) async throws -> Void) async throws {
  let path = "/tmp/quartermaster's höme \(UInt64.random(in: 0 ... .max))"
  try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
  let home = ClusterHome(path: path, isRoot: geteuid() == 0)
  let outcome: Result<Void, any Error>
  do { outcome = .success(try await body(home)) } catch { outcome = .failure(error) }
  if let server = RunningServer.read(home), server.isAlive(home) {
    let programs = try #require(try await ServerPrograms.installed().first)
    try await Cluster(home: home, programs: programs).stop()
  }
  try FileManager.default.removeItem(atPath: path)
  try outcome.get()
}

private func withLease(
  _ body: (ClusterHome, Cluster.Lease) async throws -> Void
) async throws {
  try await withHome { home in
    let lease = try await Cluster.open(home: home)
    try await body(home, lease)
    try await lease.release()
  }
}
