import Inventory
import Postgres
import Storage
import TestKit
import Testing

@testable import Service

@Suite("Fields as registers of their own")
struct FieldOrderTests {
  @Test("a field stands with the revision of the row that said it last, whichever came first")
  func registers() async throws {
    let pushes = [
      "item,name,revision\noats,Old oats,1\n", "item,category,revision\noats,grain,2\n",
      "item,name,pack_size,revision\noats,Oats,6,3\n", "item,unit,revision\noats,,4\n",
    ]
    for order in [[0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2]] {
      try await withDatabase(.migrated) { session, _ in
        let warehouse = try await Warehouse.stocked(session)
        for push in order { try await warehouse.sync(.items, pushes[push], source: "pim") }
        let oats = try await item("oats", session)
        #expect(oats.name == "Oats")
        #expect(oats.category == code("grain"))
        #expect(oats.packSize == 6)
        #expect(oats.unit == nil)
        #expect(
          try await revisions("oats", session)
            == "4 {\"name\": 3, \"unit\": 4, \"category\": 2, \"pack_size\": 3}")
      }
    }
  }

  @Test("a row is applied when it sets a field, stale when all it says is older, else a duplicate")
  func counts() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      func push(_ header: String, _ row: String) async throws -> [Int] {
        try await warehouse.sync(.items, "item,\(header),revision\n\(row)\n", source: "pim")
          .figures
      }
      #expect(try await push("name,unit", "oats,Oats,kg,5") == [1, 0, 0, 0])
      #expect(try await push("name,category", "oats,Porridge,grain,4") == [1, 0, 0, 0])
      #expect(try await push("name", "oats,Porridge,4") == [0, 0, 1, 0])
      #expect(try await push("name,unit", "oats,Oats,kg,7") == [0, 1, 0, 0])
      #expect(try await item("oats", session).name == "Oats")
      #expect(
        try await revisions("oats", session) == "7 {\"name\": 7, \"unit\": 7, \"category\": 4}")
    }
  }

  @Test("of one revision each field is decided by itself, and what a row lost is set aside with it")
  func conflicts() async throws {
    var outcomes: Set<String> = []
    let pushes = [
      "item,name,unit,revision\noats,Oats,kg,1\n", "item,name,unit,revision\noats,Rolled,box,1\n",
      "item,name,category,revision\noats,Flakes,grain,1\n",
    ]
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
      try await withDatabase(.migrated) { session, _ in
        let warehouse = try await Warehouse.stocked(session)
        for push in order {
          let receipt = try await warehouse.sync(.items, pushes[push], source: "pim")
          #expect(receipt.receipt.counts.received == 1)
        }
        let oats = try await item("oats", session)
        outcomes.insert("\(oats)")
        #expect(oats.category == code("grain"))
        let fields: [String?] = try await session.run { db in
          try db.rows("SELECT field FROM quarantine WHERE code = 'conflicting_duplicate'").map {
            try $0[0]
          }
        }
        #expect(!fields.isEmpty && Set(fields).isSubset(of: ["name", "unit"]))
      }
    }
    #expect(outcomes.count == 1)
  }

  @Test(
    "rows that contradict each other in one file are decided by content, without a revision too")
  func insideAFile() async throws {
    for kind in [
      SyncKind.locations, .items, .terms, .prices, .calendar, .stock, .demand,
    ] {
      let (header, rows) = contradiction(kind)
      var outcomes: Set<[String]> = []
      for order in [rows, rows.reversed()] {
        // What stands already is one of the two: repeating it makes it no older than the other.
        for standing in [nil, rows[0], rows[1]] {
          try await withDatabase(.migrated) { session, _ in
            let warehouse = try await Warehouse.stocked(session)
            try await warehouse.sync(.demand, "item,location,day,quantity\nrye,york,2024-05-01,1\n")
            if let standing { try await warehouse.sync(kind, "\(header)\n\(standing)\n") }
            let text = "\(header)\n" + order.joined(separator: "\n")
            let receipt = try await warehouse.sync(kind, text, key: "both")
            #expect(receipt.figures[3] == 1, "\(kind): \(receipt.figures)")
            #expect(receipt.codes.contains("conflicting_duplicate"))
            outcomes.insert(
              try await Fingerprint.facts(in: session).filter { $0.contains("leeds") })
          }
        }
      }
      #expect(outcomes.count == 1, "\(kind): \(outcomes)")
    }
  }

  private func contradiction(_ kind: SyncKind) -> (header: String, rows: [String]) {
    switch kind {
    case .locations: ("location,region", ["leeds,east", "leeds,west"])
    case .items: ("item,name", ["oats,leeds oats", "oats,leeds porridge"])
    case .terms: ("item,location,lead_time_days", ["oats,leeds,3", "oats,leeds,4"])
    case .prices:
      ("item,from,price,location", ["oats,2024-06-01,3,leeds", "oats,2024-06-01,4,leeds"])
    case .calendar:
      ("day,name,kind,location", ["2024-06-01,fair,event,leeds", "2024-06-01,fair,closed,leeds"])
    case .stock:
      (
        "item,location,as_of,on_hand",
        ["oats,leeds,2024-06-01T00:00:00Z,1", "oats,leeds,2024-06-01T00:00:00Z,2"]
      )
    case .demand:
      ("item,location,day,quantity", ["oats,leeds,2024-06-01,1", "oats,leeds,2024-06-01,2"])
    case .movements:
      (
        "id,kind,item,location,at,quantity",
        ["1,sale,oats,leeds,2024-06-01,1", "1,sale,oats,leeds,2024-06-01,2"]
      )
    }
  }

  @Test("in NDJSON a missing key leaves a field as it is and null clears it, row by row")
  func absentKeys() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      try await warehouse.sync(
        .items,
        """
        {"item": "oats", "name": "Oats", "unit": "kg"}
        {"item": "rye", "name": "Rye", "unit": "kg"}
        """)
      try await warehouse.sync(
        .items, "{\"item\": \"oats\", \"name\": null}\n{\"item\": \"rye\", \"unit\": \"t\"}\n")
      let (oats, rye) = (try await item("oats", session), try await item("rye", session))
      #expect([oats.name, oats.unit] == [nil, "kg"])
      #expect([rye.name, rye.unit] == ["Rye", "t"])
    }
  }

  @Test("a fact that only repeats what stands keeps the batch that first brought it")
  func firstBatch() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      let header = "item,name,revision\n"
      let first = try await warehouse.sync(.items, header + "oats,Oats,1\n")
      try await warehouse.sync(.items, header + "oats,Oats,2\n")
      let stands: [Int] = try await session.run { db in
        try db.rows("SELECT batch_id FROM item WHERE code = 'oats'").map { try $0[0] }
      }
      #expect(stands == [first.receipt.batch])
    }
  }

  private func item(_ name: String, _ session: Session) async throws -> Item {
    let items = try await session.run { db in try ItemStore.items(in: db) }
    return try #require(items.first { $0.code == code(name) })
  }

  private func revisions(_ name: String, _ session: Session) async throws -> String {
    try await session.run { db in
      try db.rows(
        "SELECT concat_ws(' ', revision, field_revisions) FROM item WHERE code = \(name)")[0][0]
    }
  }
}
