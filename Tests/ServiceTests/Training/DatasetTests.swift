import Inventory
import Planning
import Postgres
import Storage
import TestKit
import Testing

@testable import Service

@Suite("What training sees")
struct DatasetTests {
  private let header = "item,location,day,quantity\n"

  @Test("a day without a row up to the watermark is zero, before the first row there is nothing")
  func missingIsNotZero() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      try await warehouse.sync(
        .demand,
        header + "oats,leeds,2024-06-03,5\noats,leeds,2024-06-05,2\nrye,leeds,2024-06-04,1\n",
        through: "2024-06-06")
      let histories = try await warehouse.histories(["north"], through: "2024-06-06")
      #expect(histories.map(\.start) == [day("2024-06-03"), day("2024-06-04")])
      #expect(histories.map(\.values) == [[5, 0, 2, 0], [1, 0, 0]])
    }
  }

  @Test("a launched item has zeros before its first row, but not before its location's")
  func launched() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      try await warehouse.sync(.items, "item,launched\noats,2024-06-02\nrye,1999-01-01\n")
      try await warehouse.sync(
        .demand,
        header + "oats,leeds,2024-06-04,5\nrye,leeds,2024-06-04,1\nsoap,leeds,2024-06-01,1\n",
        through: "2024-06-04")
      let histories = try await warehouse.histories(["north"], through: "2024-06-04")
      let starts = Dictionary(
        uniqueKeysWithValues: histories.map { ($0.series.item?.text ?? "", $0.start) })
      #expect(starts["oats"] == day("2024-06-02"))
      #expect(starts["rye"] == day("2024-06-01"))
    }
  }

  @Test("a day whose row waits in quarantine is missing, until another row tells it")
  func quarantined() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      try await warehouse.sync(
        .demand, header + "oats,leeds,2024-06-01,5\noats,leeds,2024-06-02,many\n")
      try await warehouse.sync(
        .demand, header + "oats,leeds,2024-06-03,1\n", through: "2024-06-03")
      let waiting = try await warehouse.histories(["north"], through: "2024-06-03")
      #expect(waiting[0].values.map(\.isNaN) == [false, true, false])
      try await warehouse.sync(.demand, header + "oats,leeds,2024-06-02,4\n")
      let told = try await warehouse.histories(["north"], through: "2024-06-03")
      #expect(told[0].values == [5, 4, 1])
    }
  }

  @Test("a day is a stockout when nothing is on hand at its start and at its end")
  func stockouts() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      try await warehouse.sync(
        .demand, header + "oats,leeds,2024-06-01,5\n", through: "2024-06-08")
      try await warehouse.sync(
        .stock,
        """
        item,location,as_of,on_hand
        oats,leeds,2024-06-01,4
        oats,leeds,2024-06-02,0
        oats,leeds,2024-06-04,0
        oats,leeds,2024-06-05T12:00:00Z,9
        oats,leeds,2024-06-06T12:00:00Z,-1
        """)
      let histories = try await warehouse.histories(["north"], through: "2024-06-08")
      // Sold out during the 2nd and the 6th, restocked during the 5th: those days sold something.
      let days = histories[0].stockouts.map { histories[0].start + $0 }
      #expect(days == [day("2024-06-03"), day("2024-06-04"), day("2024-06-07"), day("2024-06-08")])
    }
  }

  @Test("an item that has ended is closed from the day after on")
  func ended() async throws {
    try await withDatabase(.migrated) { session, _ in
      var warehouse = try await Warehouse.stocked(session)
      let days = (0..<60).map { day("2024-05-02") + $0 }.filter { $0 <= day("2024-06-30") }
      let rows = days.map { "oats,leeds,\($0),7\nrye,leeds,\($0),7\n" }.joined()
      try await warehouse.sync(.items, "item,ended\noats,2024-07-05\n")
      try await warehouse.sync(.demand, header + rows, through: "2024-06-30")
      warehouse.clock = ZoneClock(asOf: day("2024-06-30"), deploymentZone: "UTC")
      let summary = try await Training.run(clock: warehouse.clock, in: session)
      let forecasts = try await session.run { db in
        try ForecastStore.forecasts(
          ofRun: summary.run, region: code("north"), level: .itemLocation, in: db)
      }
      let oats = forecasts.first { $0.node.item == code("oats") }
      let rye = forecasts.first { $0.node.item == code("rye") }
      #expect(oats?.means.prefix(5).allSatisfy { $0 > 0 } == true)
      #expect(oats?.means.dropFirst(5).allSatisfy { $0 == 0 } == true)
      #expect(rye?.means.allSatisfy { $0 > 0 } == true)
    }
  }
}
