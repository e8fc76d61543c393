import Inventory
import TestKit
import Testing

@testable import Service

@Suite("how fast rows are read", .serialized, .enabled(if: Measurement.isWanted))
struct ParserMeasurements {
  /// A text of 64 MB and how many of its rows are facts.
  struct Text: CustomStringConvertible {
    let name: String
    let bytes: [UInt8]
    let rows: Int
    let format: RowFormat

    var description: String { name }

    init(_ name: String, _ format: RowFormat, header: String, row: (Int) -> String) {
      self.name = name
      self.format = format
      let size = 64 << 20
      var bytes = Array(header.utf8)
      bytes.reserveCapacity(size + 200)
      var rows = 0
      while bytes.count < size {
        bytes += row(rows).utf8
        rows += 1
      }
      self.bytes = bytes
      self.rows = rows
    }
  }

  private static func day(_ row: Int) -> String {
    Day(ordinal: 16_000 + Int32(row % 1_900)).description
  }

  private static let columns = "item,location,day,quantity\n"

  private static let texts = [
    Text("CSV", .csv, header: columns) { row in
      "FOODS_3_\(row / 1_900),CA_\(row % 10),\(day(row)),\(row % 97).5\n"
    },
    Text("CSV, quoted", .csv, header: columns) { row in
      "\"FOODS, 3 \"\"\(row / 1_900)\"\"\",\"CA_\(row % 10)\",\"\(day(row))\",\"\(row % 97).5\"\r\n"
    },
    Text("NDJSON", .ndjson, header: "") { row in
      "{\"item\":\"FOODS_3_\(row / 1_900)\",\"location\":\"CA_\(row % 10)\","
        + "\"day\":\"\(day(row))\",\"quantity\":\(row % 97).5}\n"
    },
    Text("NDJSON, escaped", .ndjson, header: "") { row in
      "{\"item\": \"FOODS\\u002f3 \\\"\(row / 1_900)\\\"\", \"location\": \"CA\\t_\(row % 10)\", "
        .replacing("\\t", with: "\\u00e9")
        + "\"day\": \"\(day(row))\", \"quantity\": \(row % 97).5}\n"
    },
  ]

  @Test("demand rows, with days, numbers and codes checked", arguments: texts)
  func demand(_ text: Text) throws {
    var facts = 0
    let seconds = try Measurement.seconds {
      facts = 0
      var reader = try DemandReader(
        ByteSource(.chunks([text.bytes])), format: text.format)
      var block = DemandBlock()
      while try reader.read(into: &block) { facts += block.count }
    }
    #expect(facts == text.rows)
    try Measurement.record(
      "parse \(text.name)", Double(text.bytes.count) / seconds / 1e6, unit: "MB/s")
  }
}
