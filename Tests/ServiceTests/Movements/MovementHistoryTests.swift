import Digests
import Inventory
import Planning
import Postgres
import Storage
import TestKit
import Testing

@testable import Service

@Suite("Movements that wait, and movements as they were")
struct MovementHistoryTests {
  @Test("every dataset version reads back, whatever lines were corrected or moved since")
  func versions() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      var random = SeededGenerator(seed: 5)
      var known: [(version: Int64, digest: String)] = []
      for batch in 0..<30 {
        let lines = lines(10, of: 25, &random)
        try await warehouse.sync(
          .movements, Warehouse.lineHeader + lines.joined(separator: "\n") + "\n",
          key: "k\(batch)", through: "2024-06-\(10 + batch / 2)")
        known.append(try await digest(at: .newest, session))
      }
      #expect(Set(known.map(\.digest)).count > 20)
      for (version, digest) in known {
        #expect(try await self.digest(at: .at(version), session).digest == digest, "\(version)")
      }
    }
  }

  /// Some of them cannot be read, and wait.
  private func lines(
    _ count: Int, of ids: Int, _ random: inout SeededGenerator
  ) -> [String] {
    (0..<count).map { _ in
      let id = Int.random(in: 0..<ids, using: &random)
      let kind = Movement.Kind.allCases.randomElement(using: &random)!
      let item = ["oats", "rye"].randomElement(using: &random)!
      let at = day("2024-06-01") + Int.random(in: 0..<20, using: &random)
      let quantity = Int.random(in: 0..<9, using: &random)
      let said = quantity == 8 ? "many" : "\(quantity)"
      let undone = kind == .return ? "\(Int.random(in: 0..<ids, using: &random))" : ""
      return "\(id),\(kind.rawValue),\(item),leeds,\(at),\(said),\(undone),"
    }
  }

  private func digest(
    at version: DatasetVersion, _ session: Session
  ) async throws -> (version: Int64, digest: String) {
    let clock = ZoneClock(asOf: day("2024-06-30"), deploymentZone: "UTC")
    return try await session.run { db in
      try db.transaction(isolation: .repeatableRead, readOnly: true) { db in
        let dataset = try DatasetStore.dataset(
          ofRegions: [code("north")], through: day("2024-06-10"), version: version,
          civilDay: { clock.day(of: $0, zone: $1) }, in: db)
        return (dataset.version, Hexadecimal.text(dataset.contentDigest))
      }
    }
  }

  @Test("lines of an unknown item come in when the item is known, once, and complete their day")
  func replayed() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      try await warehouse.move(
        "1,sale,tea,leeds,2024-06-01,3", "2,sale,tea,leeds,2024-06-02,4",
        "3,return,tea,leeds,2024-06-02,1", "4,sale,oats,leeds,2024-06-01,1")
      try await warehouse.move("5,sale,oats,leeds,2024-06-03,1", through: "2024-06-03")
      try await warehouse.sync(.items, "item\ntea\n")
      try await warehouse.move("6,sale,tea,leeds,2024-06-02,9")
      let waiting = try await warehouse.histories(["north"], through: "2024-06-03")
      let tea = try #require(waiting.first { $0.series.item == code("tea") })
      #expect(tea.values[0].isNaN)
      let summary = try await warehouse.replay()
      #expect(summary.settled == 3)
      #expect(try await warehouse.replay().settled == 0)
      #expect(
        try await warehouse.demand().filter { $0.hasPrefix("tea") }
          == ["tea leeds 2024-06-01 3.0", "tea leeds 2024-06-02 12.0"])
      let whole = try await warehouse.histories(["north"], through: "2024-06-03")
      #expect(whole.first { $0.series.item == code("tea") }?.values == [3, 12, 0])
    }
  }

  @Test("a waiting line that is replayed gives way to what came under its id since")
  func replayedLate() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      try await warehouse.move("1,sale,tea,leeds,2024-06-01,3", "2,sale,oats,leeds,2024-06-01,1")
      try await warehouse.sync(.items, "item\ntea\n")
      try await warehouse.move("1,sale,tea,leeds,2024-06-01,5")
      let summary = try await warehouse.replay()
      #expect(summary.counts.stale == 1)
      #expect(
        try await warehouse.demand()
          == ["oats leeds 2024-06-01 1.0", "tea leeds 2024-06-01 5.0"])
    }
  }

  @Test("a line is counted in its item's unit, and its time is one at the location")
  func mapped() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      try await warehouse.sync(.items, "item,unit,pack_size\noats,bag,6\n")
      try await warehouse.sync(
        .locations, "location,region,time_zone\nleeds,north,America/Chicago\n")
      var words = MappingText()
      words.dateFormat = "dd.MM.yyyy HH:mm"
      words.units = ["case": "pack"]
      let receipt = try await warehouse.sync(
        .movements,
        """
        id,kind,item,location,at,quantity,unit
        1,sale,oats,leeds,01.06.2024 23:30,2,case
        2,return,oats,leeds,01.06.2024 23:59,1,bag
        3,sale,oats,leeds,01.06.2024 12:00,1,crate
        """, mapping: ColumnMapping(words, kind: .movements))
      #expect(receipt.figures == [2, 0, 0, 1])
      #expect(receipt.codes == ["unknown_unit"])
      #expect(try await warehouse.demand() == ["oats leeds 2024-06-01 11.0"])
    }
  }
}
