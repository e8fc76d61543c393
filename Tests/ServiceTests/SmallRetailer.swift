import Inventory
import Postgres
import TestKit

@testable import Service

/// A small retailer whose data comes day by day.
enum SmallRetailer {
  static let header = "item,location,day,quantity\n"
  static let items = ["oats", "soap"]

  /// Four months of two items at three locations, through the end of June 2024; the north and the
  /// south have sources of their own.
  static func seeded(_ session: Session) async throws -> Warehouse {
    let warehouse = try await Warehouse.stocked(session)
    try await send(to: warehouse, from: day("2024-03-01"), through: day("2024-06-30"))
    return warehouse
  }

  /// Brings the days of a span, each as it always is.
  static func send(
    to warehouse: Warehouse, from first: Day, through last: Day, scale: Double = 1,
    regions: [String] = ["north", "south"]
  ) async throws {
    for region in regions {
      var rows = ""
      for location in region == "north" ? ["leeds", "york"] : ["bath"] {
        for (rank, item) in items.enumerated() {
          for day in first...last {
            let units = (units(rank, location, on: day) * scale).rounded()
            rows += "\(item),\(location),\(day),\(Int(units))\n"
          }
        }
      }
      try await warehouse.sync(
        .demand, header + rows, source: "\(region)-erp", through: last.description)
    }
  }

  private static func units(_ rank: Int, _ location: String, on day: Day) -> Double {
    var random = SeededGenerator(
      seed: UInt64(Int(day.ordinal) * 1000 + rank * 10 + location.utf8.count))
    let weekday = day.weekday > 5 ? 1.6 : 1
    return Double(30 / (rank + 1)) * weekday * Double.random(in: 0.7...1.3, using: &random)
  }

  /// Trains, and publishes the run whatever the gate says: its data is too small to judge by.
  static func publish(_ clock: ZoneClock, in session: Session) async throws -> TrainingSummary {
    let summary = try await Training.run(clock: clock, in: session)
    guard let refusal = summary.refusal else { return summary }
    _ = try await Promotions.promote(
      refusal.run, isForced: true, reason: "a test", by: "ann", in: session)
    return summary
  }

  static func clock(_ text: String) -> ZoneClock {
    ZoneClock(asOf: day(text), deploymentZone: "UTC")
  }
}
