import Inventory
import Planning
import Postgres
import Storage
import TestKit
import Testing

@testable import Service

@Suite("Prices of a warehouse system")
struct PriceSynchronisationTests {
  private static let header = "item,from,price,location,region,promotion\n"

  private func prices(_ session: Session) async throws -> [String] {
    try await session.run { db in
      try PriceStore.prices(in: db).map { price in
        [
          price.item.text, price.from.description, price.amount, price.location?.text ?? "-",
          price.region?.text ?? "-", price.isPromotion ? "promotion" : "price",
        ].joined(separator: " ")
      }
    }
  }

  @Test("prices stand as they were sent, once; what cannot be one is quarantined")
  func sent() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      let text =
        Self.header + """
          oats,2024-06-01,2.50,,,
          oats,2024-06-10,1.99,,north,true
          rye,2024-06-01,3,leeds,,0
          rye,2024-08-01,3.2,leeds,,1
          rum,2024-06-01,3,,,
          rye,2024-06-01,3,paris,,
          rye,2024-06-01,-3,,,
          rye,2024-06-01,,,,
          rye,2024-06-01,3,,,maybe

          """
      let receipt = try await warehouse.sync(.prices, text)
      #expect(receipt.figures == [4, 0, 0, 5])
      #expect(
        Set(receipt.codes) == [
          "unknown_item", "unknown_location", "invalid_number", "missing_value", "invalid_flag",
        ])
      let standing = [
        "oats 2024-06-10 1.99 - north promotion", "oats 2024-06-01 2.5 - - price",
        "rye 2024-06-01 3 leeds - price", "rye 2024-08-01 3.2 leeds - promotion",
      ]
      #expect(try await prices(session) == standing)
      // The same price in other digits is the same.
      let again = try await warehouse.sync(
        .prices, Self.header + "oats,2024-06-01,2.5,,,false\n", key: "again")
      #expect(again.figures == [0, 1, 0, 0])
    }
  }

  @Test("the higher revision stands, whichever came first; an absent column keeps what stands")
  func revisions() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      let late = "2024-06-02T00:00:00Z"
      let early = "2024-06-01T00:00:00Z"
      try await warehouse.sync(
        .prices, Self.header + "oats,2024-06-01,2,,,true\n", generatedAt: late)
      let stale = try await warehouse.sync(
        .prices, Self.header + "oats,2024-06-01,9,,,\n", generatedAt: early)
      #expect(stale.figures == [0, 0, 1, 0])
      try await warehouse.sync(
        .prices, "item,from,price\noats,2024-06-01,3\n", generatedAt: "2024-06-03T00:00:00Z")
      #expect(try await prices(session) == ["oats 2024-06-01 3 - - promotion"])
    }
  }

  @Test("training knows promotions that prices tell of")
  func training() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      var (rows, prices) = ("", "")
      for offset in 0..<400 {
        let date = day("2024-06-30") - offset
        let isPromoted = offset % 40 < 4 && offset > 0
        rows += "oats,leeds,\(date),\(isPromoted ? 60 : 20)\n"
        if isPromoted, offset % 40 == 3 || offset == 3 { prices += "oats,\(date),1.5,,,true\n" }
        if !isPromoted, offset % 40 == 39 || offset == 0 { prices += "oats,\(date),2,,,\n" }
      }
      prices += "oats,2024-07-05,1.5,,,true\noats,2024-07-08,2,,,\n"
      try await warehouse.sync(
        .demand, "item,location,day,quantity\n" + rows, through: "2024-06-30")
      let receipt = try await warehouse.sync(.prices, Self.header + prices)
      #expect(receipt.figures[3] == 0)
      let summary = try await Training.run(clock: warehouse.clock, in: session)
      let forecast = try #require(
        try await session.run { db in
          try ForecastStore.forecasts(
            ofRun: summary.run, region: code("north"), level: .itemLocation, in: db)
        }.first)
      let means = forecast.means.map { Double($0) / 1000 }
      #expect(means[4...6].allSatisfy { $0 > 1.5 * means[0] })
      #expect(means[7...13].allSatisfy { $0 < 1.3 * means[0] })
    }
  }

  @Test("a file of prices is read whole, or refused with its line")
  func file() throws {
    let text = "item,from,price,promotion\noats,2024-06-01,2.5,1\n"
    let prices = try PriceFile.prices(ByteSource(.chunks([Array(text.utf8)])), "prices.csv")
    #expect(
      prices == [
        Price(item: code("oats"), from: day("2024-06-01"), amount: "2.5", isPromotion: true)
      ]
    )
    let failure = #expect(throws: ForecastInputFailure.self) {
      try PriceFile.prices(
        ByteSource(.chunks([Array("item,from,price\noats,someday,2\n".utf8)])), "prices.csv")
    }
    #expect(failure?.sentence.contains("prices.csv, line 2: from 'someday'") == true)
  }
}
