import Foundation
import Inventory
import Planning
import Postgres
import TestKit
import Testing

@testable import Service

/// The gate on the way that every run takes: from the database, through its trial of past origins,
/// to what readers are given.
@Suite("Runs are published and refused as the gate says", .serialized)
struct PublishedGateTests {
  /// Seventeen retailers and a hundred days of runs instead of one and three:
  /// `QUARTERMASTER_LONG_TESTS=1`.
  private static let isLong = ProcessInfo.processInfo.environment["QUARTERMASTER_LONG_TESTS"] == "1"

  /// A retailer whose data comes day by day.
  private struct Retailer {
    let session: Session
    let histories: [DemandHistory]
    /// The day before the first that comes later.
    let begin: Day

    /// - Parameter days: how many come later.
    init(seed: UInt64, days: Int, in session: Session) async throws {
      var random = SeededGenerator(seed: seed)
      let begin = Day("2024-05-01")! + Int.random(in: 0..<365, using: &random)
      histories = GateScene.retailer(through: begin + days, &random)
      (self.session, self.begin) = (session, begin)
      let warehouse = Warehouse(session: session, clock: Self.clock(begin))
      let series = histories.map(\.series)
      let places = Set(series.map { "\($0.location!),\($0.region!)\n" }).sorted()
      try await warehouse.sync(.locations, "location,region\n" + places.joined())
      let items = Set(series.map { "\($0.item!),\($0.category!)\n" }).sorted()
      try await warehouse.sync(.items, "item,category\n" + items.joined())
      try await send(from: .earliest, through: begin)
    }

    static func clock(_ day: Day) -> ZoneClock { ZoneClock(asOf: day, deploymentZone: "UTC") }

    func send(from first: Day, through last: Day) async throws {
      var rows = "item,location,day,quantity\n"
      for history in histories {
        for (number, value) in history.values.enumerated() {
          let day = history.start + number
          guard day >= first, day <= last else { continue }
          rows += "\(history.series.item!),\(history.series.location!),\(day),\(Int(value))\n"
        }
      }
      try await Warehouse(session: session, clock: Self.clock(last)).sync(
        .demand, rows, through: "\(last)")
    }

    func train(
      on day: Day, _ alter: (@Sendable (ForecastTable) -> ForecastTable)? = nil
    ) async throws -> RunRefusal? {
      let maker = alter.map { alter in
        ForecastMaker { alter(try ForecastMaker.standard.make($0, $1, $2)) }
      }
      return try await Training.run(
        by: maker ?? .standard, clock: Self.clock(day), in: session
      ).refusal
    }
  }

  @Test("a hundred bad challengers of six kinds are refused, and readers keep the champion")
  func bad() async throws {
    var random = SeededGenerator(seed: 31)
    var refused = 0
    for seed in 0..<(Self.isLong ? 17 : 1) {
      try await withDatabase(.migrated) { session, _ in
        let retailer = try await Retailer(seed: UInt64(seed), days: 28, in: session)
        #expect(try await retailer.train(on: retailer.begin) == nil)
        for fault in GateScene.faults(of: retailer.histories, &random) {
          let refusal = try await retailer.train(on: retailer.begin, fault.alter)
          #expect(refusal?.champion == 1, "retailer \(seed): \(fault.name)")
          refused += refusal == nil ? 0 : 1
        }
      }
    }
    #expect(refused >= (Self.isLong ? 100 : 6))
  }

  @Test("of the runs of a hundred days in a row at least 95 are published")
  func honest() async throws {
    let (retailers, days) = Self.isLong ? (5, 20) : (1, 3)
    var refusals: [String] = []
    for seed in 50..<50 + retailers {
      try await withDatabase(.migrated) { session, _ in
        let retailer = try await Retailer(seed: UInt64(seed), days: days, in: session)
        #expect(try await retailer.train(on: retailer.begin) == nil)
        for number in 1...days {
          let day = retailer.begin + number
          try await retailer.send(from: day, through: day)
          if let refusal = try await retailer.train(on: day) {
            refusals.append("retailer \(seed), day \(number): \(refusal.reason)")
          }
        }
      }
    }
    #expect(refusals.count * 20 <= retailers * days, "\(refusals)")
  }
}
