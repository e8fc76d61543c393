import Inventory
import Planning
import Postgres
import Storage
import TestKit
import Testing

@testable import Service

@Suite("Pushes of mapped sources")
struct MappedPushTests {
  private static let german = """
    Artikel;Lager;Tag;Menge;Einheit
    oats;leeds;01.06.2024;1.234,5;
    oats;york;02.06.2024;2,5;VE
    rye;york;02.06.2024;3;Dutzend
    soap;leeds;02.06.2024;1;VE
    oats;leeds;03.06.2024;1;Palette

    """

  private static var words: MappingText {
    var text = MappingText()
    text.columns = [
      "item": "Artikel", "location": "Lager", "day": "Tag", "quantity": "Menge",
      "unit": "Einheit",
    ]
    (text.delimiter, text.decimal, text.thousands) = (";", ",", ".")
    text.dateFormat = "dd.MM.yyyy"
    text.units = ["VE": "pack", "Dutzend": "12"]
    return text
  }

  private func map(
    _ text: MappingText, _ kind: SyncKind = .demand, in session: Session
  ) async throws -> Mappings.Outcome {
    try await Mappings.set(
      ColumnMapping(text, kind: kind), source: code("erp"), kind: kind, actor: "test",
      in: session)
  }

  private func warehouse(_ session: Session) async throws -> Warehouse {
    let warehouse = try await Warehouse.stocked(session)
    try await warehouse.sync(.items, "item,unit,pack_size\noats,bag,6\nrye,bag,\nsoap,,\n")
    return warehouse
  }

