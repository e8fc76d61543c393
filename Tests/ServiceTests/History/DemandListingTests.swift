import Inventory
import Planning
import Postgres
import Storage
import TestKit
import Testing

@testable import Service

@Suite("A series day by day, and a number's life")
struct DemandListingTests {
  private static let header = "item,location,day,quantity,revision\n"

  /// Leeds is closed on Sundays but for the 16th, and was out of oats from the 4th on.
  private func stocked(_ session: Session) async throws -> Warehouse {
    let warehouse = try await Warehouse.stocked(session)
    try await warehouse.sync(
      .locations, "location,region,closed_weekdays\nleeds,north,Sun\n", source: "master")
    try await warehouse.sync(
      .calendar, "day,name,kind,location\n2024-06-16,fair,open,leeds\n2024-06-06,feast,closed,\n",
      source: "master")
    try await warehouse.sync(
      .demand,
      Self.header + """
        oats,leeds,2024-06-01,5,1
        oats,leeds,2024-06-04,2,1
        oats,leeds,2024-06-05,0,1
        oats,leeds,2024-06-07,many,1
        oats,leeds,2024-06-18,4,1
        """)
    try await warehouse.sync(.demand, Self.header, key: "told", through: "2024-06-17")
    try await warehouse.sync(
      .stock, "item,location,as_of,on_hand\noats,leeds,2024-06-03,0\noats,leeds,2024-06-05,3\n")
    return warehouse
  }

  private func listing(
    _ warehouse: Warehouse, from: String? = nil, to: String? = nil, version: Int64? = nil
  ) async throws -> DemandListing {
    var query = DemandListing.Query(item: code("oats"), location: code("leeds"))
    (query.from, query.through) = (from.map(day), to.map(day))
    query.version = version
    return try await DemandListing.read(query, clock: warehouse.clock, in: warehouse.session)
  }

