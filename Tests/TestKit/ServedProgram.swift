public import Foundation
import FoundationNetworking
import Glibc

/// The built program, serving a test's database in a process of its own.
public final class ServedProgram: Sendable {
  public struct NotServing: Error {
    public let log: String

    public init(log: String) { self.log = log }
  }

  /// The program stands beside the tests that run.
  public static let url = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent().appending(path: "quartermaster")

  public let base: String
  private let process: Process
  private let log: URL

  private init(_ process: Process, base: String, log: URL) {
    (self.process, self.base, self.log) = (process, base, log)
  }

  /// Starts it and returns once it says where it serves.
  public static func start(
    _ database: String, roles: String? = nil, environment: [String: String] = [:]
  ) async throws -> ServedProgram {
    let log = FileManager.default.temporaryDirectory
      .appending(path: "serve-\(UUID().uuidString).log")
    guard FileManager.default.createFile(atPath: log.path, contents: nil) else {
      throw NotServing(log: "no log at \(log.path)")
    }
    let (process, output) = (Process(), Pipe())
    output.closeOnExec()
    process.executableURL = url
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.arguments =
      ["serve", "--listen", "127.0.0.1:0", "--database", database]
      + (roles.map { ["--roles", $0] } ?? [])
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = try FileHandle(forWritingTo: log)
    try process.run()
    let line = try await blocking {
      String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
    }
    guard let place = line.range(of: "http://") else {
      process.terminate()
      throw NotServing(log: line + (try String(contentsOf: log, encoding: .utf8)))
    }
    let base = String(line[place.lowerBound...].prefix { !$0.isNewline })
    return ServedProgram(process, base: base, log: log)
  }

  public var port: Int { base.split(separator: ":").last.flatMap { Int($0) } ?? 0 }
  public var processNumber: Int32 { process.processIdentifier }

  /// Starts it, runs the body, and ends it as a service manager would.
  public static func run(
    _ database: String, _ body: (ServedProgram) async throws -> Void
  ) async throws {
    let program = try await start(database)
    do {
      try await body(program)
    } catch {
      program.signal(SIGKILL)
      throw error
    }
    program.signal(SIGTERM)
    _ = await program.exitStatus()
  }

  public func signal(_ number: Int32) { kill(process.processIdentifier, number) }

  /// Waits for its end: the exit status, or minus the signal.
  public func exitStatus() async -> Int32 {
    let process = process
    do {
      return try await blocking {
        process.waitUntilExit()
        return process.terminationReason == .exit
          ? process.terminationStatus : -process.terminationStatus
      }
    } catch {
      return .min
    }
  }

  public func logText() throws -> String { try String(contentsOf: log, encoding: .utf8) }

  public struct Reply: Sendable {
    public let status: Int
    public let text: String
  }

  public func ask(
    _ method: String = "GET", _ path: String, key: String? = nil,
    headers: [String: String] = [:], body: String? = nil
  ) async throws -> Reply {
    guard let url = URL(string: base + path) else { throw URLError(.badURL) }
    var request = URLRequest(url: url)
    request.httpMethod = method
    request.httpBody = body.map { Data($0.utf8) }
    if let key { request.setValue("Bearer \(key)", forHTTPHeaderField: "Authorization") }
    for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
    let (data, response) = try await URLSession.shared.data(for: request)
    return Reply(
      status: (response as? HTTPURLResponse)?.statusCode ?? 0,
      text: String(decoding: data, as: UTF8.self))
  }

  public func push(_ rows: String, idempotencyKey: String, key: String) async throws -> Reply {
    try await ask(
      "POST", "/v1/sync/demand", key: key,
      headers: ["Content-Type": "text/csv", "Idempotency-Key": idempotencyKey], body: rows)
  }
}

/// Runs a program of this repository to its end.
public func finished(
  _ executable: URL, _ arguments: [String], environment: [String: String] = [:]
) async throws -> (status: Int32, output: String) {
  try await blocking {
    let (process, output) = (Process(), Pipe())
    output.closeOnExec()
    process.executableURL = executable
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.currentDirectoryURL = repositoryRoot
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let text = String(
      decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, text)
  }
}
