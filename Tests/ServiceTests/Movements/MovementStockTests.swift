import Inventory
import Planning
import Postgres
import Storage
import TestKit
import Testing

@testable import Service

@Suite("On hand as movements tell it")
struct MovementStockTests {
  @Test("without a count on hand is unknown; from a count on it follows what comes and goes")
  func following() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      try await warehouse.move(
        "1,receipt,oats,leeds,2024-06-01T08:00:00Z,100", "2,sale,oats,leeds,2024-06-01T09:00:00Z,5")
      #expect(try await warehouse.stock().isEmpty)
      try await warehouse.move(
        "3,count,oats,leeds,2024-06-02T08:00:00Z,50", "4,sale,oats,leeds,2024-06-02T09:00:00Z,5",
        "5,return,oats,leeds,2024-06-03T09:00:00Z,1",
        "6,receipt,oats,leeds,2024-06-03T10:00:00Z,20",
        "7,transfer_out,oats,leeds,2024-06-04T09:00:00Z,6",
        "8,transfer_in,oats,leeds,2024-06-04T09:30:00Z,2",
        "9,adjustment,oats,leeds,2024-06-04T10:00:00Z,-3",
        "10,adjustment,oats,leeds,2024-06-05T10:00:00Z,1")
      #expect(
        try await warehouse.stock() == [
          "oats leeds 2024-06-02T09:00:00Z 45.0", "oats leeds 2024-06-03T10:00:00Z 66.0",
          "oats leeds 2024-06-04T10:00:00Z 59.0", "oats leeds 2024-06-05T10:00:00Z 60.0",
        ])
    }
  }

  @Test("a late line changes all later days up to the next count, and what they were is kept")
  func late() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      try await warehouse.move(
        "1,count,oats,leeds,2024-06-01,50", "2,sale,oats,leeds,2024-06-03T10:00:00Z,5",
        "3,sale,oats,leeds,2024-06-04T10:00:00Z,5", "4,count,oats,leeds,2024-06-05,30",
        "5,sale,oats,leeds,2024-06-06T10:00:00Z,1")
      try await warehouse.move("6,sale,oats,leeds,2024-06-02T10:00:00Z,7")
      let end = "T23:59:59.999999Z"
      #expect(
        try await warehouse.stock() == [
          "oats leeds 2024-06-01\(end) 50.0", "oats leeds 2024-06-02T10:00:00Z 43.0",
          "oats leeds 2024-06-03T10:00:00Z 38.0", "oats leeds 2024-06-04T10:00:00Z 33.0",
          "oats leeds 2024-06-05\(end) 30.0", "oats leeds 2024-06-06T10:00:00Z 29.0",
        ])
      #expect(try await warehouse.count("stock_change") == 2)
      // A line of a day that has one already moves the day's snapshot to its own moment.
      try await warehouse.move("7,receipt,oats,leeds,2024-06-04T12:00:00Z,10")
      let stock = try await warehouse.stock()
      #expect(stock.contains("oats leeds 2024-06-04T12:00:00Z 43.0"))
      #expect(!stock.contains { $0.contains("2024-06-04T10") })
      #expect(stock.count == 6)
      #expect(try await warehouse.count("stock_change") == 3)
    }
  }

  @Test("a count that is taken back leaves on hand as it was before, or unknown")
  func withdrawnCount() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      try await warehouse.move(
        "1,count,oats,leeds,2024-06-01,50", "2,sale,oats,leeds,2024-06-02,5",
        "3,count,oats,leeds,2024-06-03,10")
      try await warehouse.move("3,receipt,oats,leeds,2024-06-03,10")
      #expect(try await warehouse.stock().last?.hasSuffix(" 55.0") == true)
      try await warehouse.move("1,receipt,oats,leeds,2024-06-01,50")
      #expect(try await warehouse.stock().isEmpty)
    }
  }

  @Test("of lines of one moment a count comes last, and a plain day is the day's end")
  func sameMoment() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      try await warehouse.move(
        "1,count,oats,leeds,2024-06-01,50", "2,sale,oats,leeds,2024-06-01,5",
        "3,count,rye,leeds,2024-06-01T12:00:00Z,50", "4,sale,rye,leeds,2024-06-01,5")
      #expect(
        try await warehouse.stock().map { $0.split(separator: " ").last } == ["50.0", "45.0"])
    }
  }

  @Test("a day that begins and ends with nothing on hand is a stockout")
  func stockouts() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      try await warehouse.move(
        "1,count,oats,leeds,2024-06-01,5", "2,sale,oats,leeds,2024-06-02T10:00:00Z,5",
        "3,receipt,oats,leeds,2024-06-05T07:00:00Z,9", "4,sale,oats,leeds,2024-06-05T10:00:00Z,1",
        through: "2024-06-06")
      let histories = try await warehouse.histories(["north"], through: "2024-06-06")
      let days = histories[0].stockouts.map { histories[0].start + $0 }
      #expect(days == [day("2024-06-03"), day("2024-06-04")])
    }
  }

  @Test("stock is told by snapshots or by counts, not by both; sales fit to either")
  func oneWay() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      let header = "item,location,as_of,on_hand\n"
      try await warehouse.sync(.stock, header + "oats,leeds,2024-06-01,4\n", source: "wms")
      try await warehouse.move("1,sale,oats,leeds,2024-06-02,3", "2,count,oats,york,2024-06-01,9")
      #expect(
        try await warehouse.stock().map { $0.split(separator: " ").last } == ["4.0", "9.0"])
      let counts = await #expect(throws: BatchError.self) {
        try await warehouse.move("3,count,oats,leeds,2024-06-02,3")
      }
      #expect(counts == .foreignLocations([code("leeds")], owner: code("wms")))
      let snapshots = await #expect(throws: BatchError.self) {
        try await warehouse.sync(.stock, header + "oats,york,2024-06-02,4\n")
      }
      #expect(
        snapshots?.sentence
          == "the stock of york is told by movements, and one way only; nothing of this was stored")
    }
  }

  @Test("lines that are no longer kept are refused, and what was made of them stays")
  func pruned() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      try await warehouse.move(
        "1,count,oats,leeds,2024-06-01,50", "2,sale,oats,leeds,2024-06-02,5",
        "3,return,oats,leeds,2024-06-10,1,2", "4,sale,oats,leeds,2024-06-10,2")
      let (demand, stock) = (try await warehouse.demand(), try await warehouse.stock())
      #expect(demand == ["oats leeds 2024-06-02 4.0", "oats leeds 2024-06-10 2.0"])
      let gone = try await session.run { db in
        try db.transaction { try MovementStore.prune(before: day("2024-06-05"), limit: 10, in: $0) }
      }
      #expect(gone == 2)
      #expect(try await warehouse.demand() == demand)
      #expect(try await warehouse.stock() == stock)
      let receipt = try await warehouse.move(
        "2,sale,oats,leeds,2024-06-02,5", "5,sale,oats,leeds,2024-06-06,3")
      #expect(receipt.codes == ["before_retention"])
      #expect(
        receipt.firstQuarantined.first?.message
          == "line 2: at '2024-06-02' is before 2024-06-05, the first day that is kept")
      // The late line still finds what was on hand before it.
      #expect(
        try await warehouse.stock().map { $0.split(separator: " ").last }
          == ["50.0", "45.0", "42.0", "41.0"])
      // A correction of the return that undid a pruned sale leaves the sale's day as it was made.
      try await warehouse.move("3,return,oats,leeds,2024-06-10,2,2")
      #expect(
        try await warehouse.demand() == [
          "oats leeds 2024-06-02 4.0", "oats leeds 2024-06-06 3.0", "oats leeds 2024-06-10 0.0",
        ])
    }
  }
}
