import Foundation
import Inventory
import Planning
import Postgres
import Storage
import TestKit
import Testing

@testable import Service

@Suite("Flags of a run")
struct FlagListingTests {
  private static let header = "item,location,day,quantity\n"

  /// Two regions that sell the same every week, and a forecast of them.
  private func trained(_ session: Session) async throws -> Warehouse {
    let warehouse = try await Warehouse.stocked(session)
    for (source, locations) in [("north-erp", ["leeds", "york"]), ("south-erp", ["bath"])] {
      var rows = ""
      for location in locations {
        for (rank, item) in ["oats", "rye", "soap"].enumerated() {
          for offset in 0..<400 {
            let day = day("2024-06-30") - offset
            rows += "\(item),\(location),\(day),\(units(rank, day))\n"
          }
        }
      }
      try await warehouse.sync(
        .demand, Self.header + rows, source: source, through: "2024-06-30")
    }
    _ = try await Training.run(clock: warehouse.clock, in: session)
    return warehouse
  }

  private func units(_ rank: Int, _ day: Day) -> Int { (day.weekday > 5 ? 30 : 20) + 7 * rank }

  @Test("a steady retailer has no flags, and training says so")
  func steady() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await trained(session)
      let again = try await Training.run(clock: warehouse.clock, in: session)
      #expect(again.flags == [:])
      #expect(again.text.contains("\nno flags"))
      let listing = try await FlagListing.read(in: session)
      #expect(listing.run == again.run && listing.flags.isEmpty)
      #expect(FlagFormat.table.text(of: listing).hasSuffix("as of 2024-06-30: no flags\n"))
    }
  }

  @Test("a warehouse that reports zeros is flagged in the run's own transaction, a late one once")
  func flagged() async throws {
    try await withDatabase(.migrated) { session, _ in
      var warehouse = try await trained(session)
      // Leeds says its days are complete and sends none; the south is late.
      var rows = ""
      for offset in 1...6 {
        for (rank, item) in ["oats", "rye", "soap"].enumerated() {
          let day = day("2024-06-30") + offset
          rows += "\(item),york,\(day),\(units(rank, day))\n"
        }
      }
      warehouse.clock = ZoneClock(asOf: day("2024-07-06"), deploymentZone: "UTC")
      try await warehouse.sync(
        .demand, Self.header + rows, source: "north-erp", through: "2024-07-06")
      let summary = try await Training.run(clock: warehouse.clock, in: session)
      let listing = try await FlagListing.read(in: session)
      #expect(listing.flags.allSatisfy { $0.run == summary.run })
      #expect(listing.flags.map(\.id) == listing.flags.map(\.id).sorted())
      #expect(
        listing.flags.map(\.flag.severity)
          == listing.flags.map(\.flag.severity).sorted(by: >))
      let stale = listing.flags.filter { $0.flag.rule == .staleRegion }
      #expect(stale.map(\.flag.region) == [code("south")])
      #expect(stale.first?.flag.found == 5)
      let jumps = listing.flags.filter { $0.flag.rule == .levelJump }
      #expect(jumps.map(\.flag.node?.location) == [code("leeds")])
      #expect((jumps.first?.flag.found ?? 0) < (jumps.first?.flag.expected ?? 0))
      #expect(summary.flags.values.reduce(0, +) == listing.flags.count)

      let north = try await FlagListing.read(region: code("north"), in: session)
      #expect(north.flags.allSatisfy { $0.flag.region == code("north") })
      #expect(try await FlagListing.read(run: summary.run - 1, in: session).flags.isEmpty)
      let page = try await FlagListing.read(after: listing.flags[0].id, limit: 1, in: session)
      #expect(page.flags == Array(listing.flags.dropFirst().prefix(1)))
      let status = try await Status.read(clock: warehouse.clock, in: session)
      #expect(status.flags == summary.flags)
      #expect(status.text.contains("Flags: "))

      let json = try JSONSerialization.jsonObject(
        with: Data(FlagFormat.json.text(of: listing).utf8))
      let object = try #require(json as? [String: Any])
      let flags = try #require(object["flags"] as? [[String: Any]])
      #expect(flags.map { $0["message"] as? String } == listing.flags.map(\.flag.message))
      #expect(flags.first?["id"] as? Int64 == listing.flags.first?.id)
    }
  }

  @Test("without a run, or for one that is none, the sentence says so")
  func refusals() async throws {
    try await withDatabase(.migrated) { session, _ in
      let none = await #expect(throws: FlagListingRefusal.self) {
        try await FlagListing.read(in: session)
      }
      #expect(none?.sentence.contains("quartermaster train") == true)
      _ = try await trained(session)
      let unknown = await #expect(throws: FlagListingRefusal.self) {
        try await FlagListing.read(run: 99, in: session)
      }
      #expect(unknown == .unknownRun(99))
      let region = await #expect(throws: ReportRefusal.self) {
        try await FlagListing.read(region: code("west"), in: session)
      }
      #expect(region?.sentence.isEmpty == false)
    }
  }

  @Test("a run that cannot be published leaves no flag behind")
  func atomic() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await trained(session)
      let record = try await session.run { db in
        let record = try #require(try RunStore.published(in: db))
        return RunRecord(
          datasetVersion: record.datasetVersion, contentDigest: Array(repeating: 0, count: 32),
          asOf: record.asOf, origin: record.origin, horizon: 28, quantiles: record.quantiles,
          series: 0, observations: 0, codeVersion: "", processorCore: "",
          startedAt: warehouse.clock.now, regions: [])
      }
      let flag = Flag(
        rule: .staleRegion, severity: .warning, region: code("north"), node: nil, expected: nil,
        found: nil, message: "late")
      struct Halted: Error {}
      await #expect(throws: Halted.self) {
        try await session.run { db in
          try db.transaction { db in
            _ = try RunStore.publish(record, [], flags: [flag], reason: "test", in: db)
            throw Halted()
          }
        }
      }
      #expect(try await warehouse.count("flag") == 0)
    }
  }
}
