import Foundation
import Glibc
import Postgres
import Synchronization
import TestKit
import Testing

/// How much of a fault is asked for: a little in every run, a lot with
/// `QUARTERMASTER_LONG_TESTS=1`.
enum Rounds {
  static let isLong = ProcessInfo.processInfo.environment["QUARTERMASTER_LONG_TESTS"] == "1"

  /// `QUARTERMASTER_FAULT_ROUNDS` sets another number than the long one.
  static func of(_ few: Int, long many: Int) -> Int {
    guard isLong else { return few }
    let asked = ProcessInfo.processInfo.environment["QUARTERMASTER_FAULT_ROUNDS"]
    return asked.flatMap { Int($0) } ?? many
  }

  /// Says what a long form showed; the short ones are silent.
  static func note(_ found: String) throws {
    guard isLong else { return }
    try FileHandle.standardError.write(contentsOf: Data("\(found)\n".utf8))
  }
}

/// A database of one test's own with a retailer in it, a key for its source, and a journal of all
/// that is pushed.
struct Scene: Sendable {
  struct NotPrepared: Error { let said: String }

  let server: MortalServer
  let secret: String
  let journal: Journal
  /// The database without any proxy.
  let directURL: String

  /// - Parameter tablespace: where the database's tables stand; nil for the usual place.
  static func run(
    on place: MortalServer.Place = .folder, inDisk: Bool = false,
    _ body: (Scene) async throws -> Void
  ) async throws {
    try await MortalServer.run(on: place) { server in
      let session = try await Session.connect(server.target("postgres"))
      if inDisk {
        try await prepareDisk(server, session)
        try await session.execute("CREATE DATABASE shop TABLESPACE small")
      } else {
        try await session.execute("CREATE DATABASE shop")
      }
      await session.close()
      let url = "postgresql:///shop?host=\(server.folder)&user=quartermaster"
      try await quartermaster("migrate", "--database", url)
      let created = try await quartermaster(
        "keys", "create", "--scope", "sync", "--source", "erp", "--database", url)
      guard
        let secret = created.split(whereSeparator: \.isWhitespace).first(where: {
          $0.hasPrefix("qm_")
        })
      else { throw NotPrepared(said: created) }
      try await store("locations", "location,region\nleeds,north\nbath,south\n", url)
      let items = BatchMaker.items.joined(separator: "\n")
      try await store("items", "item\n\(items)\n", url)
      try await body(
        Scene(server: server, secret: String(secret), journal: Journal(), directURL: url))
    }
  }

  /// The tables of the disk belong to the account that PostgreSQL runs as.
  private static func prepareDisk(_ server: MortalServer, _ session: Session) async throws {
    let folder = server.disk + "/tables"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    var status = stat()
    guard stat(server.folder, &status) == 0, chown(folder, status.st_uid, status.st_gid) == 0
    else { throw NotPrepared(said: "no folder at \(folder)") }
    try await session.execute("CREATE TABLESPACE small LOCATION '\(unescaped: folder)'")
  }

  private static func store(
    _ kind: String, _ rows: String, _ url: String, _ options: [String] = []
  ) async throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).csv")
    try Data(rows.utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    try await quartermaster(
      ["sync", kind, file.path, "--source", "erp", "--database", url] + options)
  }

  /// Sends a file's worth of rows as a person does.
  func store(_ kind: String, _ rows: String, _ options: String...) async throws {
    try await Scene.store(kind, rows, directURL, options)
  }

  @discardableResult
  private static func quartermaster(_ words: String...) async throws -> String {
    try await quartermaster(words)
  }

  @discardableResult
  private static func quartermaster(_ words: [String]) async throws -> String {
    let done = try await finished(ServedProgram.url, words)
    guard done.status == 0 else { throw NotPrepared(said: done.output) }
    return done.output
  }

  /// The database behind a proxy.
  func url(through proxy: Proxy) -> String { server.url("shop", port: proxy.port) }

  /// All that must hold now.
  func check() async throws -> HistoryCheck {
    let session = try await Session.connect(server.target("shop"))
    let check = try await HistoryCheck(journal, session)
    await session.close()
    return check
  }

  func sender(to address: @escaping @Sendable () -> Int) -> Sender {
    Sender(to: address, secret: secret, journal: journal)
  }

  /// Runs senders side by side, each on a thread of its own, until they are through.
  func push(
    _ batchesPerSender: Int, by senders: [Sender], maker: BatchMaker, seed: UInt64,
    meanwhile: () async throws -> Void = {}
  ) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (rank, sender) in senders.enumerated() {
        group.addTask {
          try await blocking {
            var random = SeededGenerator(seed: seed &+ UInt64(rank))
            for turn in 0..<batchesPerSender {
              let number = rank + turn * senders.count
              try sender.send(maker.batch(number, using: &random))
            }
          }
        }
      }
      try await meanwhile()
      try await group.waitForAll()
    }
  }
}

/// Whether the program says that it is ready, within 20 seconds.
func becomesReady(_ port: Int) async throws -> Bool { try await answers("/readyz", port) }

/// Whether the program answers at all, within 20 seconds.
func becomesAlive(_ port: Int) async throws -> Bool { try await answers("/healthz", port) }

private func answers(_ path: String, _ port: Int) async throws -> Bool {
  try await blocking {
    try comesTrue {
      do {
        let peer = try Peer(port: port)
        peer.send("GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        return peer.readAnswer()?.status == 200
      } catch is Peer.Unreachable {
        return false
      }
    }
  }
}
