import Foundation
public import Postgres

/// The PostgreSQL of this test run.
///
/// `QUARTERMASTER_TEST_DATABASE_URL` names it when the run was started by `scripts/test`; otherwise
/// the first test that asks starts one, which stops and removes itself when this process ends.
public actor ThrowawayServer {
  public static let shared = ThrowawayServer()

  private var started: Task<Session, any Error>?
  private var templates: [String: Task<String, any Error>] = [:]
  private var target: ConnectionTarget?
  /// Never written: its end, at the end of this process, is what stops the server.
  private var lifeline: Pipe?
  private var databases = 0

  /// Tests all start at once: more than this many databases would only wait for the same two cores,
  /// and run out of connections.
  private var freePlaces = 16
  private var waiting: [CheckedContinuation<Void, Never>] = []

  private init() {}

  /// A superuser's connection to the server's own database.
  public func connectionTarget() async throws -> ConnectionTarget {
    _ = try await session()
    guard let target else { throw ThrowawayServerError.notStarted(output: "") }
    return target
  }

  /// Creates a database as a copy of the template and returns its name.
  func createDatabase(from template: DatabaseTemplate) async throws -> String {
    await takePlace()
    do { return try await copy(template) } catch {
      leavePlace()
      throw error
    }
  }

  func dropDatabase(_ name: String) async throws {
    defer { leavePlace() }
    try await session().execute("DROP DATABASE \(identifier: name) WITH (FORCE)")
  }

  private func takePlace() async {
    guard freePlaces == 0 else {
      freePlaces -= 1
      return
    }
    await withCheckedContinuation { waiting.append($0) }
  }

  private func leavePlace() {
    if waiting.isEmpty { freePlaces += 1 } else { waiting.removeFirst().resume() }
  }

  private func copy(_ template: DatabaseTemplate) async throws -> String {
    let original = try await prepared(template)
    let name = nextName()
    try await session().execute(
      // Copying files is the faster way where nothing waits for the disk.
      "CREATE DATABASE \(identifier: name) TEMPLATE \(identifier: original) STRATEGY file_copy")
    return name
  }

  private func prepared(_ template: DatabaseTemplate) async throws -> String {
    if let known = templates[template.name] { return try await known.value }
    let name = nextName()
    let preparation = Task {
      try await session().execute("CREATE DATABASE \(identifier: name) TEMPLATE template0")
      try await template.prepare(try await connectionTarget().with(database: name))
      return name
    }
    templates[template.name] = preparation
    return try await preparation.value
  }

  /// Several runs may share one server, so the process number is part of every name.
  private func nextName() -> String {
    databases += 1
    return "test_\(ProcessInfo.processInfo.processIdentifier)_\(databases)"
  }

  private func session() async throws -> Session {
    if let started { return try await started.value }
    let start = Task {
      let target = try ConnectionTarget(serverURL())
      self.target = target
      return try await Session.connect(target)
    }
    started = start
    return try await start.value
  }

  private func serverURL() throws -> String {
    let environment = ProcessInfo.processInfo.environment
    if let url = environment["QUARTERMASTER_TEST_DATABASE_URL"], !url.isEmpty { return url }
    let output = Pipe()
    let input = Pipe()
    for pipe in [input, output] { pipe.closeOnExec() }
    let process = Process()
    process.executableURL = repositoryRoot.appending(path: "scripts/throwaway-postgres")
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    lifeline = input
    let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
    guard line.hasPrefix("postgresql://") else {
      throw ThrowawayServerError.notStarted(output: line)
    }
    return line.trimmingCharacters(in: .newlines)
  }
}

public enum ThrowawayServerError: Error {
  /// `scripts/throwaway-postgres` said why on standard error.
  case notStarted(output: String)
}
