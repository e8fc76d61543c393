import Foundation
import TestKit
import Testing

@testable import Service

@Suite("Documents of the API")
struct ServeDocumentTests {
  private static func text(_ name: String) throws -> String {
    try String(contentsOf: repositoryRoot.appending(path: name), encoding: .utf8)
  }

  /// The fences of a document that hold requests.
  private static func requests(in name: String) throws -> [String] {
    let parts = try text(name).components(separatedBy: "\n```")
    return stride(from: 1, to: parts.count, by: 2)
      .map { String(parts[$0].drop { $0 != "\n" }) }.filter { $0.contains("curl -sS") }
  }

  @Test("every operation that is served is documented, with its parameters")
  func complete() async throws {
    let document = try Self.text("docs/http-api.md")
    try await ServedDatabase.run { database in
      try await ServedProgram.run(database.url) { program in
        let reply = try await program.ask("GET", "/openapi.json")
        let json = try JSONSerialization.jsonObject(with: Data(reply.text.utf8))
        let paths = try #require((json as? [String: Any])?["paths"] as? [String: [String: Any]])
        #expect(paths.count >= 10)
        for (path, operations) in paths {
          for (method, operation) in operations {
            #expect(document.contains("### `\(method.uppercased()) \(path)`"), "\(method) \(path)")
            let parameters = (operation as? [String: Any])?["parameters"] as? [[String: Any]]
            for name in (parameters ?? []).compactMap({ $0["name"] as? String }) {
              #expect(
                document.contains("`\(name)`") || document.contains("{\(name)}"),
                "\(method) \(path): \(name)")
            }
          }
        }
      }
    }
  }

  @Test(
    "every request that the documents show is answered with success",
    arguments: ["docs/http-api.md", "docs/sync.md", "README.md"])
  func pasted(document: String) async throws {
    let fences = try Self.requests(in: document)
    #expect(!fences.isEmpty)
    try await ServedDatabase.run { database in
      try await database.push(.locations, "location,region\nC-03,Coast\n", source: "coast-erp")
      try await database.push(.items, "item\nPAN-103\n", source: "coast-erp")
      try await database.pushHistory(
        source: "coast-erp", items: ["PAN-103"], locations: ["C-03"])
      try await ServedProgram.run(database.url, trained: database) { program in
        let script = """
          set -euo pipefail
          curl() { command curl --fail-with-body "$@"; echo; }
          quartermaster() { "$PROGRAM" "$@" --database "$DATABASE"; }
          \(fences.joined(separator: "\n"))
          """
        let done = try await finished(
          URL(filePath: "/usr/bin/env"),
          ["bash", "-c", script.replacing("http://127.0.0.1:8080", with: program.base)],
          environment: [
            "PROGRAM": ServedProgram.url.path, "DATABASE": database.url,
            "SYNC_KEY": database.syncKey, "READ_KEY": database.readKey,
            "ADMIN_KEY": database.adminKey,
          ])
        #expect(done.status == 0, "\(done.output)")
        let pushes = fences.joined().components(separatedBy: "/v1/sync/").count - 1
        #expect(done.output.matches(of: /"received":\d/).count == pushes)
        #expect(!done.output.contains(#""quarantined":1"#), "\(done.output)")
      }
    }
  }

  @Test("the page for integrators names every reason for which a row is set aside")
  func reasons() throws {
    let document = try Self.text("docs/sync.md")
    for code in RejectionCode.allCases {
      #expect(document.contains("`\(code.rawValue)`"), "\(code.rawValue)")
    }
  }

  /// Pushes that are refused as a whole.
  private static let refusals: [(path: String, type: String, body: String)] = [
    ("demand", "text/csv", "item,location\na,b\n"),
    ("demand", "text/csv", "item,location,day,quantity,till\na,b,c,d,e\n"),
    ("demand", "text/csv", "item,location,day,quantity,\na,b,c,d,e\n"),
    ("demand", "text/csv", "item,item,location,day,quantity\n"),
    ("demand", "text/csv", "item;location;day;quantity\na;b;c;d\n"),
    ("demand", "text/csv", ""),
    ("demand", "application/json", "{"),
    ("demand", "text/weird", "x"),
    ("demand?complete_through=2199-01-01", "text/csv", "item,location,day,quantity\n"),
    ("demand?strict=true", "text/csv", "item,location,day,quantity\na,b,2024-01-41,1\n"),
    ("demand?colour=red", "text/csv", "item,location,day,quantity\n"),
    ("sales", "text/csv", "x"),
    ("complete", "application/json", #"{"location":"atlantis","through":"2024-01-01"}"#),
  ]

  @Test("the page for integrators has every refusal of a push under its status")
  func refusals() async throws {
    let rows = try Self.text("docs/sync.md").split(separator: "\n").filter { $0.hasPrefix("| ") }
    try await ServedDatabase.run { database in
      try await ServedProgram.run(database.url) { program in
        for (number, refusal) in Self.refusals.enumerated() {
          let reply = try await program.ask(
            "POST", "/v1/sync/\(refusal.path)", key: database.syncKey,
            headers: ["Content-Type": refusal.type, "Idempotency-Key": "refused-\(number)"],
            body: refusal.body)
          let problem = try JSONSerialization.jsonObject(with: Data(reply.text.utf8))
          let code = try #require((problem as? [String: Any])?["code"] as? String)
          #expect((400..<500).contains(reply.status))
          let isTold = rows.contains { row in
            let cells = row.split(separator: "|")
            return cells[0].contains("\(reply.status)") && cells[1].contains("`\(code)`")
          }
          #expect(isTold, "\(refusal.path): \(reply.status) \(code)")
        }
      }
    }
  }
}
