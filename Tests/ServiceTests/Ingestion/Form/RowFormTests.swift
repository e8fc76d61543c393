import Inventory
import TestKit
import Testing

@testable import Service

@Suite("Forms of rows")
struct RowFormTests {
  private func mapping(_ change: (inout RowForm) throws -> Void) rethrows -> ColumnMapping {
    var form = RowForm()
    try change(&form)
    return ColumnMapping(form: form)
  }

  @Test(
    "columns are cut by the sign that is told, whatever the steps in which bytes come",
    arguments: [RowForm.Delimiter.semicolon, .tab, .bar])
  func delimiters(delimiter: RowForm.Delimiter) throws {
    let sign = delimiter.rawValue
    let text =
      "item\(sign)day\(sign)quantity\nA,B\(sign)x\(sign)1,5\n\"a\(sign)\"\"b\"\(sign)y\(sign)\n"
    for step in [1, 3, 7, 4096] {
      #expect(
        try readRows(text, mapping: mapping { $0.delimiter = delimiter }, step: step) == [
          .fields(["A,B", "x", "1,5"], line: 2), .fields(["a\(sign)\"b", "y", ""], line: 3),
        ])
    }
  }

  @Test("rows are the same whichever sign cuts them, quoted or not, in any steps")
  func sameRows() throws {
    var generator = SeededGenerator(seed: 11)
    let pieces = ["a", "é", "\"", "\n", "\r\n", " ", "1", ",", ";", "|", "\t", "xyzxyzxyz"]
    for _ in 0..<300 {
      let rows = (0..<4).map { _ in
        (0..<3).map { _ in
          (0..<Int.random(in: 0...4, using: &generator)).map { _ in
            pieces.randomElement(using: &generator) ?? ""
          }.joined()
        }
      }
      let step = Int.random(in: 1...64, using: &generator)
      for delimiter in RowForm.Delimiter.allCases {
        let text = ([["item", "day", "quantity"]] + rows).map { row in
          row.map { quoted($0, delimiter.rawValue) }.joined(separator: delimiter.rawValue)
        }.joined(separator: "\n")
        let read = try readRows(
          text + "\n", mapping: mapping { $0.delimiter = delimiter }, step: step)
        #expect(
          read.map { row in if case .fields(let fields, _) = row { fields } else { [String]() } }
            == rows)
      }
    }
  }

  private func quoted(_ field: String, _ sign: String) -> String {
    let needsQuotes =
      field.isEmpty || field.contains { "\"\n\r".contains($0) || $0 == "\r\n" }
      || field.contains(sign)
    return needsQuotes ? "\"" + field.replacing("\"", with: "\"\"") + "\"" : field
  }

  @Test("a header cut by another sign than told is refused with both")
  func wrongDelimiter() {
    let semicolons = mapping { $0.delimiter = .semicolon }
    #expect(
      throws: ReadFailure.foreign(
        name: "the content", .separated(by: ",", wanted: .semicolon))
    ) { try readRows("item,day,quantity\n", mapping: semicolons) }
  }

  @Test("Windows-1252 becomes UTF-8, and its undefined bytes set their row aside")
  func windows1252() throws {
    let encoded = mapping { $0.encoding = .windows1252 }
    // "Müller €", "naïve" quoted with a doubled quote, and each byte that stands for nothing.
    var bytes = Array("item,day,quantity\n".utf8)
    bytes += [0x4D, 0xFC, 0x6C, 0x6C, 0x65, 0x72, 0x20, 0x80] + Array(",x,1\n".utf8)
    bytes += Array("\"na\"\"".utf8) + [0xEF] + Array("ve\",y,2\n".utf8)
    let undefined: [UInt8] = [0x81, 0x8D, 0x8F, 0x90, 0x9D]
    for byte in undefined { bytes += [byte] + Array(",z,3\n".utf8) }
    for step in [1, 5, 4096] {
      let rows = try readRows(bytes, mapping: encoded, step: step)
      #expect(rows.count == 7)
      #expect(rows[0] == .fields(["Müller €", "x", "1"], line: 2))
      #expect(rows[1] == .fields(["na\"ïve", "y", "2"], line: 3))
      for row in rows[2...] {
        guard case .malformed(.encoding, _, _) = row else {
          Issue.record("\(row) is read")
          continue
        }
      }
    }
  }

  @Test("every byte of Windows-1252 that means something means what Unicode's table says")
  func codePage() throws {
    // Bytes 80 to 9F, as ftp.unicode.org's CP1252.TXT has them.
    let expected = "€\u{0}‚ƒ„…†‡ˆ‰Š‹Œ\u{0}Ž\u{0}\u{0}‘’“”•–—˜™š›œ\u{0}žŸ"
    for (offset, scalar) in expected.unicodeScalars.enumerated() where scalar.value > 0 {
      #expect(decoded(UInt8(0x80 + offset)) == String(scalar))
    }
    for byte in UInt8(0xA0)...0xFF {
      #expect(decoded(byte) == String(UnicodeScalar(byte)))
    }
  }

  private func decoded(_ byte: UInt8) -> String? {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 3) { room in
      [byte].withUnsafeBytes { bytes in
        guard let start = room.baseAddress else { return nil }
        return Windows1252.decode(bytes, into: start).map {
          String(decoding: room[..<$0], as: UTF8.self)
        }
      }
    }
  }

  @Test("a file without a header is read by the one that is told")
  func header() throws {
    var named = mapping { $0.header = ["sku", "day", "quantity"] }
    named.theirs = [.item: "sku"]
    #expect(try readRows("A,x,1\n", mapping: named) == [.fields(["A", "x", "1"], line: 1)])
    #expect(throws: ReadFailure.unknownColumn(found: "sku", nearest: nil)) {
      try readRows("A,x,1\n", mapping: mapping { $0.header = ["sku", "day", "quantity"] })
    }
  }

  @Test("demand in a mapped form is the demand it says")
  func demand() throws {
    let german = try mapping {
      $0.delimiter = .semicolon
      $0.numbers = try #require(NumberForm(point: .comma, thousands: .point))
      $0.days = try DayPattern("dd.MM.yyyy")
    }
    let text = """
      item;location;day;quantity
      A;X;01.02.2024;1.234,5
      A;X;02.02.2024;0,5
      A;X;2024-02-03;1
      A;X;04.02.2024;1.5
      A;X;05.02.2024;-1
      """
    let block = try read(text, german)
    #expect(block.quantities == [1234.5, 0.5])
    #expect(block.days.map { Day(ordinal: $0) } == [day("2024-02-01"), day("2024-02-02")])
    #expect(
      block.rejections.map(\.sentence) == [
        "line 4: day '2024-02-03' is not a date of the form dd.MM.yyyy",
        "line 5: quantity '1.5' is not a number of the form 1.234,5",
        "line 6: quantity '-1' is negative",
      ])
    // The fact of a bad row is missing, which takes its day.
    #expect(block.rejections[1].day == day("2024-02-04"))
    #expect(block.rejections[0].code == .invalidDay)
    #expect(block.rejections[1].code == .invalidQuantity)
  }

  private func read(_ text: String, _ mapping: ColumnMapping) throws -> DemandBlock {
    var reader = try DemandReader(ByteSource(.chunks([Array(text.utf8)])), mapping: mapping)
    var block = DemandBlock()
    #expect(try reader.read(into: &block))
    return block
  }

  @Test("NDJSON keeps its own numbers, whatever its source's CSV has")
  func json() throws {
    let german = try mapping {
      $0.numbers = try #require(NumberForm(point: .comma))
      $0.days = try DayPattern("dd.MM.yyyy")
    }
    let block = try read(
      "{\"item\":\"A\",\"location\":\"X\",\"day\":\"01.02.2024\",\"quantity\":1.5}\n", german)
    #expect(block.quantities == [1.5] && block.rejections.isEmpty)
  }

  @Test("units stand beside the rows that say one")
  func units() throws {
    let block = try read(
      """
      item,location,day,quantity,unit
      A,X,2024-02-01,1,
      A,X,2024-02-02,1,case
      A,X,2024-02-03,1,
      A,X,2024-02-04,1,box
      """, ColumnMapping())
    #expect(block.units == [-1, 0, -1, 1])
    #expect(try read("item,location,day,quantity\nA,X,2024-02-01,1\n", ColumnMapping()).units == [])
  }

  @Test("a plain mapping has the canonical line that batches of earlier versions were known by")
  func canonical() throws {
    #expect(ColumnMapping().canonical == ";")
    #expect(ColumnMapping(theirs: [.item: "sku"], ignored: ["b", "a"]).canonical == "item=sku;a,b")
    let forms = try [
      mapping { $0.delimiter = .tab }, mapping { $0.encoding = .windows1252 },
      mapping { $0.header = ["a"] }, mapping { $0.numbers = try #require(.init(point: .comma)) },
      mapping { $0.days = try DayPattern("d.M.yyyy") },
      mapping { $0.units = UnitTable(["case": .pack]) },
      mapping { $0.units = UnitTable(["case": .units(12)]) },
    ]
    #expect(Set(forms.map(\.canonical) + [";"]).count == forms.count + 1)
  }
}
