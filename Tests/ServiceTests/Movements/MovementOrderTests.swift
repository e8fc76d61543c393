import Foundation
import Inventory
import Postgres
import Storage
import TestKit
import Testing

@testable import Service

@Suite("Movements in any order")
struct MovementOrderTests {
  private static let isLong = ProcessInfo.processInfo.environment["QUARTERMASTER_LONG_TESTS"] == "1"

  private let items = ["oats", "rye", "soap"]
  private let locations = ["leeds", "york", "bath"]

  /// Versions of lines: ids that come several times, with higher, lower and equal revisions, other
  /// days, kinds, items and places, and returns of sales that come later, never, or elsewhere.
  private func lines(_ count: Int, _ random: inout SeededGenerator) -> [String] {
    let ids = count / 27 * 9
    return (0..<count).map { _ in
      let id = Int.random(in: 0..<ids, using: &random)
      let kind = Movement.Kind.allCases.randomElement(using: &random)!
      // Mostly the id's own item and location, and of a return those of the sale it undoes.
      let own = Int.random(in: 0..<5, using: &random) > 0 ? id : id + 1
      let (item, location) = (items[own % 3], locations[own / 3 % 3])
      let undone = Int.random(in: 0..<ids / 9, using: &random) * 9 + id % 9
      let at = day("2024-06-01") + Int.random(in: 0..<20, using: &random)
      let hour = Int.random(in: 10..<34, using: &random)
      let quantity = Double(Int.random(in: 0..<300, using: &random)) / 10
      let revision = Int.random(in: 1...4, using: &random)
      return [
        "\(id)", kind.rawValue, item, location, hour < 24 ? "\(at)T\(hour):00:00Z" : "\(at)",
        "\(quantity)", kind == .return ? "\(undone)" : "", "\(revision)",
      ].joined(separator: ",")
    }
  }

  /// Lines, demand, stock and first days, by codes.
  private func digest(_ session: Session) async throws -> String {
    try await session.rows(
      """
      WITH fact AS (
        SELECT concat_ws(' ', 'line', m.id, m.kind, i.code, l.code, m.at, m.day, m.is_plain_day,
          m.quantity, m.undoes, m.demand_day, m.revision) AS said
        FROM movement m JOIN series s USING (series_id) JOIN item i USING (item_id)
        JOIN location l USING (location_id)
        UNION ALL
        SELECT concat_ws(' ', 'demand', item, location, day, quantity) FROM demand
        UNION ALL
        SELECT concat_ws(' ', 'stock', i.code, l.code, k.as_of, k.on_hand, k.on_order, k.reserved)
        FROM stock k JOIN series s USING (series_id) JOIN item i USING (item_id)
        JOIN location l USING (location_id)
        UNION ALL
        SELECT concat_ws(' ', 'series', i.code, l.code, s.first_day)
        FROM series s JOIN item i USING (item_id) JOIN location l USING (location_id)
        WHERE s.first_day < '2199-12-31'
      )
      SELECT encode(sha256(convert_to(string_agg(said, E'\n' ORDER BY said COLLATE "C"), 'UTF8')),
        'hex') FROM fact
      """)[0][0]
  }

  /// The lines in batches cut at random, and some of them again.
  private func send(
    _ lines: [String], to warehouse: Warehouse, _ random: inout SeededGenerator
  ) async throws {
    let again = lines.shuffled(using: &random).prefix(lines.count / 20)
    var rest = (lines + again)[...]
    while !rest.isEmpty {
      let batch = rest.prefix(Int.random(in: 1...max(1, lines.count), using: &random))
      rest = rest.dropFirst(batch.count)
      let receipt = try await warehouse.sync(
        .movements, Warehouse.lineHeader + batch.joined(separator: "\n") + "\n",
        key: "k\(rest.count)")
      #expect(receipt.receipt.counts.received == batch.count)
    }
  }

  @Test("2,000 lines end in the same lines, demand and stock, however they are ordered and cut")
  func anyOrder() async throws {
    try await withDatabase(.migrated) { session, _ in
      var random = SeededGenerator(seed: 20_260)
      let lines = lines(2_000, &random)
      var digests: Set<String> = []
      for _ in 0..<(Self.isLong ? 200 : 8) {
        try await session.script("TRUNCATE source, movement_change RESTART IDENTITY CASCADE")
        try await send(
          lines.shuffled(using: &random), to: try await Warehouse.stocked(session), &random)
        digests.insert(try await digest(session))
      }
      #expect(digests.count == 1)
      let counts = try await session.rows(
        """
        SELECT (SELECT count(*) FROM demand), (SELECT count(*) FROM stock),
          (SELECT count(*) FROM movement WHERE demand_day <> day)
        """)[0]
      // There is something that could have differed.
      #expect(try counts[0] as Int > 60)
      #expect(try counts[1] as Int > 60)
      #expect(try counts[2] as Int > 5)
    }
  }

  @Test("lines that come one by one end in the same, whichever comes first")
  func lineByLine() async throws {
    try await withDatabase(.migrated) { session, _ in
      var random = SeededGenerator(seed: 77)
      let lines = lines(40, &random)
      var digests: Set<String> = []
      for _ in 0..<(Self.isLong ? 200 : 10) {
        try await session.script("TRUNCATE source, movement_change RESTART IDENTITY CASCADE")
        let warehouse = try await Warehouse.stocked(session)
        for (position, line) in lines.shuffled(using: &random).enumerated() {
          try await warehouse.sync(
            .movements, Warehouse.lineHeader + line + "\n", key: "k\(position)")
        }
        digests.insert(try await digest(session))
      }
      #expect(digests.count == 1)
    }
  }
}
