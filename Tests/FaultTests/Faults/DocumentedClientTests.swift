import Foundation
import Postgres
import TestKit
import Testing

extension FaultTests {
  @Suite("The client that the page for integrators shows")
  struct DocumentedClientTests {
    private static func client() throws -> String {
      let page = try String(
        contentsOf: repositoryRoot.appending(path: "docs/sync.md"), encoding: .utf8)
      let fence = try #require(page.components(separatedBy: "\n```python\n").dropFirst().first)
      return try #require(fence.components(separatedBy: "\n```\n").first)
    }

    @Test("pushes a whole file, once, over connections that are cut in every way")
    func cutOff() async throws {
      let folder = FileManager.default.temporaryDirectory
        .appending(path: "client-\(UUID().uuidString)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(at: folder) }
      let (client, sales) = (folder.appending(path: "push.py"), folder.appending(path: "sales.csv"))
      try Data(try Self.client().utf8).write(to: client)
      var text = "item,location,day,quantity\n"
      for day in 0..<366 {
        for (rank, item) in BatchMaker.items.enumerated() {
          let date = Date(timeIntervalSince1970: 1_704_067_200 + Double(day) * 86_400)
          for location in BatchMaker.locations {
            text += "\(item),\(location),\(date.formatted(.iso8601.year().month().day())),\(rank)\n"
          }
        }
      }
      try Data(text.utf8).write(to: sales)
      try await Scene.run { scene in
        let life = try await ServedLife.begin(scene.directURL)
        // One batch of the file and the last word: each is cut in one way and in another first.
        let plan: [ExchangeFaults.Fate] = [.answerLost, .requestCut, .pass, .answerCut, .pass]
        let faults = ExchangeFaults { plan.indices.contains($0 - 1) ? plan[$0 - 1] : .pass }
        try await Proxy.run(to: .port(life.port), through: faults) { proxy in
          let done = try await finished(
            URL(filePath: "/usr/bin/env"),
            ["python3", client.path, "demand", sales.path, "complete_through=2024-12-31"],
            environment: [
              "QUARTERMASTER_URL": "http://127.0.0.1:\(proxy.port)", "SYNC_KEY": scene.secret,
            ])
          #expect(done.status == 0, "\(done.output)")
        }
        await life.end()
        for fate in Set(plan) where fate != .pass {
          #expect(faults.struck(fate) >= 1, "\(fate)")
        }
        let session = try await Session.connect(scene.server.target("shop"))
        let (rows, batches, through) = try await session.run { db in
          let rows: Int = try db.rows("SELECT count(*) FROM demand")[0][0]
          let batches: Int = try db.rows("SELECT count(*) FROM batch WHERE kind = 'demand'")[0][0]
          let through: String = try db.rows(
            "SELECT min(complete_through)::text FROM complete_through")[0][0]
          return (rows, batches, through)
        }
        await session.close()
        #expect((rows, batches, through) == (3_660, 2, "2024-12-31"))
      }
    }
  }
}
