import Foundation
import Inventory
import Planning
import TestKit
import Testing

@testable import Service

/// Flags against what is known to be wrong. The full scores, whose figures stand in
/// docs/detection.md, take minutes: set QUARTERMASTER_SCORE to run them.
@Suite("Detection on the generated retailer", .serialized)
struct DetectionScoreTests {
  private static let isAsked = ProcessInfo.processInfo.environment["QUARTERMASTER_SCORE"] != nil

  @Test("a dead warehouse raises a flag of its location, and the day before raised none")
  func deadWarehouse() throws {
    let retail = try RetailHistories(Day(ordinal: 19_000)...Day(ordinal: 20_280))
    let dead = try #require(
      retail.world.planted.last {
        $0.kind == .deadWarehouse && $0.days.lowerBound > retail.days.lowerBound + 1100
          && $0.days.upperBound <= retail.days.upperBound
      })
    var runs = RetailRuns(retail)
    let place = retail.world.assortment.places[dead.place].location
    let before = try runs.flags(on: dead.days.lowerBound - 1)
    #expect(before.count(where: { $0.severity > .info }) <= 3)
    let during = try runs.flags(on: dead.days.lowerBound + 4)
    #expect(during.contains { $0.node?.location == place.code && $0.rule == .levelJump })
    #expect(during.allSatisfy { !$0.message.isEmpty && $0.region != nil || $0.node != nil })
  }

  @Test(
    "four of five planted abnormalities are found, at few false alarms a run", .enabled(if: isAsked)
  )
  func score() throws {
    let span = Day(ordinal: 18_300)...Day(ordinal: 20_700)
    let retail = try RetailHistories(span)
    var score = DetectionScore()
    for one in retail.world.planted
    where one.days.lowerBound > span.lowerBound + 1130 && one.days.upperBound < span.upperBound {
      var runs = RetailRuns(retail)
      let last = min(one.days.upperBound, one.days.lowerBound + 11)
      var day = one.days.lowerBound - 2
      while day <= last {
        score.take(try runs.flags(on: day), of: one, on: day, in: retail)
        day = day + 1
      }
      score.close(one)
    }
    score.say()
    #expect(score.found * 100 >= score.planted * 80)
    #expect(Double(score.falseAlarms) <= 0.5 * Double(score.runs))
  }

  private static let file = "m5/store_dept_daily.csv.gz"

  @Test(
    "ten real stores raise few flags on ordinary days",
    .enabled(if: isAsked && SharedData.holds(file), "needs the real data beside the checkout"))
  func departments() throws {
    let calendar = FileManager.default.temporaryDirectory
      .appending(path: "calendar-\(UUID().uuidString).csv")
    defer { try? FileManager.default.removeItem(at: calendar) }
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [
      "python3", repositoryRoot.appending(path: "scripts/m5-to-sync").path, "calendar",
      SharedData.url.appending(path: "m5/calendar.csv").path, "--output", calendar.path,
    ]
    try process.run()
    process.waitUntilExit()
    let mapping = try ColumnMapping(
      map: "item=dept_id,category=cat_id,location=store_id,region=state_id,day=date,quantity=units",
      ignore: "")
    let events = try CalendarFile.events(calendar.path)
    let path = SharedData.url.appending(path: Self.file).path
    let buckets = try FileBuckets(
      DemandFile(path, bucket: .day, mapping: mapping), bucket: .day, isComplete: true, name: path)
    var (flags, runs) = ([Flag](), 0)
    for weeks in 0..<52 {
      let origin = buckets.origin - 7 * weeks
      let tables = try [origin - 1, origin].map { day in
        try Forecaster.forecast(
          histories: buckets.histories, events: events, origin: day,
          settings: ForecastSettings(horizon: 42))
      }
      let previous = Publication(tables[0], of: buckets.histories.map(\.series), carried: [])
      let raised = Detection.flags(
        DetectionInput(table: tables[1], previous: previous.forecasts, events: events))
      for flag in raised { DetectionScore.say("\(origin) \(flag.severity) \(flag.message)") }
      flags += raised
      runs += 1
    }
    DetectionScore.say("M5: \(flags.count) flags in \(runs) runs")
    #expect(flags.count <= 2 * runs)
  }
}

/// Runs of consecutive evenings, each compared with the one before.
struct RetailRuns {
  let retail: RetailHistories
  private var tables: [Day: (table: ForecastTable, published: [PublishedForecast])] = [:]

  init(_ retail: RetailHistories) { self.retail = retail }

  mutating func flags(on day: Day) throws -> [Flag] {
    let previous = try run(day - 1).published
    return Detection.flags(
      DetectionInput(
        table: try run(day).table, previous: previous, events: retail.events, names: retail.names))
  }

  private mutating func run(
    _ day: Day
  ) throws -> (table: ForecastTable, published: [PublishedForecast]) {
    if let known = tables[day] { return known }
    let histories = retail.histories(through: day)
    let table = try Forecaster.forecast(
      histories: histories, events: retail.events, origin: day,
      settings: ForecastSettings(horizon: 42))
    let publication = Publication(table, of: histories.map(\.series), carried: [])
    tables[day] = (table, publication.forecasts)
    return (table, publication.forecasts)
  }
}

/// Hits and false alarms.
private struct DetectionScore {
  var (planted, found, runs, falseAlarms) = (0, 0, 0, 0)
  private var firstDay: Int?
  private var flagsOfOne = 0
  private var alarmsByRule: [String: Int] = [:]

  mutating func take(
    _ flags: [Flag], of one: PlantedAbnormality, on day: Day, in retail: RetailHistories
  ) {
    runs += 1
    let place = retail.world.assortment.places[one.place].location
    let items = one.items.map {
      Set($0.map { retail.world.assortment.products[$0].item.code })
    }
    for flag in flags {
      guard let node = flag.node else { continue }
      let isThere =
        node.location.map { $0 == place.code } ?? (node.region ?? place.region == place.region)
      let isOfItems = items.map { items in node.item.map { items.contains($0) } ?? true } ?? true
      if day >= one.days.lowerBound, isThere, isOfItems {
        // A sum of an item over its region is not yet the warehouse.
        if node.location != nil || node.item == nil || items != nil {
          firstDay = firstDay ?? (day - one.days.lowerBound)
          flagsOfOne += 1
        }
      } else if !isThere || day < one.days.lowerBound {
        falseAlarms += 1
        alarmsByRule["\(flag.rule.rawValue) \(flag.severity.rawValue)", default: 0] += 1
        DetectionScore.say("  false \(day) \(flag.severity) \(flag.message)")
      }
    }
  }

  mutating func close(_ one: PlantedAbnormality) {
    planted += 1
    found += firstDay == nil ? 0 : 1
    DetectionScore.say(
      "\(one.kind.rawValue) \(one.days): "
        + (firstDay.map { "run of day \($0 + 1), \(flagsOfOne) flags in all" } ?? "not found"))
    (firstDay, flagsOfOne) = (nil, 0)
  }

  func say() {
    DetectionScore.say(
      "\(found) of \(planted) found; \(falseAlarms) false alarms in \(runs) runs: \(alarmsByRule)")
  }

  static func say(_ line: String) { FileHandle.standardError.write(Data((line + "\n").utf8)) }
}
