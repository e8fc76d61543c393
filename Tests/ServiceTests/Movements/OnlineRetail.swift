import Foundation
import TestKit

@testable import Service

/// UCI's Online Retail, read by other means than the product's, to hold it against what the product
/// made of it.
struct OnlineRetail {
  static let file = "online-retail/transactions.csv.gz"
  static let path = SharedData.url.appending(path: file).path

  /// An item, a country and a day.
  struct Cell: Hashable {
    let item: String
    let country: String
    let day: String
  }

  private(set) var lines = 0
  /// Lines below zero.
  private(set) var negative = 0
  /// Lines whose code does not begin with five digits: postage, discounts, fees.
  private(set) var odd = 0
  private(set) var sold: [Cell: Double] = [:]
  private(set) var returned: [Cell: Double] = [:]

  init() throws {
    let bytes = try OnlineRetail.inflated()
    bytes.withUnsafeBufferPointer { bytes in
      var start = 0
      var isHeader = true
      var row: [Range<Int>] = []
      var isQuoted = false
      for (position, byte) in bytes.enumerated() {
        switch byte {
        case UInt8(ascii: "\""): isQuoted.toggle()
        case UInt8(ascii: ",") where !isQuoted, UInt8(ascii: "\n") where !isQuoted:
          row.append(start..<position)
          start = position + 1
          guard byte == UInt8(ascii: "\n") else { continue }
          if !isHeader { take(row.map { bytes[$0] }) }
          isHeader = false
          row.removeAll(keepingCapacity: true)
        default: break
        }
      }
    }
  }

  private mutating func take(_ row: [Slice<UnsafeBufferPointer<UInt8>>]) {
    func text(_ column: Int) -> String {
      String(decoding: row[column], as: UTF8.self).trimmingCharacters(in: ["\r"])
    }
    let (item, quantity) = (text(1), Double(text(3)) ?? .nan)
    lines += 1
    if quantity < 0 { negative += 1 }
    guard item.prefix(5).count == 5, item.prefix(5).allSatisfy(\.isNumber) else {
      odd += 1
      return
    }
    let cell = Cell(item: item, country: text(7), day: String(text(4).prefix(10)))
    if text(0).hasPrefix("C") {
      returned[cell, default: 0] -= quantity
    } else if quantity >= 0 {
      sold[cell, default: 0] += quantity
    }
  }

  /// Each day's sales less its returns, at least zero.
  var demand: [Cell: Double] {
    var demand = sold
    for (cell, units) in returned { demand[cell] = max(0, (sold[cell] ?? 0) - units) }
    return demand
  }

  /// Units returned beyond what their days sold.
  var returnedBeyondSales: Double {
    returned.reduce(0) { $0 + max(0, $1.value - (sold[$1.key] ?? 0)) }
  }

  private static func inflated() throws -> [UInt8] {
    var source = try ByteSource(.file(path))
    var bytes: [UInt8] = []
    let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
    defer { block.deallocate() }
    while case let count = try source.read(into: block), count > 0 {
      bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: block[..<count]))
    }
    return bytes
  }

  /// What `scripts/online-retail-to-sync` makes of it.
  static func converted(_ kind: String, to path: String) throws {
    let process = Process()
    process.executableURL = repositoryRoot.appending(path: "scripts/online-retail-to-sync")
    process.arguments = [kind, OnlineRetail.path, "--output", path]
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw CocoaError(.fileReadUnknown) }
  }
}
