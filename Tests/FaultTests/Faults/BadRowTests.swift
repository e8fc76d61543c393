import Foundation
import Inventory
import Postgres
import TestKit
import Testing

extension FaultTests {
  @Suite("Bad rows among good ones")
  struct BadRowTests {
    private struct Answer: Decodable {
      struct Row: Decodable {
        let line: Int
        let code: String
        let message: String
      }

      let batch: Int
      let received: Int
      let applied: Int
      let quarantined: Int
      let rows: [Row]

      private enum CodingKeys: String, CodingKey {
        case batch, received, applied, quarantined
        case rows = "quarantined_rows"
      }
    }

    @Test("each kind of bad row waits under its code, byte for byte, and costs no good one")
    func each() async throws {
      #expect(BadRowSample.all.count >= 24)
      try await Scene.run { scene in
        let life = try await ServedLife.begin(scene.directURL)
        let session = try await Session.connect(scene.server.target("shop"))
        for (number, sample) in BadRowSample.all.enumerated() {
          let day = (Day("2024-03-01")! + number).description
          let answer = try await push(sample, day: day, key: "bad-\(number)", scene, life)
          let name = "\(sample.kind): \(String(decoding: sample.bad.prefix(80), as: UTF8.self))"
          #expect(
            answer.received == 3 && answer.applied == 2 && answer.quarantined == 1, "\(name)")
          #expect(answer.rows.map(\.code) == [sample.code], "\(name): \(answer.rows)")
          #expect(answer.rows.first?.message.isEmpty == false, "\(name)")
          guard sample.code != "conflicting_duplicate" else { continue }
          #expect(answer.rows.first?.line == sample.header.count + 2, "\(name)")
          let raw: [[UInt8]] = try await session.run { db in
            try db.rows("SELECT raw FROM quarantine WHERE batch_id = \(answer.batch)")
              .map { try $0[0] }
          }
          #expect(raw == [Array(sample.badLine(day: day).prefix(1 << 20))], "\(name)")
        }
        let pushes = BadRowSample.all.count { $0.kind == "demand" }
        let facts: Int = try await session.run { db in
          try db.rows("SELECT count(*) FROM demand WHERE quantity IN (1, 2, 99)")[0][0]
        }
        #expect(facts == 2 * pushes)
        #expect(try await becomesReady(life.port))
        await session.close()
        await life.end()
      }
    }

    private func push(
      _ sample: BadRowSample, day: String, key: String, _ scene: Scene, _ life: ServedLife
    ) async throws -> Answer {
      let body = sample.body(day: day)
      let head = """
        POST /v1/sync/\(sample.kind) HTTP/1.1\r
        Host: localhost\r
        Authorization: Bearer \(scene.secret)\r
        Idempotency-Key: \(key)\r
        Content-Type: \(sample.type)\r
        Content-Length: \(body.count)\r
        Connection: close\r
        \r

        """
      let answer = try await blocking {
        let peer = try Peer(port: life.port)
        peer.send(head)
        peer.send(body)
        return peer.readAnswer()
      }
      let text = try #require(answer?.body)
      return try JSONDecoder().decode(Answer.self, from: Data(text.utf8))
    }
  }
}
