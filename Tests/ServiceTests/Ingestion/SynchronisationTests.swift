import Inventory
import Postgres
import Storage
import TestKit
import Testing

@testable import Service

@Suite("Synchronisation")
struct SynchronisationTests {
  @Test("every row received is applied, a duplicate, stale or quarantined")
  func receipt() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      let receipt = try await warehouse.sync(
        .demand,
        """
        item,location,day,quantity
        oats,leeds,2024-06-01,3
        oats,leeds,2024-06-01,3
        oats,leeds,2024-06-02,4.5
        oats,paris,2024-06-02,4
        tea,leeds,2024-06-02,4
        oats,leeds,2024-07-02,4
        oats,leeds,2024-06-31,4
        oats,leeds,2024-06-03,-4
        oats,leeds,2024-06-03,four
        oats,leeds,2024-06-03,2000000000
        oats,leeds,2024-06-03
        """)
      #expect(receipt.figures == [2, 1, 0, 8])
      #expect(
        receipt.codes == [
          "unknown_location", "unknown_item", "future_day", "invalid_day", "invalid_quantity",
          "invalid_quantity", "invalid_quantity", "malformed_row",
        ])
      #expect(receipt.firstQuarantined.map(\.line) == [5, 6, 7, 8, 9, 10, 11, 12])
      #expect(
        receipt.firstQuarantined[2].message
          == "line 7: day '2024-07-02' is in the future: today is 2024-06-30")
      #expect(
        try await warehouse.demand() == ["oats leeds 2024-06-01 3.0", "oats leeds 2024-06-02 4.5"])
      #expect(try await warehouse.count("quarantine") == 8)
    }
  }

  @Test("a quarantined row keeps its bytes and what it is about")
  func quarantine() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      let receipt = try await warehouse.sync(
        .demand, "item,location,day,quantity\noats,leeds,2024-06-01,\"1,5\"\n")
      let rows = try await session.run { db in
        try QuarantineStore.rows(ofBatch: receipt.receipt.batch, limit: 5, in: db)
      }
      #expect(rows.map(\.raw) == [Array("oats,leeds,2024-06-01,\"1,5\"".utf8)])
      #expect(rows.first?.item == code("oats"))
      #expect(rows.first?.location == code("leeds"))
      #expect(rows.first?.day == day("2024-06-01"))
    }
  }

  @Test("the same content again is all duplicates and stores nothing")
  func again() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      let text = "item,location,day,quantity\noats,leeds,2024-06-01,3\nrye,leeds,2024-06-01,1\n"
      let first = try await warehouse.sync(.demand, text, through: "2024-06-01")
      let batches = try await warehouse.count("batch")
      let second = try await warehouse.sync(.demand, text, through: "2024-06-01")
      #expect(first.figures == [2, 0, 0, 0])
      #expect(second.figures == [0, 2, 0, 0])
      #expect(second.receipt.isRepeated)
      #expect(try await warehouse.count("batch") == batches)
      let third = try await warehouse.sync(.demand, text, key: "other")
      #expect(third.figures == [0, 2, 0, 0])
      #expect(!third.receipt.isRepeated)
    }
  }

  @Test("a key gives its first answer again, and is refused for other content")
  func keys() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      let text = "item,location,day,quantity\noats,leeds,2024-06-01,3\ntea,leeds,2024-06-01,1\n"
      let first = try await warehouse.sync(.demand, text, key: "k1")
      let second = try await warehouse.sync(.demand, text, key: "k1")
      #expect(first.figures == second.figures)
      #expect(second.codes == ["unknown_item"])
      let failure = await #expect(throws: BatchError.self) {
        try await warehouse.sync(
          .demand, "item,location,day,quantity\noats,leeds,2024-06-01,4\n", key: "k1")
      }
      #expect(failure == .keyReused(key: "k1", batch: first.receipt.batch))
      #expect(try await warehouse.demand() == ["oats leeds 2024-06-01 3.0"])
    }
  }

  @Test("a strict push with one bad row stores nothing at all")
  func strict() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      let batches = try await warehouse.count("batch")
      let refusal = await #expect(throws: StrictRefusal.self) {
        try await warehouse.sync(
          .demand,
          "item,location,day,quantity\noats,leeds,2024-06-01,3\noats,leeds,nine,3\n",
          strict: true)
      }
      #expect(refusal?.quarantined == 1)
      #expect(refusal?.first.first?.line == 3)
      #expect(try await warehouse.demand().isEmpty)
      #expect(try await warehouse.count("quarantine") == 0)
      #expect(try await warehouse.count("batch") == batches)
      #expect(try await warehouse.count("series") == 0)
    }
  }

  @Test("the watermark moves forward only, and not when over 1 % is quarantined")
  func watermark() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      let header = "item,location,day,quantity\n"
      let moved = try await warehouse.sync(
        .demand, header + "oats,leeds,2024-06-01,3\n", through: "2024-06-03")
      #expect(moved.receipt.watermarkMoved)
      let back = try await warehouse.sync(
        .demand, header + "oats,leeds,2024-06-02,3\n", through: "2024-06-02")
      #expect(!back.receipt.watermarkMoved)
      let dirty = try await warehouse.sync(
        .demand, header + "oats,leeds,2024-06-04,3\ntea,leeds,2024-06-04,3\n",
        through: "2024-06-04")
      #expect(!dirty.receipt.watermarkMoved)
      #expect(dirty.text.contains("the watermark did not move: more than 1 %"))
      let states = try await session.run { db in try DatasetStore.locations(in: db) }
      #expect(states.map(\.completeThrough) == [day("2024-06-03")])
    }
  }

  @Test("a watermark in the future is refused, and nothing of its push is stored")
  func futureWatermark() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      let text = "item,location,day,quantity\noats,leeds,2024-06-01,3\n"
      let batches = try await warehouse.count("batch")
      let failure = await #expect(throws: FutureWatermark.self) {
        try await warehouse.sync(.demand, text, through: "2024-07-01")
      }
      #expect(
        failure == FutureWatermark(completeThrough: day("2024-07-01"), today: warehouse.today))
      #expect(try await warehouse.demand().isEmpty)
      #expect(try await warehouse.count("batch") == batches)
      #expect(
        try await warehouse.sync(.demand, text, through: "2024-06-30").receipt.watermarkMoved)
    }
  }

  @Test("a source that owns no location is told that its watermark moves nothing")
  func watermarkOfNobody() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      let receipt = try await warehouse.sync(
        .demand, "item,location,day,quantity\n", source: "stranger", through: "2024-06-01")
      #expect(!receipt.receipt.watermarkMoved)
      #expect(receipt.text.contains("this source has sent demand of no location yet"))
    }
  }

  @Test("a source cannot write another source's location, and nothing of its push is kept")
  func foreign() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      let header = "item,location,day,quantity\n"
      try await warehouse.sync(.demand, header + "oats,leeds,2024-06-01,3\n", source: "erp")
      let failure = await #expect(throws: BatchError.self) {
        try await warehouse.sync(
          .demand, header + "oats,bath,2024-06-01,3\noats,leeds,2024-06-02,3\n", source: "till")
      }
      #expect(failure == .foreignLocations([code("leeds")], owner: code("erp")))
      #expect(try await warehouse.demand() == ["oats leeds 2024-06-01 3.0"])
    }
  }

  @Test("the highest revision stands; a lower one is stale; what it replaced is kept")
  func revisions() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      let header = "item,location,day,quantity,revision\n"
      try await warehouse.sync(.demand, header + "oats,leeds,2024-06-01,3,5\n")
      let stale = try await warehouse.sync(.demand, header + "oats,leeds,2024-06-01,9,4\n")
      #expect(stale.figures == [0, 0, 1, 0])
      let higher = try await warehouse.sync(.demand, header + "oats,leeds,2024-06-01,7,6\n")
      #expect(higher.figures == [1, 0, 0, 0])
      #expect(try await warehouse.demand() == ["oats leeds 2024-06-01 7.0"])
      let replaced: [Double] = try await session.run { db in
        try db.rows("SELECT quantity FROM demand_change WHERE replaced_by IS NOT NULL").map {
          try $0[0]
        }
      }
      #expect(replaced == [3])
      await #expect(throws: BatchError.mixedRevisions(.time)) {
        try await warehouse.sync(
          .demand, header + "oats,leeds,2024-06-01,7,2024-06-02T00:00:00Z\n")
      }
    }
  }

  @Test("without a revision the batch's generated-at decides, and with neither the receipt")
  func generatedAt() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      let header = "item,location,day,quantity\n"
      try await warehouse.sync(
        .demand, header + "oats,leeds,2024-06-01,3\n", generatedAt: "2024-06-02T10:00:00Z")
      let earlier = try await warehouse.sync(
        .demand, header + "oats,leeds,2024-06-01,4\n", generatedAt: "2024-06-02T09:00:00Z")
      #expect(earlier.figures == [0, 0, 1, 0])
      let received = try await warehouse.sync(.demand, header + "oats,leeds,2024-06-01,5\n")
      #expect(received.figures == [1, 0, 0, 0])
      #expect(try await warehouse.demand() == ["oats leeds 2024-06-01 5.0"])
    }
  }

  @Test("of two different facts of one revision the same one stands, in whatever order they come")
  func conflict() async throws {
    var outcomes: Set<[String]> = []
    for order in [[3, 8], [8, 3]] {
      try await withDatabase(.migrated) { session, _ in
        let warehouse = try await Warehouse.stocked(session)
        for quantity in order {
          try await warehouse.sync(
            .demand, "item,location,day,quantity,revision\noats,leeds,2024-06-01,\(quantity),1\n")
        }
        outcomes.insert(try await warehouse.demand())
        #expect(try await warehouse.count("quarantine") == 1)
      }
    }
    #expect(outcomes.count == 1)
  }

  @Test("two pushes of one source at once are both stored, row by row")
  func concurrent() async throws {
    try await withDatabase(.migrated) { session, target in
      let warehouse = try await Warehouse.stocked(session)
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 1...8 {
          group.addTask {
            let own = try await Session.connect(target)
            let rows = (1...9).map { "oats,leeds,2024-05-\(number + 10),\($0)\n" }
            let days = (1...9).map { "rye,york,2024-0\($0 > 6 ? 6 : $0)-0\(number),\(number)\n" }
            try await Warehouse(session: own, clock: warehouse.clock).sync(
              .demand, "item,location,day,quantity\n" + rows[0] + days.prefix(6).joined())
            await own.close()
          }
        }
        try await group.waitForAll()
      }
      #expect(try await warehouse.demand().count == 8 + 8 * 6)
      let places: [Int64] = try await session.run { db in
        try db.rows("SELECT place FROM batch ORDER BY place").map { try $0[0] }
      }
      #expect(places == Array(1...Int64(places.count)))
    }
  }

  @Test("demand that spans months, blocks and pushes reads back exactly")
  func acrossMonths() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      let days = (0..<800).map { day("2022-01-15") + $0 }
      let rows = days.enumerated().map { "oats,leeds,\($1),\($0 % 7)" }.shuffled()
      for part in [rows.prefix(300), rows.dropFirst(300)] {
        try await warehouse.sync(
          .demand, "item,location,day,quantity\n" + part.joined(separator: "\n"))
      }
      let expected = days.enumerated().map { "oats leeds \($1) \(Double($0 % 7))" }
      #expect(try await warehouse.demand() == expected.sorted())
    }
  }

  @Test("a file that lacks a column leaves that field as it is, and an empty one clears it")
  func carried() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      try await warehouse.sync(.items, "item,name,pack_size\noats,Rolled oats,6\n")
      try await warehouse.sync(.items, "item,name\noats,\n")
      let items = try await session.run { db in try ItemStore.items(in: db) }
      let oats = items.first { $0.code == code("oats") }
      #expect(oats?.category == code("food"))
      #expect(oats?.packSize == 6)
      #expect(oats?.name == nil)
    }
  }

  @Test("terms and stock of unknown items or locations wait in quarantine")
  func unknownInTermsAndStock() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      let terms = try await warehouse.sync(
        .terms,
        "item,location,lead_time_days\noats,,3\ntea,,3\noats,paris,3\noats,leeds,2\noats,,3\n")
      #expect(terms.figures == [2, 1, 0, 2])
      #expect(terms.codes == ["unknown_item", "unknown_location"])
      let stock = try await warehouse.sync(
        .stock,
        """
        item,location,as_of,on_hand
        oats,leeds,2024-06-30,5
        tea,leeds,2024-06-30,5
        oats,leeds,2024-07-02T00:00:00Z,5
        oats,leeds,2024-06-30,5
        oats,leeds,2024-06-30,6
        """)
      #expect(stock.figures == [1, 1, 0, 3])
      #expect(stock.codes == ["unknown_item", "future_day", "conflicting_duplicate"])
    }
  }

  @Test("a location's watermark moves by its source's word, once, and for no one else")
  func complete() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      try await warehouse.sync(.demand, "item,location,day,quantity\noats,leeds,2024-06-01,3\n")
      func complete(_ location: String, _ through: String, _ source: String, _ key: String)
        async throws -> Receipt
      {
        try await Synchronisation.complete(
          code(location), through: day(through), source: code(source), key: key,
          clock: warehouse.clock, to: session)
      }
      #expect(try await complete("leeds", "2024-06-03", "erp", "a").watermarkMoved)
      #expect(try await complete("leeds", "2024-06-03", "erp", "a").isRepeated)
      #expect(try await complete("leeds", "2024-06-02", "erp", "b").watermarkMoved == false)
      await #expect(throws: BatchError.foreignLocations([code("leeds")], owner: code("erp"))) {
        try await complete("leeds", "2024-06-04", "till", "a")
      }
      await #expect(throws: BatchError.noSuchLocation(code("paris"))) {
        try await complete("paris", "2024-06-04", "erp", "c")
      }
      await #expect(throws: BatchError.keyReused(key: "a", batch: 4)) {
        try await complete("leeds", "2024-06-05", "erp", "a")
      }
      let states = try await session.run { db in try DatasetStore.locations(in: db) }
      #expect(states.map(\.completeThrough) == [day("2024-06-03")])
    }
  }

  @Test("the same push sent twice at the same moment is stored once")
  func sameAtOnce() async throws {
    try await withDatabase(.migrated) { session, target in
      let warehouse = try await Warehouse.stocked(session)
      let rows = (0..<2000).map { "oats,leeds,\(day("2018-01-01") + $0),\($0 % 9)\n" }.joined()
      let outcomes = try await withThrowingTaskGroup(of: String.self) { group in
        for _ in 0..<6 {
          group.addTask {
            let own = try await Session.connect(target)
            do {
              let receipt = try await Warehouse(session: own, clock: warehouse.clock).sync(
                .demand, "item,location,day,quantity\n" + rows, key: "once")
              await own.close()
              return receipt.receipt.isRepeated ? "repeated" : "stored"
            } catch BatchError.underWay {
              await own.close()
              return "under way"
            }
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(outcomes.count { $0 == "stored" } == 1)
      #expect(try await warehouse.demand().count == 2000)
    }
  }
}
