import Inventory
import Testing

@testable import Service

@Suite("Reading demand")
struct DemandReaderTests {
  static let header = "item,location,day,quantity,revision\n"

  @Test("rows become columns, codes become numbers in the order they appear")
  func columns() throws {
    let text =
      Self.header + """
        A,X,2026-01-02,3,
        B,X,2026-02-28,0.5,7
        A,Y,2026-01-03,1000000000,2026-01-04T05:00:00Z
        """
    let (block, items, locations) = try read(text)
    #expect(items == ["A", "B"])
    #expect(locations == ["X", "Y"])
    #expect(block.items == [0, 1, 0])
    #expect(block.locations == [0, 0, 1])
    let days = [Day("2026-01-02"), Day("2026-02-28"), Day("2026-01-03")]
    #expect(block.days.map { Day(ordinal: $0) } == days)
    #expect(block.quantities == [3, 0.5, 1e9])
    let time = try #require(Instant("2026-01-04T05:00:00Z"))
    #expect(block.revisions == [nil, .number(7), .time(time)])
    #expect(block.lines == [2, 3, 4])
    #expect(block.rejections.isEmpty)
    #expect(String(decoding: block.raw(1), as: UTF8.self) == "B,X,2026-02-28,0.5,7")
  }

  @Test("no revision anywhere is no column of revisions")
  func noRevisions() throws {
    let (block, _, _) = try read("item,location,day,quantity\nA,X,2026-01-02,3\n")
    #expect(block.revisions.isEmpty)
  }

  @Test(
    "a bad value is named with its column, code and sentence",
    arguments: [
      (
        "A,X,2026-13-01,1,", "day", "invalid_day",
        "line 2: day '2026-13-01' is not a date of the form YYYY-MM-DD"
      ),
      (
        "A,X,2026-02-29,1,", "day", "invalid_day",
        "line 2: day '2026-02-29' is not a date of the form YYYY-MM-DD"
      ),
      (
        "A,X,02.01.2026,1,", "day", "invalid_day",
        "line 2: day '02.01.2026' is not a date of the form YYYY-MM-DD"
      ),
      (
        "A,X,2026-01-00,1,", "day", "invalid_day",
        "line 2: day '2026-01-00' is not a date of the form YYYY-MM-DD"
      ),
      (
        "A,X,1899-12-31,1,", "day", "invalid_day",
        "line 2: day '1899-12-31' is not a date of the form YYYY-MM-DD"
      ),
      ("A,X,,1,", "day", "missing_value", "line 2: day is missing"),
      (",X,2026-01-02,1,", "item", "missing_value", "line 2: item is missing"),
      ("A,,2026-01-02,1,", "location", "missing_value", "line 2: location is missing"),
      ("A,X,2026-01-02,,", "quantity", "missing_value", "line 2: quantity is missing"),
      (
        "A,X,2026-01-02,-1,", "quantity", "invalid_quantity",
        "line 2: quantity '-1' is negative"
      ),
      (
        "A,X,2026-01-02,many,", "quantity", "invalid_quantity",
        "line 2: quantity 'many' is not a decimal number"
      ),
      (
        "A,X,2026-01-02,1e10,", "quantity", "invalid_quantity",
        "line 2: quantity '1e10' is beyond the limit of 1000000000"
      ),
      (
        "A,X,2026-01-02,1000000000.1,", "quantity", "invalid_quantity",
        "line 2: quantity '1000000000.1' is beyond the limit of 1000000000"
      ),
      (
        "A,X,2026-01-02,1,v2", "revision", "invalid_revision",
        "line 2: revision 'v2' is neither an integer nor a time"
      ),
      (
        "A\u{7}B,X,2026-01-02,1,", "item", "invalid_code",
        "line 2: item 'A\u{FFFD}B' is not a code: 1 to 128 bytes without control characters"
      ),
    ])
  func rejected(row: String, field: String, code: String, sentence: String) throws {
    let (block, _, _) = try read(Self.header + row + "\nB,Y,2026-01-02,2,\n")
    #expect(block.count == 1)
    #expect(block.received == 2)
    let rejection = try #require(block.rejections.first)
    #expect(rejection.field?.rawValue == field)
    #expect(rejection.code.rawValue == code)
    #expect(rejection.sentence == sentence)
    #expect(rejection.raw == Array(row.utf8))
  }

