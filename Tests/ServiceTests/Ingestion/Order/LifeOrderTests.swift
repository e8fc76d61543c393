import Inventory
import Postgres
import Storage
import TestKit
import Testing

@testable import Service

@Suite("Order of what surrounds a number")
struct LifeOrderTests {
  private static let header = "item,location,day,quantity,revision\n"

  @Test("every value told of a day is in its life, with the highest revision it was told at")
  func life() async throws {
    // Value 3 toggles; 8 is told late; 5 and 9 contradict each other, and one of them comes back.
    let told = [(3, 1), (7, 2), (3, 4), (8, 1), (5, 3), (9, 3), (9, 6), (5, 5), (7, 1)]
    var random = SeededGenerator(seed: 3)
    for _ in 0..<6 {
      try await withDatabase(.migrated) { session, _ in
        let warehouse = try await Warehouse.stocked(session)
        let shuffled = told.shuffled(using: &random)
        for part in [shuffled.prefix(4), shuffled.dropFirst(4)] {
          let rows = part.map { "oats,leeds,2024-06-01,\($0),\($1)\n" }.joined()
          try await warehouse.sync(.demand, Self.header + rows)
        }
        #expect(try await warehouse.demand() == ["oats leeds 2024-06-01 9.0"])
        let life = try await Fingerprint.facts(in: session).filter { $0.contains("demand life") }
        let expected = [(3, 4), (5, 5), (7, 2), (8, 1), (9, 6)].map {
          "[\"demand life\", \"oats\", \"leeds\", \"2024-06-01\", \"\($0)\", \($1)]"
        }
        #expect(life == expected)
      }
    }
  }

  @Test("a late value that is in the life of its day is not logged again")
  func bounded() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      try await warehouse.sync(.demand, Self.header + "oats,leeds,2024-06-01,3,9\n")
      let stock = "item,location,as_of,on_hand,revision\noats,leeds,2024-06-01T00:00:00Z,"
      try await warehouse.sync(.stock, stock + "3,9\n")
      for round in 0..<3 {
        try await warehouse.sync(
          .demand, Self.header + "oats,leeds,2024-06-01,4,5\noats,leeds,2024-06-01,3,2\n",
          key: "again-\(round)")
        try await warehouse.sync(.stock, stock + "4,5\n", key: "stock-\(round)")
      }
      #expect(try await warehouse.count("demand_change") == 1)
      #expect(try await warehouse.count("stock_change") == 1)
    }
  }

  @Test("a location that a source claims later is as complete as the source has said of all")
  func laterLocation() async throws {
    let told = ["oats,leeds,2024-06-01,3\n", "oats,york,2024-06-01,3\n"]
    for words in [[0, 1], [1, 0]] {
      try await withDatabase(.migrated) { session, _ in
        let warehouse = try await Warehouse.stocked(session)
        let header = "item,location,day,quantity\n"
        try await warehouse.sync(.demand, header, through: "2024-06-05")
        try await warehouse.sync(.demand, header + told[words[0]], through: "2024-06-03")
        let dirty = header + told[words[1]] + "tea,york,2024-06-02,1\n"
        let receipt = try await warehouse.sync(.demand, dirty, through: "2024-06-09")
        #expect(!receipt.receipt.watermarkMoved)
        let states = try await session.run { db in try DatasetStore.locations(in: db) }
        #expect(states.map(\.completeThrough) == [day("2024-06-05"), day("2024-06-05")])
      }
    }
  }

  @Test("rows that lost a conflict leave no gap, and do not stop the watermark")
  func conflictsLeaveNoGap() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      let receipt = try await warehouse.sync(
        .demand, Self.header + "oats,leeds,2024-06-01,3,1\noats,leeds,2024-06-01,4,1\n",
        through: "2024-06-01")
      #expect(receipt.figures == [1, 0, 0, 1])
      #expect(receipt.receipt.watermarkMoved)
    }
  }

  @Test("generated-at is a time: a source of integers cannot fall back to it, nor mix in one file")
  func mixedKinds() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      let time = "2024-06-02T10:00:00Z"
      let row = "oats,leeds,2024-06-01,3"
      try await warehouse.sync(.demand, Self.header + "\(row),5\n", generatedAt: time)
      for text in ["\(row),\n", "\(row),6\n\(row),\n", "\(row),6\n\(row),\(time)\n"] {
        await #expect(throws: BatchError.mixedRevisions(.time)) {
          try await warehouse.sync(.demand, Self.header + text, generatedAt: time)
        }
      }
      await #expect(throws: BatchError.mixedRevisions(.time)) {
        try await warehouse.sync(.items, "item\noats\n", generatedAt: time)
      }
      try await warehouse.sync(.items, "item,revision\noats,1\n", source: "pim")
      await #expect(throws: BatchError.mixedRevisions(.number)) {
        try await warehouse.sync(
          .stock, "item,location,as_of,on_hand,revision\noats,bath,2024-06-01,3,\(time)\n",
          source: "till")
        try await warehouse.sync(.items, "item,revision\noats,1\n", source: "till")
      }
    }
  }
}
