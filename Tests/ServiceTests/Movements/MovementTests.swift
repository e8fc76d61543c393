import Inventory
import Planning
import Postgres
import Storage
import TestKit
import Testing

@testable import Service

extension Warehouse {
  static let lineHeader = "id,kind,item,location,at,quantity,of,revision\n"

  /// Sends lines, each as the format has it, from its id on.
  @discardableResult
  func move(
    _ lines: String..., source: String = "erp", through: String? = nil,
    generatedAt: String? = nil, key: String? = nil
  ) async throws -> PushReceipt {
    let width = Warehouse.lineHeader.split(separator: ",").count
    let rows = lines.map { line in
      let cells = line.split(separator: ",", omittingEmptySubsequences: false).count
      return line + String(repeating: ",", count: max(0, width - cells)) + "\n"
    }
    return try await sync(
      .movements, Warehouse.lineHeader + rows.joined(), source: source, key: key,
      through: through, generatedAt: generatedAt)
  }

  /// Every snapshot, as "item location moment on-hand".
  func stock() async throws -> [String] {
    try await session.run { db in
      try db.rows(
        """
        SELECT i.code::text, l.code::text, k.as_of, k.on_hand
        FROM stock k JOIN series s USING (series_id) JOIN item i USING (item_id)
        JOIN location l USING (location_id) ORDER BY 1, 2, 3
        """
      ).map { row in
        "\(try row[0] as String) \(try row[1] as String) \(try row[2] as Instant)"
          + " \(try row[3] as Double)"
      }
    }
  }
}

