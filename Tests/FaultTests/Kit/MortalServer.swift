import Foundation
import Glibc
import Postgres
import Synchronization
import TestKit

/// A PostgreSQL of one test's own, which may be killed and comes back.
final class MortalServer: Sendable {
  enum Failure: Error {
    case notStarted(said: String)
    case doesNotDie
  }

  /// Where its data stands.
  enum Place: Hashable {
    case folder
    /// Next to a small disk, which tables may be put on.
    case besideDisk(megabytes: Int)
    /// On a small disk, with all it has.
    case disk(megabytes: Int)

    var environment: [String: String] {
      switch self {
      case .folder: [:]
      case .besideDisk(let megabytes): ["QUARTERMASTER_THROWAWAY_DISK_MB": "\(megabytes)"]
      case .disk(let megabytes):
        [
          "QUARTERMASTER_THROWAWAY_DISK_MB": "\(megabytes)",
          "QUARTERMASTER_THROWAWAY_DATA_ON_DISK": "1",
        ]
      }
    }
  }

  /// Holds its socket and log, and the disk if it has one.
  let folder: String
  private let data: String
  private let script: Process
  private let orders: Pipe
  private let answers: Pipe

  private init(_ place: Place) throws {
    (script, orders, answers) = (Process(), Pipe(), Pipe())
    for pipe in [orders, answers] { pipe.closeOnExec() }
    script.executableURL = repositoryRoot.appending(path: "scripts/throwaway-postgres")
    // Killed in the middle of a write, it must find whole pages in its log.
    script.environment = ProcessInfo.processInfo.environment.merging(place.environment) { $1 }
      .merging(["QUARTERMASTER_THROWAWAY_KILLED": "on"]) { $1 }
    script.standardInput = orders
    script.standardOutput = answers
    try script.run()
    let line = String(decoding: answers.fileHandleForReading.availableData, as: UTF8.self)
    guard let host = line.firstRange(of: "host=") else { throw Failure.notStarted(said: line) }
    folder = String(line[host.upperBound...].prefix { $0 != "&" })
    if case .disk = place { data = folder + "/disk/data" } else { data = folder + "/data" }
  }

  /// Starts it, runs the body and takes it away again.
  static func run(
    on place: Place = .folder, _ body: (MortalServer) async throws -> Void
  ) async throws {
    let server = try await blocking { try MortalServer(place) }
    let outcome: Result<Void, any Error>
    do { outcome = .success(try await body(server)) } catch { outcome = .failure(error) }
    try await blocking { [server] in
      try server.orders.fileHandleForWriting.close()
      server.script.waitUntilExit()
    }
    try outcome.get()
  }

  var socket: String { folder + "/.s.PGSQL.5432" }
  var disk: String { folder + "/disk" }

  func target(_ database: String) -> ConnectionTarget {
    ConnectionTarget("postgresql:///\(database)?host=\(folder)&user=quartermaster")
  }

  /// The way to a database through a proxy before this server.
  func url(_ database: String, port: Int) -> String {
    "postgresql://quartermaster@127.0.0.1:\(port)/\(database)?sslmode=disable&gssencmode=disable"
  }

  func log() throws -> String { try String(contentsOfFile: folder + "/log", encoding: .utf8) }

  /// SIGKILL to the process that all others depend on; returns when it is dead.
  func kill() throws {
    let lines = try String(contentsOfFile: data + "/postmaster.pid", encoding: .utf8)
    guard let number = lines.split(separator: "\n").first.flatMap({ pid_t($0) }) else {
      throw Failure.notStarted(said: lines)
    }
    Glibc.kill(number, SIGKILL)
    guard comesTrue({ !MortalServer.lives(number) }) else { throw Failure.doesNotDie }
  }

  /// A process that is dead stays in the table until somebody buries it.
  private static func lives(_ number: pid_t) -> Bool {
    guard let status = try? String(contentsOfFile: "/proc/\(number)/stat", encoding: .utf8)
    else { return false }
    return !status.contains(") Z ")
  }

  /// Starts it again, if it does not run, and returns when it takes connections.
  func start() throws {
    try orders.fileHandleForWriting.write(contentsOf: Data("start\n".utf8))
    let answer = String(decoding: answers.fileHandleForReading.availableData, as: UTF8.self)
    guard answer == "started\n" else { throw Failure.notStarted(said: answer + (try log())) }
  }
  /// Starts it until it answers: what is just dying looks alive, and a start may come too soon.
  func comeBack() async throws {
    var last: (any Error)?
    for _ in 0..<200 {
      do {
        try await blocking { try self.start() }
        await (try Session.connect(target("postgres"))).close()
        return
      } catch { last = error }
      _ = try await blocking { poll(nil, 0, 50) }
    }
    if let last { throw last }
  }
}