  @Test("what of a rejected row can be read is kept, so that its fact counts as missing")
  func readableParts() throws {
    let (block, _, _) = try read(Self.header + "A,X,2026-01-02,lots,\nA,X,2026-01-02\n")
    let (value, form) = (block.rejections[0], block.rejections[1])
    #expect(value.item == ItemCode("A"))
    #expect(value.location == LocationCode("X"))
    #expect(value.day == Day("2026-01-02"))
    #expect(form.code == .malformedRow)
    #expect(form.item == nil)
    #expect(form.sentence == "line 3: 3 columns where the header has 5")
  }

  @Test("a code of 129 bytes is refused, one of 128 taken")
  func codeLength() throws {
    let (block, items, _) = try read(
      Self.header + String(repeating: "é", count: 64) + ",X,2026-01-02,1,\n"
        + String(repeating: "a", count: 129) + ",X,2026-01-02,1,\n")
    #expect(items == [String(repeating: "é", count: 64)])
    #expect(block.rejections.map(\.code) == [.invalidCode])
    #expect(block.rejections[0].found.count == 61)
  }

  @Test("blocks end at their limit, and together hold every row")
  func blocks() throws {
    let rows = (0..<150_000).map { "I\($0 % 700),L\($0 % 3),2026-01-\(10 + $0 % 20),\($0)" }
    let text = "item,location,day,quantity\n" + rows.joined(separator: "\n")
    var reader = try DemandReader(ByteSource(.chunks([Array(text.utf8)])))
    var block = DemandBlock()
    var quantities: [Double] = []
    var sizes: [Int] = []
    while try reader.read(into: &block) {
      sizes.append(block.count)
      quantities += block.quantities
      for row in stride(from: 0, to: block.count, by: 999) {
        let item = reader.items.codes[Int(block.items[row])]
        #expect(item.text == "I\(Int(block.quantities[row]) % 700)")
      }
    }
    #expect(sizes == [65_536, 65_536, 18_928])
    #expect(quantities == (0..<150_000).map(Double.init))
    #expect(reader.items.codes.count == 700)
  }

  @Test("many large rejected rows end a block early, so that memory stays bounded")
  func largeRejections() throws {
    let long = String(repeating: "x", count: 900_000)
    let text = Self.header + String(repeating: "\(long),X,2026-01-02,1,\n", count: 12)
    var reader = try DemandReader(ByteSource(.chunks([Array(text.utf8)])))
    var block = DemandBlock()
    #expect(try reader.read(into: &block))
    #expect(block.rejections.count == 10)
    #expect(try reader.read(into: &block))
    #expect(block.rejections.count == 2)
    #expect(try !reader.read(into: &block))
  }

  @Test("a reason that only the database knows keeps line and bytes")
  func laterRejection() throws {
    let (block, _, _) = try read(Self.header + "A,X,2026-01-02,3,\n")
    let item = try #require(ItemCode("A"))
    let location = try #require(LocationCode("X"))
    let unknown = block.rejection(
      of: 0, .unknownItem, found: "A", item: item, location: location)
    #expect(unknown.sentence == "line 2: item 'A' is not known")
    #expect(unknown.raw == Array("A,X,2026-01-02,3,".utf8))
    let today = try #require(Day("2026-01-01"))
    let future = block.rejection(
      of: 0, .futureDay(.day, today: today), found: "2026-01-02", item: item, location: location)
    #expect(future.sentence == "line 2: day '2026-01-02' is in the future: today is 2026-01-01")
    #expect(future.code.rawValue == "future_day")
  }
}

private func read(
  _ text: String
) throws -> (block: DemandBlock, items: [String], locations: [String]) {
  var reader = try DemandReader(ByteSource(.chunks([Array(text.utf8)])))
  var block = DemandBlock()
  _ = try reader.read(into: &block)
  return (block, reader.items.codes.map(\.text), reader.locations.codes.map(\.text))
}
