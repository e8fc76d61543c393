import Foundation
import TestKit
import Testing

@Suite("The served API keeps what it describes", .serialized)
struct ServeContractTests {
  private func script(_ name: String) -> URL {
    repositoryRoot.appending(path: "scripts/lib/\(name)")
  }

  @Test(
    "schemathesis finds nothing that differs from the description",
    arguments: ["admin", "read", "sync", "none"])
  func contract(scope: String) async throws {
    try await ServedDatabase.run { database in
      try await ServedProgram.run(database.url, trained: database) { program in
        let keys = [
          "admin": database.adminKey, "read": database.readKey, "sync": database.syncKey,
        ]
        let done = try await finished(
          script("api-contract.sh"), [program.base] + (keys[scope].map { [$0] } ?? []))
        #expect(done.status == 0, "\(done.output.suffix(20_000))")
      }
    }
  }

  @Test("five thousand random requests get no answer that is the program's own fault")
  func random() async throws {
    try await ServedDatabase.run { database in
      try await ServedProgram.run(database.url, trained: database) { program in
        let done = try await finished(
          script("random-requests.py"),
          [program.base, "5000", "1", database.adminKey, database.readKey, database.syncKey])
        #expect(done.status == 0, "\(done.output)")
      }
    }
  }
}

extension ServedProgram {
  /// Runs it over a history with one published run.
  static func run(
    _ url: String, trained database: ServedDatabase, _ body: (ServedProgram) async throws -> Void
  ) async throws {
    try await database.pushHistory()
    let trained = try await finished(ServedProgram.url, ["train", "--database", url])
    guard trained.status == 0 else { throw NotServing(log: trained.output) }
    try await run(url, body)
  }
}
