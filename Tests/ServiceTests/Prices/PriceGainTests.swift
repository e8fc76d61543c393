import Foundation
import Inventory
import Postgres
import Storage
import TestKit
import Testing

@testable import Planning
@testable import Service

@Suite("Prices of the generated retailer")
struct RetailPriceTests {
  @Test("the retailer's prices are pushed, one row where a price begins, known ahead")
  func pushed() throws {
    let through = day("2026-03-01")
    let batches = try GeneratedRetailer().batches(through: through)
    let sent = try #require(batches.first { $0.kind == .prices })
    let prices = try PriceFile.prices(ByteSource(.chunks([sent.bytes])), "prices")
    #expect(Set(prices.map(\.item)).count > 30)
    #expect(prices.contains { $0.from > through })
    let steps = Dictionary(grouping: prices, by: \.item)
    for one in steps.values {
      #expect(zip(one, one.dropFirst()).allSatisfy { $0.from < $1.from && $0.amount != $1.amount })
    }
    let next = try GeneratedRetailer().batches(through: through + 60, after: through)
    let later = next.filter { $0.kind == .prices }
    #expect(later.count <= 1)
  }

  /// What prices are worth on known demand; the figures stand in docs/methods.md.
  @Test(
    "known prices make the retailer's forecasts no worse",
    .enabled(if: ProcessInfo.processInfo.environment["QUARTERMASTER_SCORE"] != nil))
  func gain() throws {
    let retail = try RetailHistories(Day(ordinal: 18_900)...Day(ordinal: 20_500))
    let prices = retail.prices()
    var (plain, priced) = (0.0, 0.0)
    for number in 0..<8 {
      let origin = retail.days.upperBound - 28 - 35 * number
      let histories = retail.histories(through: origin)
      let actual = Dictionary(
        uniqueKeysWithValues: retail.histories(through: retail.days.upperBound).map { one in
          (one.series, one.total(of: origin + 1...origin + 28))
        })
      for isPriced in [false, true] {
        let table = try Forecaster.forecast(
          histories: histories, events: retail.events, prices: isPriced ? prices : [],
          origin: origin, settings: ForecastSettings(horizon: 28))
        let error = table.nodes.filter { $0.node.level == .itemLocation }.reduce(0.0) { sum, one in
          let series = Series(
            item: one.node.item, location: one.node.location, region: one.node.region,
            category: one.node.category)
          let units = one.means.reduce(0) { $0 + Double($1) / 1000 }
          return sum + abs(units - (actual[series] ?? units))
        }
        if isPriced { priced += error } else { plain += error }
      }
    }
    let verdicts = verdicts(
      retail.histories(through: retail.days.upperBound), retail.events, prices,
      origin: retail.days.upperBound)
    say("retailer: absolute error of 28 days \(plain) -> \(priced)\n\(verdicts)")
    #expect(priced <= plain)
  }

  private static let files = ["m5/store_dept_daily.csv.gz", "m5/store_dept_weekly_price.csv.gz"]

  @Test(
    "price is no help to departments of real stores, and is left out",
    .enabled(
      if: ProcessInfo.processInfo.environment["QUARTERMASTER_SCORE"] != nil
        && files.allSatisfy { SharedData.holds($0) }))
  func departments() throws {
    let mapping = try ColumnMapping(
      map: "item=dept_id,category=cat_id,location=store_id,region=state_id,day=date,quantity=units",
      ignore: "")
    let path = SharedData.url.appending(path: Self.files[0]).path
    let buckets = try FileBuckets(
      DemandFile(path, bucket: .day, mapping: mapping), bucket: .day, isComplete: true, name: path)
    let verdicts = verdicts(
      buckets.histories, [], try departmentPrices(), origin: buckets.origin)
    say("M5's departments\n\(verdicts)")
    #expect(!verdicts.isEmpty)
    #expect(!verdicts.contains("used"))
  }

  /// One price a week, named by its number; the first week begins on 2011-01-29.
  private func departmentPrices() throws -> [Price] {
    var reader = try RowReader(
      ByteSource(.init(path: SharedData.url.appending(path: Self.files[1]).path)),
      columns: [.item, .location, .name, .price], required: [.price],
      mapping: ColumnMapping(
        map: "item=dept_id,location=store_id,name=wm_yr_wk,price=relative_price",
        ignore: "items_on_sale"))
    var rows: [[String]] = []
    while case .row = try reader.next() {
      rows.append((0..<4).map { String(decoding: reader.field($0), as: UTF8.self) })
    }
    let weeks = Set(rows.map { $0[2] }).sorted()
    let numbers = Dictionary(uniqueKeysWithValues: weeks.enumerated().map { ($1, $0) })
    return try rows.map { row in
      Price(
        item: code(row[0]), from: day("2011-01-29") + 7 * (try #require(numbers[row[2]])),
        amount: row[3], location: code(row[1]))
    }
  }

  private func verdicts(
    _ histories: [DemandHistory], _ events: [CalendarEvent], _ prices: [Price], origin: Day
  ) -> String {
    let grid = BucketGrid(.day, namedBy: origin)
    let elasticity = Preparation(
      histories, order: Array(histories.indices), events: events, covered: [], prices: prices,
      grid: grid, next: grid.position(of: origin) + 1, horizon: 28
    ).elasticity
    return elasticity.verdicts.map { category, one in
      "\(category?.text ?? "-"): \(one.changes) changes, e \(one.elasticity),"
        + " gain \(one.gain) of \(one.error)\(one.isUsed ? ", used" : "")\n"
    }.sorted().joined()
  }

  private func say(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }
}

extension DemandHistory {
  fileprivate func total(of days: ClosedRange<Day>) -> Double {
    days.reduce(0) { sum, day in
      let place = day - start
      return values.indices.contains(place) ? sum + values[place] : sum
    }
  }
}