@Suite("Movements")
struct MovementTests {
  @Test("demand is a day's sales less its returns, and nothing else")
  func demandOfADay() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      let receipt = try await warehouse.move(
        "1,sale,oats,leeds,2024-06-01T09:00:00Z,3", "2,sale,oats,leeds,2024-06-01T23:59:59Z,4.5",
        "3,return,oats,leeds,2024-06-01,1", "4,receipt,oats,leeds,2024-06-01,100",
        "5,transfer_out,oats,leeds,2024-06-02,40", "6,transfer_in,oats,york,2024-06-02,40",
        "7,adjustment,oats,leeds,2024-06-02,-2", "8,count,oats,leeds,2024-06-03,50")
      #expect(receipt.figures == [8, 0, 0, 0])
      #expect(try await warehouse.demand() == ["oats leeds 2024-06-01 6.5"])
    }
  }

  @Test("returns beyond a day's sales make it zero, and the view says how many they were")
  func floor() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      try await warehouse.move(
        "1,sale,oats,leeds,2024-06-01,3", "2,return,oats,leeds,2024-06-02,5",
        "3,sale,oats,leeds,2024-06-02,1")
      #expect(
        try await warehouse.demand()
          == ["oats leeds 2024-06-01 3.0", "oats leeds 2024-06-02 0.0"])
      let beyond = try await session.rows(
        "SELECT day, returned_beyond_sales::float8 FROM movement_demand ORDER BY day")
      #expect(try beyond.map { try $0[1] as Double } == [0, 4])
    }
  }

  @Test("a return that names its sale is taken from the sale's day, whichever came first")
  func undoing() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      try await warehouse.move("r,return,oats,leeds,2024-06-05,2,s")
      #expect(try await warehouse.demand() == ["oats leeds 2024-06-05 0.0"])
      try await warehouse.move("s,sale,oats,leeds,2024-06-01,3", "t,sale,oats,leeds,2024-06-02,3")
      #expect(
        try await warehouse.demand()
          == ["oats leeds 2024-06-01 1.0", "oats leeds 2024-06-02 3.0"])
      // The sale moves to another day, and to another item: the return follows, then stays behind.
      try await warehouse.move("s,sale,oats,leeds,2024-06-03,3")
      #expect(
        try await warehouse.demand()
          == ["oats leeds 2024-06-02 3.0", "oats leeds 2024-06-03 1.0"])
      try await warehouse.move("s,sale,rye,leeds,2024-06-03,3")
      #expect(
        try await warehouse.demand()
          == [
            "oats leeds 2024-06-02 3.0", "oats leeds 2024-06-05 0.0", "rye leeds 2024-06-03 3.0",
          ])
    }
  }

  @Test("lines that come late or again change nothing twice")
  func lateAndRepeated() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      let line = "1,sale,oats,leeds,2024-06-01,3,,2"
      #expect(try await warehouse.move(line).figures == [1, 0, 0, 0])
      #expect(try await warehouse.move(line, line, key: "again").figures == [0, 2, 0, 0])
      #expect(
        try await warehouse.move("1,sale,oats,leeds,2024-06-01,9,,1").figures == [0, 0, 1, 0])
      let conflict = try await warehouse.move("1,sale,oats,leeds,2024-06-01,4,,2")
      #expect(conflict.codes == ["conflicting_duplicate"])
      let corrected = try await warehouse.move("1,sale,oats,leeds,2024-06-02,5,,3")
      #expect(corrected.figures == [1, 0, 0, 0])
      #expect(try await warehouse.demand() == ["oats leeds 2024-06-02 5.0"])
      #expect(try await warehouse.count("movement") == 1)
      #expect(try await warehouse.count("movement_change") >= 1)
      let histories = try await warehouse.histories(["north"], through: "2024-06-03")
      #expect(histories.map(\.start) == [day("2024-06-02")])
      #expect(histories.map(\.values) == [[5, 0]])
    }
  }

  @Test("of two different lines with one id and no revision in one file, one stands in any order")
  func conflict() async throws {
    var standing: Set<String> = []
    // What stands already is one of the two, or nothing: to say it again makes it no older.
    for (lines, known) in [["3", "4"], ["4", "3"]].flatMap({ order in
      [nil, "3", "4"].map { (order, $0) }
    }) {
      try await withDatabase(.migrated) { session, _ in
        let warehouse = try await Warehouse.stocked(session)
        if let known { try await warehouse.move("1,sale,oats,leeds,2024-06-01,\(known)") }
        let receipt = try await warehouse.move(
          "1,sale,oats,leeds,2024-06-01,\(lines[0])", "1,sale,oats,leeds,2024-06-01,\(lines[1])")
        #expect(receipt.figures[3] == 1)
        #expect(receipt.codes == ["conflicting_duplicate"])
        standing.formUnion(try await warehouse.demand())
      }
    }
    #expect(standing.count == 1)
  }

  @Test("a line is of the civil date at its location")
  func civilDates() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      try await warehouse.sync(
        .locations, "location,region,time_zone\nleeds,north,America/Chicago\n")
      try await warehouse.move(
        "1,sale,oats,leeds,2024-06-02T04:59:59Z,1", "2,sale,oats,leeds,2024-06-02T05:00:00Z,10",
        "3,sale,oats,leeds,2024-06-02T01:00:00-05:00,100", "4,sale,oats,leeds,2024-06-01,1000")
      #expect(
        try await warehouse.demand()
          == ["oats leeds 2024-06-01 1001.0", "oats leeds 2024-06-02 110.0"])
    }
  }

  @Test("sums are exact decimals")
  func exactSums() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      try await warehouse.move(
        "1,sale,oats,leeds,2024-06-01,0.1", "2,sale,oats,leeds,2024-06-01,0.2",
        "3,sale,oats,leeds,2024-06-01,-0")
      #expect(try await warehouse.demand() == ["oats leeds 2024-06-01 0.3"])
      let again = try await warehouse.move("3,sale,oats,leeds,2024-06-01,0", key: "again")
      #expect(again.figures == [0, 1, 0, 0])
    }
  }

  @Test("a line that cannot stand is set aside with a sentence that says what it should have been")
  func rejected() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      let receipt = try await warehouse.move(
        "1,sale,oats,leeds,2024-06-01,-3", "2,transfer_in,oats,leeds,2024-06-01,-3",
        "3,count,oats,leeds,2024-06-01,-3", "4,sold,oats,leeds,2024-06-01,3",
        "5,sale,tea,leeds,2024-06-01,3", "6,sale,oats,paris,2024-06-01,3",
        "7,sale,oats,leeds,2024-07-01,3", "8,sale,oats,leeds,noon,3", ",sale,oats,leeds,,3",
        "9,sale,oats,leeds,2024-06-01,lots", "10,sale,oats,leeds,,3",
        "11,return,oats,leeds,2024-06-01,3,\(String(repeating: "s", count: 129))")
      #expect(receipt.figures == [0, 0, 0, 12])
      #expect(
        receipt.firstQuarantined.map { "\($0.code) \($0.message)" } == [
          "invalid_quantity line 2: quantity '-3' is negative: what a customer brings back is a"
            + " line of kind return",
          "invalid_quantity line 3: quantity '-3' is negative: what goes to another location is a"
            + " line of kind transfer_out",
          "invalid_quantity line 4: quantity '-3' is negative: a count says how many units are"
            + " there",
          "invalid_kind line 5: kind 'sold' is none of sale, return, receipt, transfer_in,"
            + " transfer_out, adjustment, count",
          "unknown_item line 6: item 'tea' is not known",
          "unknown_location line 7: location 'paris' is not known",
          "future_day line 8: at '2024-07-01' is in the future: today is 2024-06-30",
          "invalid_time line 9: at 'noon' is neither a time like 2026-04-24T06:30:00Z nor a date",
          "missing_value line 10: id is missing",
          "invalid_quantity line 11: quantity 'lots' is not a decimal number",
        ])
      #expect(try await warehouse.count("movement") == 0)
    }
  }

  @Test("a location's lines come from one source, and its demand and stock are told one way")
  func oneWay() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      try await warehouse.sync(.demand, "item,location,day,quantity\noats,leeds,2024-06-01,3\n")
      try await warehouse.move("1,sale,oats,york,2024-06-01,3")
      let mixed = await #expect(throws: BatchError.self) {
        try await warehouse.move("2,sale,oats,york,2024-06-01,3", "3,sale,oats,leeds,2024-06-01,1")
      }
      #expect(
        mixed?.sentence
          == "the demand of leeds is told by rows of demand, and one way only; nothing of this was"
          + " stored")
      #expect(mixed?.code == "told-otherwise")
      let reverse = await #expect(throws: BatchError.self) {
        try await warehouse.sync(.demand, "item,location,day,quantity\noats,york,2024-06-02,3\n")
      }
      #expect(reverse == .toldOtherwise([code("york")], told: .demand, fromMovements: true))
      let foreign = await #expect(throws: BatchError.self) {
        try await warehouse.move("1,sale,oats,york,2024-06-01,3", source: "till")
      }
      #expect(foreign == .foreignLocations([code("york")], owner: code("erp")))
      // What tells no demand may come beside rows of demand.
      try await warehouse.move("4,receipt,oats,leeds,2024-06-01,3")
      #expect(try await warehouse.count("movement") == 2)
    }
  }

  @Test("a watermark comes with lines as it comes with demand")
  func watermark() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      let receipt = try await warehouse.move(
        "1,sale,oats,leeds,2024-06-01,3", through: "2024-06-04")
      #expect(receipt.receipt.watermarkMoved)
      let histories = try await warehouse.histories(["north"], through: "2024-06-04")
      #expect(histories.map(\.values) == [[3, 0, 0, 0]])
    }
  }

  @Test("a day whose sale waits in quarantine is missing until a later batch brings that line")
  func missing() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      try await warehouse.move(
        "1,sale,oats,leeds,2024-06-01,3", "2,sale,oats,leeds,2024-06-02T10:00:00Z,three",
        "3,sale,oats,leeds,2024-06-02,5", "4,receipt,oats,leeds,2024-06-03,many",
        "5,sale,oats,leeds,2024-06-04,1", through: "2024-06-04")
      let waiting = try await warehouse.histories(["north"], through: "2024-06-04")
      #expect(waiting[0].values.map(\.isNaN) == [false, true, false, false])
      try await warehouse.move("6,sale,oats,leeds,2024-06-02,1")
      let still = try await warehouse.histories(["north"], through: "2024-06-04")
      #expect(still[0].values[1].isNaN)
      try await warehouse.move("2,sale,oats,leeds,2024-06-02T10:00:00Z,2")
      let mended = try await warehouse.histories(["north"], through: "2024-06-04")
      #expect(mended[0].values == [3, 8, 0, 1])
    }
  }

  @Test("a series whose only line turns out to be another item's is none")
  func emptied() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      try await warehouse.move("1,sale,oats,leeds,2024-06-01,3", through: "2024-06-02")
      try await warehouse.move("1,sale,rye,leeds,2024-06-01,3")
      let histories = try await warehouse.histories(["north"], through: "2024-06-02")
      #expect(histories.map { $0.series.item } == [code("rye")])
      try await warehouse.move("2,sale,oats,leeds,2024-06-02,1")
      let again = try await warehouse.histories(["north"], through: "2024-06-02")
      #expect(again.map(\.values) == [[1], [3, 0]])
    }
  }
}
