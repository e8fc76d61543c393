import Postgres
import TestKit
import Testing

extension FaultTests {
  /// The check itself: a check that finds nothing would prove nothing.
  @Suite("The history check")
  struct HistoryCheckTests {
    /// What spoils a database or a journal, and what must be said of it.
    enum Damage: CaseIterable, CustomTestStringConvertible {
      case none, lostBatch, lostFact, changedFact, foreignFact, miscount, lostQuarantine
      case unsentBatch, partOfABatch, otherReceipt

      var testDescription: String { "\(self)" }

      var statement: SQL? {
        switch self {
        case .none, .unsentBatch, .otherReceipt: nil
        case .lostBatch:
          """
          DELETE FROM batch WHERE kind = 'demand' AND NOT EXISTS (
            SELECT FROM demand_month m WHERE batch_id = ANY (m.batch_ids))
          """
        case .lostFact, .partOfABatch:
          """
          UPDATE demand_month SET quantities[1] = NULL
          WHERE quantities[1] IS NOT NULL AND cardinality(quantities) > 1
          """
        case .changedFact:
          "UPDATE demand_month SET quantities[1] = 77 WHERE quantities[1] IS NOT NULL"
        case .foreignFact:
          """
          INSERT INTO demand_month (series_id, month, quantities, batch_ids)
          SELECT min(series_id), '1999-01-01', ARRAY[4.0], ARRAY[max(batch_id)] FROM series, batch
          """
        case .miscount:
          """
          UPDATE batch SET applied = applied - 1, duplicate = duplicate + 1
          WHERE kind = 'demand' AND applied > 0
          """
        case .lostQuarantine:
          "DELETE FROM quarantine WHERE code = 'unknown_item'"
        }
      }

      var sentence: String {
        switch self {
        case .none: ""
        case .lostBatch: "was acknowledged and is not there"
        case .lostFact, .partOfABatch: "is lost"
        case .changedFact: "holds [77.0], not"
        case .foreignFact: "holds [4.0], and was never sent"
        case .miscount: "is counted"
        case .lostQuarantine: "set aside"
        case .unsentBatch: "was never sent"
        case .otherReceipt: "was answered"
        }
      }
    }

    @Test("it finds every kind of damage that is done on purpose, and none where there is none")
    func finds() async throws {
      try await Scene.run { scene in
        let life = try await ServedLife.begin(scene.directURL)
        let sender = scene.sender { life.port }
        try await scene.push(6, by: [sender], maker: BatchMaker(name: "push"), seed: 11)
        // A batch of nothing but bad rows holds no fact, and can be lost by itself.
        try await blocking {
          let bad = SentRow(bad: "beer,bath,2024-01-01,1,1", code: "unknown_item")
          try sender.send(SentBatch(key: "bad", rows: [bad]))
        }
        await life.end()
        for damage in Damage.allCases { try await expectFound(damage, scene) }
      }
    }

    private func expectFound(_ damage: Damage, _ scene: Scene) async throws {
      let session = try await Session.connect(scene.server.target("shop"))
      try await session.execute("BEGIN")
      if damage == .lostBatch {
        try await session.execute("DELETE FROM quarantine WHERE code = 'unknown_item'")
      }
      if let statement = damage.statement { try await session.execute(statement) }
      let check = try await HistoryCheck(try spoiled(scene.journal, damage), session)
      let found = check.violations.contains { $0.contains(damage.sentence) }
      #expect(
        damage == .none ? check.violations.isEmpty : found, "\(damage): \(check.violations)")
      await session.close()
    }

    /// The journal as it is, or as it would be had something else been sent or told.
    private func spoiled(_ journal: Journal, _ damage: Damage) throws -> Journal {
      let copy = try Journal()
      for entry in try journal.entries() {
        switch (damage, entry) {
        case (.unsentBatch, .intent(let batch)) where batch.key == "push-3": continue
        case (.unsentBatch, .answer(let key, _, _, _)) where key == "push-3": continue
        case (.otherReceipt, .answer(let key, let status, let code, let receipt?)):
          let other = Journal.Receipt(
            batch: receipt.batch, received: receipt.received, applied: receipt.applied + 1,
            duplicate: receipt.duplicate, stale: receipt.stale, quarantined: receipt.quarantined)
          try copy.write(.answer(key: key, status: status, code: code, other))
        default: try copy.write(entry)
        }
      }
      return copy
    }
  }
}
