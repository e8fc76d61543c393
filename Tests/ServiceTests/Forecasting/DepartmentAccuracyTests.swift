import Foundation
import Inventory
import Planning
import TestKit
import Testing

@testable import Service

/// Seventy departments of ten stores, 1,913 days of real data beside the checkout.
@Suite(.enabled(if: SharedData.holds("m5/store_dept_daily.csv.gz")))
struct DepartmentAccuracyTests {
  /// The calendar as `scripts/m5-to-sync calendar` writes it.
  static func events() throws -> [CalendarEvent] {
    let text = try String(
      contentsOf: SharedData.url.appending(path: "m5/calendar.csv"), encoding: .utf8)
    let rows = text.split(whereSeparator: \.isNewline).map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    return rows.dropFirst().flatMap { row -> [CalendarEvent] in
      guard let day = Day(row[0]) else { return [] }
      let named = [7, 9].filter { !row[$0].isEmpty }.map {
        CalendarEvent(day: day, name: row[$0], kind: .holiday)
      }
      let paydays = [("CA", 11), ("TX", 12), ("WI", 13)].filter { row[$0.1] == "1" }.map {
        CalendarEvent(
          day: day, name: "SNAP", kind: .payday,
          scope: CalendarEvent.Scope(region: RegionCode($0.0)))
      }
      return named + paydays
    }
  }

  static func histories() throws -> [DemandHistory] {
    let mapping = try ColumnMapping(
      map: "day=date,region=state_id,location=store_id,category=cat_id,item=dept_id,quantity=units",
      ignore: "")
    let path = SharedData.url.appending(path: "m5/store_dept_daily.csv.gz").path
    return try FileBuckets(
      DemandFile(path, bucket: .day, mapping: mapping), bucket: .day, isComplete: false, name: path
    ).histories
  }

  @Test("nine levels of nodes, Christmas found by itself, errors and intervals as they should be")
  func christmas() throws {
    let histories = try Self.histories()
    #expect(histories.count == 70)
    let units = histories.reduce(0) { $0 + $1.values.reduce(0, +) }
    #expect(units == 65_695_409)
    let origin = try #require(Day("2015-12-06"))
    let table = try Forecaster.forecast(
      histories: histories, events: try Self.events(), origin: origin,
      settings: ForecastSettings(quantiles: [0.025, 0.975]))
    #expect(
      Level.allCases.map { level in table.nodes.count { $0.node.level == level } }
        == [1, 3, 10, 3, 7, 9, 21, 30, 70])
    let christmas = try #require(table.days.firstIndex { $0 == Day("2015-12-25") })
    for node in table.nodes {
      #expect(node.tier == .hybrid)
      #expect(node.means[christmas] == 0)
      #expect(node.quantiles.allSatisfy { $0[christmas] == 0 })
      #expect(node.means.count { $0 == 0 } == 1)
    }
    var accuracy = AccuracyTable(
      histories, bucket: .day, last: try #require(Day("2016-04-24")))
    accuracy.add(table)
    for line in accuracy.lines {
      // The hardest of the year's origins: 0.57 on average. Seasonal naive is near 1.
      #expect(try #require(line.wrmsse) < 0.75, "\(line.group)")
      #expect(abs(line.bias) < 0.05)
      // Days of one origin share an error; over fifteen origins it is 0.95.
      #expect(line.coverage > 0.65)
    }
    #expect(accuracy.lines.compactMap(\.wrmsse).reduce(0, +) / 9 < 0.6)
  }
}