  @Test("a spreadsheet of another language is read by its source's mapping")
  func german() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await warehouse(session)
      #expect(try await map(Self.words, in: session).record.version == 1)
      let receipt = try await warehouse.sync(.demand, Self.german)
      #expect(receipt.figures == [3, 0, 0, 2])
      #expect(receipt.receipt.mappingVersion == 1)
      #expect(receipt.text.contains("read with mapping version 1"))
      #expect(
        try await warehouse.demand() == [
          "oats leeds 2024-06-01 1234.5", "oats york 2024-06-02 15.0",
          "rye york 2024-06-02 36.0",
        ])
      #expect(
        receipt.firstQuarantined.map(\.message) == [
          "line 5: unit 'VE' is a pack, and the item has no pack_size",
          "line 6: unit 'Palette' is not known: the item's own is 'bag', and its source maps no"
            + " such unit",
        ])
      #expect(receipt.codes == ["unknown_unit", "unknown_unit"])
    }
  }

  @Test("a row whose unit is unknown leaves its day missing, not zero")
  func missing() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await warehouse(session)
      try await warehouse.sync(
        .demand,
        """
        item,location,day,quantity,unit
        oats,leeds,2024-06-01,1,bag
        oats,leeds,2024-06-02,1,case
        oats,leeds,2024-06-03,4,
        """, through: "2024-06-03")
      _ = try await session.run { db in
        // The share of bad rows held the watermark up; it is not what is tested.
        try db.execute(
          """
          INSERT INTO watermark (location_id, batch_id, complete_through)
          SELECT location_id, (SELECT max(batch_id) FROM batch), '2024-06-03' FROM location
          """)
      }
      let values = try await warehouse.histories(["north"], through: "2024-06-03")[0].values
      #expect(values[0] == 1 && values[1].isNaN && values[2] == 4)
    }
  }

  @Test("stock is counted in units and by the location's clocks")
  func stock() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await warehouse(session)
      try await warehouse.sync(
        .locations, "location,region,time_zone\nleeds,north,Europe/Berlin\n")
      var words = MappingText()
      words.dateFormat = "dd.MM.yyyy HH:mm"
      words.units = ["case": "pack"]
      _ = try await map(words, .stock, in: session)
      let receipt = try await warehouse.sync(
        .stock,
        """
        item,location,as_of,on_hand,on_order,unit
        oats,leeds,01.06.2024 06:30,2,1,case
        oats,york,01.06.2024 06:30,2,1,bag
        oats,leeds,2024-06-01,2,1,
        rye,leeds,01.06.2024 06:30,2,1,case
        """)
      #expect(receipt.figures == [2, 0, 0, 2])
      #expect(receipt.codes == ["invalid_time", "unknown_unit"])
      let stock = try await session.run { db in
        try db.rows(
          "SELECT as_of, on_hand, on_order FROM stock ORDER BY as_of"
        ).map { row in
          "\(try row[0] as Instant) \(try row[1] as Double) \(try row[2] as Double)"
        }
      }
      #expect(stock == ["2024-06-01T04:30:00Z 12.0 6.0", "2024-06-01T06:30:00Z 2.0 1.0"])
    }
  }

  @Test("a push that brings its own columns takes nothing of the mapping")
  func ownColumns() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await warehouse(session)
      _ = try await map(Self.words, in: session)
      let receipt = try await warehouse.sync(
        .demand, "sku,location,day,quantity\noats,leeds,2024-06-01,3\n",
        mapping: ColumnMapping(theirs: [.item: "sku"]))
      #expect(receipt.figures == [1, 0, 0, 0])
      #expect(receipt.receipt.mappingVersion == nil)
    }
  }

  @Test("a retry after a change of the mapping is the same push; a later push takes the new one")
  func retry() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await warehouse(session)
      _ = try await map(Self.words, in: session)
      let first = try await warehouse.sync(.demand, Self.german, key: "k1")
      var words = Self.words
      words.units["Palette"] = "72"
      #expect(try await map(words, in: session).record.version == 2)
      let again = try await warehouse.sync(.demand, Self.german, key: "k1")
      #expect(again.receipt.isRepeated && again.figures == first.figures)
      #expect(again.receipt.mappingVersion == 1)
      let next = try await warehouse.sync(.demand, Self.german, key: "k2")
      #expect(next.receipt.mappingVersion == 2)
      #expect(next.figures == [1, 3, 0, 1])
      // Without a key the content is the key, and it was read otherwise.
      #expect(!(try await warehouse.sync(.demand, Self.german)).receipt.isRepeated)
    }
  }

  @Test("versions are kept, what says the same makes none, and the audit tells who")
  func versions() async throws {
    try await withDatabase(.migrated) { session, _ in
      _ = try await warehouse(session)
      #expect(try await map(Self.words, in: session).isNew)
      #expect(!(try await map(Self.words, in: session)).isNew)
      let ended = try await Mappings.end(
        source: code("erp"), kind: .demand, actor: "ann", in: session)
      #expect(ended.record.version == 2 && ended.record.text == MappingText())
      await #expect(throws: UnknownMapping.self) {
        _ = try await Mappings.end(
          source: code("erp"), kind: .demand, actor: "ann", in: session)
      }
      let audit = try await session.run { db in try AuditStore.latest(2, in: db) }
      #expect(audit.map(\.action) == ["mapping-ended", "mapping-set"])
      #expect(
        audit.map(\.subject) == [
          "demand of erp, version 2", "demand of erp, version 1",
        ])
      let receipt = try await Warehouse(session: session).sync(
        .demand, "item,location,day,quantity\noats,leeds,2024-06-01,3\n")
      #expect(receipt.receipt.mappingVersion == nil && receipt.figures == [1, 0, 0, 0])
    }
  }

  @Test("a file cut by semicolons is refused with the command that maps it")
  func advice() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await warehouse(session)
      await #expect {
        try await warehouse.sync(.demand, Self.german)
      } throws: { error in
        FailureReport(error).sentence
          == "the content has its columns separated by ';'; separate them by commas, or say that"
          + " this source's files are so: quartermaster sources map erp demand --delimiter ';'"
      }
      #expect(try await warehouse.count("batch") == 3)
    }
  }

  @Test("a column that the mapping does not name is refused without leading away from the mapping")
  func unknownColumn() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await warehouse(session)
      var words = MappingText()
      words.delimiter = ";"
      _ = try await map(words, in: session)
      await #expect {
        try await warehouse.sync(.demand, "item;location;day;Menge\noats;leeds;2024-06-01;1\n")
      } throws: { error in
        let report = FailureReport(error)
        return report.code == "unknown-column"
          && report.sentence
            == "unknown column 'Menge': say --column OURS=Menge or --ignore Menge with the rest of"
            + " the mapping that 'quartermaster sources show erp demand' shows"
      }
    }
  }
}
