import Foundation
import Inventory
import Planning
import Postgres
import Storage
import TestKit
import Testing

@testable import Service

@Suite("A real retailer: three states, ten stores, seven departments")
struct DepartmentsTests {
  private static let file = "m5/store_dept_daily.csv.gz"
  private static let mapping = try? ColumnMapping(
    map: "item=dept_id,category=cat_id,location=store_id,region=state_id,day=date,quantity=units",
    ignore: "")

  @Test(
    "five years of sales become three reports, and every total agrees with the file",
    .enabled(if: SharedData.holds(file), "needs the real data beside the checkout"))
  func path() async throws {
    try await withDatabase(.migrated) { session, _ in
      let path = SharedData.url.appending(path: Self.file).path
      let mapping = try #require(Self.mapping)
      let clock = ZoneClock(asOf: day("2016-04-24"), deploymentZone: "America/Chicago")
      func sync(_ kind: SyncKind, _ path: String, _ mapping: ColumnMapping) async throws
        -> PushReceipt
      {
        try await Synchronisation.apply(
          Push(
            kind: kind, path: path, source: code("wms"),
            completeThrough: kind == .demand ? day("2016-04-24") : nil, mapping: mapping),
          clock: clock, to: session)
      }
      let calendar = try calendarFile()
      defer { try? FileManager.default.removeItem(at: calendar) }
      #expect(try await sync(.items, path, mapping).figures == [7, 133_903, 0, 0])
      #expect(try await sync(.locations, path, mapping).figures == [10, 133_900, 0, 0])
      let events = try await sync(.calendar, calendar.path, ColumnMapping())
      #expect(events.receipt.counts.quarantined == 0)
      #expect(try await sync(.demand, path, mapping).figures == [133_910, 0, 0, 0])

      for kind in [SyncKind.items, .locations, .demand] {
        let again = try await sync(kind, path, mapping)
        #expect(again.figures == [0, 133_910, 0, 0])
      }
      let (rows, units): (Int, Double) = try await session.run { db in
        try db.rows("SELECT count(*), sum(quantity) FROM demand")[0].decode(Int.self, Double.self)
      }
      #expect(rows == 133_910)
      #expect(units == 65_695_409)

      let summary = try await Training.run(clock: clock, in: session)
      #expect(summary.origin == day("2016-04-24"))
      #expect(summary.tiers == [.hybrid: 70])
      let all = try await session.run { db in
        try ForecastStore.forecasts(ofRun: summary.run, in: db)
      }
      let levels = Dictionary(grouping: all, by: \.node.level)
      #expect(levels.mapValues(\.count)[.itemLocation] == 70)
      #expect(levels.count == 9)
      let sums = levels.mapValues { forecasts in
        forecasts.reduce(into: [Int64](repeating: 0, count: 42)) { sum, forecast in
          for (place, mean) in forecast.means.enumerated() { sum[place] += mean }
        }
      }
      #expect(Set(sums.values).count == 1)
      for region in ["CA", "TX", "WI"] {
        let report = try await ProcurementReporting.report(
          region: code(region), clock: clock, in: session)
        #expect(report.lines.count == (region == "CA" ? 28 : 21))
        #expect(report.regionLines.count == 7)
        #expect(!report.isStale)
      }
    }
  }

  /// The retailer's own calendar in the format of `sync calendar`.
  private func calendarFile() throws -> URL {
    let output = FileManager.default.temporaryDirectory
      .appending(path: "calendar-\(UUID().uuidString).csv")
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [
      "python3", repositoryRoot.appending(path: "scripts/m5-to-sync").path, "calendar",
      SharedData.url.appending(path: "m5/calendar.csv").path, "--output", output.path,
    ]
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    return output
  }
}