  @Test("each day is told, zero, missing, closed or out of stock")
  func states() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await stocked(session)
      let shown = try await listing(warehouse, from: "2024-05-01", to: "2024-06-19")
      #expect(shown.days.first?.day == day("2024-06-01"), "before the first row there is nothing")
      let states = shown.days.map { "\($0.day.civil.day) \($0.state)" }
      #expect(
        states == [
          "1 demand", "2 closed", "3 zero", "4 stockout", "5 demand", "6 closed", "7 missing",
          "8 zero", "9 closed", "10 zero", "11 zero", "12 zero", "13 zero", "14 zero", "15 zero",
          "16 zero", "17 zero", "18 demand", "19 missing",
        ])
      #expect(shown.days[3].quantity == 2 && shown.days[4].quantity == 0)
      #expect(shown.completeThrough == day("2024-06-17"))
    }
  }

  @Test("without days it ends with the last that is told or complete, and shows four weeks")
  func window() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await stocked(session)
      let shown = try await listing(warehouse)
      #expect(shown.days.last?.day == day("2024-06-18"))
      #expect(shown.days.count == 18)
      #expect(try await listing(warehouse, from: "2024-06-10").days.count == 9)
      #expect(try await listing(warehouse, to: "2024-05-31").days.isEmpty)
    }
  }

  @Test("an earlier version shows what was told by then")
  func versions() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await stocked(session)
      let before = try await listing(warehouse)
      let receipt = try await warehouse.sync(
        .demand, Self.header + "oats,leeds,2024-06-01,9,2\noats,leeds,2024-05-30,1,1\n")
      #expect(receipt.figures == [2, 0, 0, 0])
      let after = try await listing(warehouse)
      #expect(after.days.first?.day == day("2024-05-30"))
      #expect(after.days[2].quantity == 9)
      let again = try await listing(warehouse, version: before.version)
      #expect(again.days == before.days && again.version == before.version)
      #expect(DemandFormat.csv.text(of: again) == DemandFormat.csv.text(of: before))
    }
  }

  @Test("what is no series, and too many days, are refused")
  func refusals() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await stocked(session)
      let query = DemandListing.Query(item: code("soap"), location: code("leeds"))
      await #expect(throws: DemandRefusal.unknownSeries(code("soap"), code("leeds"))) {
        try await DemandListing.read(query, clock: warehouse.clock, in: session)
      }
      await #expect(
        throws: DemandRefusal.endsBeforeBeginning(day("2024-06-02"), day("2024-06-01"))
      ) {
        try await listing(warehouse, from: "2024-06-02", to: "2024-06-01")
      }
      await #expect(throws: DemandRefusal.tooManyDays(3_664)) {
        try await listing(warehouse, from: "2014-06-01", to: "2024-06-11")
      }
    }
  }

  @Test("a number's life names every value, who told it, and since when it stood")
  func life() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      func tell(_ quantity: String, _ revision: Int) async throws {
        try await warehouse.sync(
          .demand, Self.header + "oats,leeds,2024-06-01,\(quantity),\(revision)\n",
          key: "told-\(quantity)-\(revision)")
      }
      try await tell("5", 1)
      try await tell("7", 2)
      try await tell("7", 3)
      try await tell("x", 4)
      try await tell("9", 5)
      let life = try await NumberLife.read(
        ofItem: code("oats"), at: code("leeds"), on: day("2024-06-01"), in: session)
      #expect(life.values.map(\.state) == ["replaced", "replaced", "quarantine", "stands"])
      #expect(life.values.map(\.quantity) == [5, 7, nil, 9])
      #expect(life.values.map { $0.revision?.description } == ["1", "3", nil, "5"])
      #expect(life.values.map(\.fromVersion) == [3, 4, nil, 7])
      #expect(life.values.map(\.throughVersion) == [3, 6, nil, nil])
      #expect(life.values.map(\.key) == ["told-5-1", "told-7-2", "told-x-4", "told-9-5"])
      #expect(life.values[0].replacedBy == life.values[1].batch)
      #expect(life.values[2].rawText == "oats,leeds,2024-06-01,x,4")
      let row = try #require(
        try await Quarantine.list(QuarantineQuery(limit: 9), in: session).first)
      _ = try await Quarantine.discard(.ids([row.id]), because: "a test", by: "me", in: session)
      let settled = try await NumberLife.read(
        ofItem: code("oats"), at: code("leeds"), on: day("2024-06-01"), in: session)
      #expect(settled.values[2].state == "discarded")
      #expect(settled.values[2].fateText == "discarded in batch 8")
      let unsaid = try await NumberLife.read(
        ofItem: code("oats"), at: code("leeds"), on: day("2024-06-02"), in: session)
      #expect(unsaid.values.isEmpty)
    }
  }

  @Test("of two values of one revision the life names the one that lost")
  func conflict() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      for quantity in [5, 6, 7, 8] {
        try await warehouse.sync(
          .demand, Self.header + "oats,leeds,2024-06-01,\(quantity),1\n", key: "told-\(quantity)")
      }
      let life = try await NumberLife.read(
        ofItem: code("oats"), at: code("leeds"), on: day("2024-06-01"), in: session)
      #expect(life.values.count == 4)
      #expect(life.values.count { $0.state == "stands" } == 1)
      #expect(life.values.allSatisfy { ["stands", "replaced", "conflict"].contains($0.state) })
      #expect(Set(life.values.map(\.key)).count == 4)
    }
  }

  @Test("times are told as times, numbers as numbers")
  func revisions() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      try await warehouse.sync(
        .demand, "item,location,day,quantity\noats,leeds,2024-06-01,5\n",
        generatedAt: "2024-06-02T03:00:00Z")
      let life = try await NumberLife.read(
        ofItem: code("oats"), at: code("leeds"), on: day("2024-06-01"), in: session)
      #expect(life.values.map { $0.revision?.description } == ["2024-06-02T03:00:00Z"])
    }
  }
}
