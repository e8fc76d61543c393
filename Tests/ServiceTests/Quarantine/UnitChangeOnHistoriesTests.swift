import Foundation
import Inventory
import Planning
import TestKit
import Testing

@testable import Service

/// Days of many series, pushed day by day, as a source's items are measured.
private struct PushedDays {
  struct Part {
    let item: ItemCode
    let packSize: Double
    let values: [Double]
  }

  /// Series of one item stand together, three at most.
  let items: [[Part]]
  let days: Range<Int>

  /// The day's measures; `factor` is what the source counts in.
  func measures(on day: Int, factor: (Part) -> Double = { _ in 1 }) -> [UnitChange.Measure] {
    items.compactMap { parts in
      let measures = parts.compactMap { part -> UnitChange.Measure? in
        let pushed = part.values[day]
        let usual = part.values[(day - 56)..<day].filter { $0 > 0 }
        guard pushed > 0, usual.count >= UnitChange.leastDays else { return nil }
        return UnitChange.Measure(
          item: part.item, packSize: part.packSize, usual: usual,
          pushed: [pushed * factor(part)])
      }.sorted { $0.pushed / $0.usual < $1.pushed / $1.usual }
      return measures.isEmpty ? nil : measures[measures.count / 2]
    }
  }

  func alarms(factor: @escaping (Part) -> Double = { _ in 1 }) -> Int {
    days.count { UnitChange.suspicion(measures(on: $0, factor: factor)) != nil }
  }
}

@Suite("Suspected change of units, on histories")
struct UnitChangeOnHistoriesTests {
  /// The regions of the generated retailer, each as one source.
  private static func retailer() throws -> [PushedDays] {
    let end = Day("2026-06-30")!
    let histories = try RetailHistories((end - 800)...end)
    var packs: [ItemCode: Double] = [:]
    for product in histories.world.assortment.products {
      packs[product.item.code] = product.item.packSize
    }
    let long = histories.histories(through: end).filter { $0.values.count == 801 }
    return Dictionary(grouping: long, by: \.series.region).values.map { series in
      let items = Dictionary(grouping: series) { $0.series.item }
      return PushedDays(
        items: items.compactMap { item, series in
          guard let item else { return nil }
          return series.prefix(3).map {
            PushedDays.Part(item: item, packSize: packs[item] ?? 1, values: $0.values)
          }
        }, days: 60..<801)
    }
  }

  @Test("two years of a generated retailer with promotions and seasons raise no alarm")
  func retailerIsQuiet() throws {
    for source in try Self.retailer() {
      #expect(source.items.count >= 20)
      #expect(source.alarms() == 0)
    }
  }

  @Test("a day in packs, or in pieces for packs, is held nearly always")
  func retailerIsHeld() throws {
    for source in try Self.retailer() {
      #expect(source.alarms { 1 / $0.packSize } >= source.days.count * 95 / 100)
      #expect(source.alarms { $0.packSize } >= source.days.count * 95 / 100)
    }
  }

  @Test(
    "five years of intermittent M5 items, with packs made up for them, alarm once at most",
    .enabled(if: SharedData.holds("m5/item_daily_CA_3_HOBBIES_2.csv.gz")))
  func intermittent() throws {
    let path = SharedData.url.appending(path: "m5/item_daily_CA_3_HOBBIES_2.csv.gz").path
    var source = try ByteSource(.file(path))
    var text: [UInt8] = []
    let room = UnsafeMutableRawBufferPointer.allocate(
      byteCount: ByteSource.blockBytes, alignment: 16)
    defer { room.deallocate() }
    while case let count = try source.read(into: room), count > 0 { text += room[..<count] }
    var values: [String: [Double]] = [:]
    for line in String(decoding: text, as: UTF8.self).split(separator: "\n").dropFirst() {
      let cells = line.split(separator: ",")
      values[String(cells[1]), default: []].append(Double(cells[3]) ?? 0)
    }
    for packs in [[2.0, 3, 4], [6.0, 12, 24], [2.0]] {
      let items = values.sorted { $0.key < $1.key }.enumerated().map { number, item in
        [
          PushedDays.Part(
            item: ItemCode(item.key)!, packSize: packs[number % packs.count],
            values: item.value)
        ]
      }
      let source = PushedDays(items: items, days: 60..<1900)
      #expect(source.alarms() <= 1, "\(packs)")
    }
  }
}
