import Inventory
import Planning
import Postgres
import Storage
import TestKit
import Testing

@testable import Service

@Suite("Batches held because of their units")
struct UnitWatchTests {
  /// A source with sixty days of ten items in packs of twelve, at two locations.
  private static func warehouse(_ session: Session) async throws -> Warehouse {
    let warehouse = try await Warehouse.stocked(session)
    try await warehouse.sync(
      .items, "item,pack_size\n" + (0..<10).map { "i\($0),12\n" }.joined())
    let first = try await warehouse.sync(
      .demand, rows(from: "2024-04-01", days: 60), through: "2024-05-30")
    #expect(first.figures == [1200, 0, 0, 0])
    return warehouse
  }

  private static func rows(from start: String, days: Int, factor: Double = 1) -> String {
    var text = Warehouse.demandHeader
    for item in 0..<10 {
      for location in ["leeds", "york"] {
        for number in 0..<days {
          let quantity = Double((number * 7 + item * 3) % 11 + 4) * factor
          text += "i\(item),\(location),\(day(start) + number),\(quantity)\n"
        }
      }
    }
    return text
  }

  @Test("a day in packs is held whole, with a sentence, and the watermark stays")
  func held() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Self.warehouse(session)
      let before = try await warehouse.demand()
      let text = Self.rows(from: "2024-05-31", days: 1, factor: 12) + "i1,leeds,2024-05-31\n"
      let push = try await warehouse.sync(.demand, text, key: "k", through: "2024-05-31")
      #expect(push.figures == [0, 0, 0, 21])
      #expect(!push.receipt.watermarkMoved)
      let sentence = try #require(push.heldBecause)
      #expect(sentence.hasPrefix("held: the quantities of 6 of 10 items (60 %) jumped at once"))
      #expect(sentence.hasSuffix("with a pack size of 12"))
      #expect(push.text.contains("quarantine replay --batch \(push.receipt.batch) --confirm"))
      #expect(try await warehouse.demand() == before)
      #expect(try await warehouse.watermarks() == [day("2024-05-30"), day("2024-05-30")])
      #expect(
        Set(try await warehouse.quarantined().map(\.row.code)) == [
          "suspected_unit_change", "malformed_row",
        ])
      // The same answer again.
      let again = try await warehouse.sync(.demand, text, key: "k", through: "2024-05-31")
      #expect(again.heldBecause == sentence && again.figures == push.figures)
      let values = try await warehouse.histories(["north"], through: "2024-05-31")[0].values
      #expect(values[59] > 0 && values[60].isNaN)
    }
  }

  @Test("confirmed, it comes in with its watermark, and the days after it are not held again")
  func confirmed() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Self.warehouse(session)
      let push = try await warehouse.sync(
        .demand, Self.rows(from: "2024-05-31", days: 1, factor: 12), through: "2024-05-31")
      #expect(push.heldBecause != nil)
      let unconfirmed = try await warehouse.replay { $0.batch = push.receipt.batch }
      #expect(unconfirmed.settled == 0 && unconfirmed.unconfirmed == 20)
      let id = try #require(try await warehouse.quarantined().first?.id)
      await #expect(throws: ReplayRefusal.unconfirmed(id, batch: push.receipt.batch)) {
        try await warehouse.fix(id, "i1,leeds,2024-05-31,12")
      }
      let summary = try await warehouse.replay(confirming: true) { $0.batch = push.receipt.batch }
      #expect(summary.settled == 20 && summary.counts.applied == 20 && summary.watermarkMoved)
      #expect(try await warehouse.watermarks() == [day("2024-05-31"), day("2024-05-31")])
      for number in 1...9 {
        let next = (day("2024-05-31") + number).description
        let push = try await warehouse.sync(
          .demand, Self.rows(from: next, days: 1, factor: 12), through: next)
        #expect(push.figures == [20, 0, 0, 0], "\(next)")
      }
      // And back to the units of before is a change again.
      let back = try await warehouse.sync(.demand, Self.rows(from: "2024-06-10", days: 1))
      #expect(back.heldBecause != nil)
    }
  }

  @Test("discarded, and sent in the usual units, all is as if it had not come")
  func discarded() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Self.warehouse(session)
      let push = try await warehouse.sync(
        .demand, Self.rows(from: "2024-05-31", days: 1, factor: 1.0 / 12), through: "2024-05-31")
      #expect(push.heldBecause != nil)
      var query = QuarantineQuery(limit: .max)
      query.batch = push.receipt.batch
      #expect(
        try await Quarantine.discard(query, because: "cases", by: "test", in: session) == 20)
      let sent = try await warehouse.sync(
        .demand, Self.rows(from: "2024-05-31", days: 1), through: "2024-05-31")
      #expect(sent.figures == [20, 0, 0, 0])
      #expect(try await warehouse.quarantined().isEmpty)
    }
  }

  @Test("history rewritten in packs is held, and in the same units it is not")
  func rewritten() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Self.warehouse(session)
      let before = try await warehouse.demand()
      let packs = try await warehouse.sync(
        .demand, Self.rows(from: "2024-04-01", days: 60, factor: 1.0 / 12))
      #expect(packs.heldBecause != nil)
      #expect(try await warehouse.demand() == before)
      let corrected = try await warehouse.sync(
        .demand, Self.rows(from: "2024-04-01", days: 60, factor: 1.1))
      #expect(corrected.figures == [1200, 0, 0, 0])
    }
  }

  @Test("a first history, few items and a doubled day are not held")
  func notHeld() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Self.warehouse(session)
      let doubled = try await warehouse.sync(
        .demand, Self.rows(from: "2024-05-31", days: 1, factor: 2.5))
      #expect(doubled.heldBecause == nil)
      let few = Self.rows(from: "2024-06-01", days: 1, factor: 12).split(separator: "\n").prefix(9)
      #expect(
        try await warehouse.sync(.demand, few.joined(separator: "\n")).heldBecause == nil)
      let first = try await warehouse.sync(
        .demand, Warehouse.demandHeader + "i1,bath,2024-06-01,900\n", source: "new")
      #expect(first.figures == [1, 0, 0, 0])
    }
  }
}
