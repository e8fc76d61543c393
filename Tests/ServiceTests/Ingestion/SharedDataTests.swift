import Foundation
import Inventory
import TestKit
import Testing

@testable import Service

@Suite("Reading real files")
struct SharedDataTests {
  static let m5 = "m5/store_dept_daily.csv.gz"
  static let mapping = ColumnMapping(
    theirs: [
      .item: "dept_id", .location: "store_id", .region: "state_id", .day: "date",
      .quantity: "units",
    ], ignored: ["cat_id"])

  @Test("M5's departments: every row and every unit", .enabled(if: SharedData.holds(m5)))
  func departments() throws {
    let path = SharedData.url.appending(path: Self.m5).path
    var reader = try DemandReader(ByteSource(.file(path)), mapping: Self.mapping)
    var block = DemandBlock()
    var (rows, units) = (0, 0.0)
    while try reader.read(into: &block) {
      #expect(block.rejections.isEmpty)
      rows += block.count
      units += block.quantities.reduce(0, +)
    }
    #expect(rows == 133_910)
    #expect(units == 65_695_409)
    #expect(reader.items.codes.count == 7)
    #expect(reader.locations.codes.count == 10)
  }

  @Test(
    "a file of demand is a file of locations, too, with the same mapping",
    .enabled(if: SharedData.holds(m5)))
  func locations() throws {
    let path = SharedData.url.appending(path: Self.m5).path
    var reader = try FactReader<Location>(ByteSource(.file(path)), mapping: Self.mapping)
    var regions: [String: Int] = [:]
    while let reading = try reader.next() {
      guard case .fact(let location, _) = reading else { continue }
      regions[location.region.text, default: 0] += 1
    }
    #expect(regions == ["CA": 4, "TX": 3, "WI": 3])
    #expect(reader.receivedRows == 133_910)
    #expect(reader.repeatedRows == 133_900)
  }

  @Test(
    "Walmart's stores, whose lines end in a bare CR",
    .enabled(if: SharedData.holds("walmart/stores.csv")))
  func bareReturns() throws {
    let path = SharedData.url.appending(path: "walmart/stores.csv").path
    let mapping = ColumnMapping(theirs: [.location: "Store", .region: "Type"], ignored: ["Size"])
    var reader = try FactReader<Location>(ByteSource(.file(path)), mapping: mapping)
    var codes: [String] = []
    while let reading = try reader.next() {
      guard case .fact(let location, _) = reading else { continue }
      codes.append(location.code.text)
    }
    #expect(codes == (1...45).map(String.init))
  }
}
