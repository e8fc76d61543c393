import Testing

@testable import Service

@Suite("Rows of CSV")
struct CSVRowsTests {
  @Test("columns come in the order asked for, whatever the header's order")
  func order() throws {
    #expect(
      try readRows("quantity,day,item\n3,2026-01-02,A\n")
        == [.fields(["A", "2026-01-02", "3"], line: 2)])
  }

  @Test("a column the file lacks is empty")
  func absent() throws {
    #expect(try readRows("item\nA\n") == [.fields(["A", "", ""], line: 2)])
  }

  @Test("LF, CRLF and CR end lines", arguments: ["\n", "\r\n", "\r"])
  func lineEnds(end: String) throws {
    let text = ["item,day,quantity", "A,x,1", "", "B,y,2", "C,z,3"].joined(separator: end)
    let expected: [ReadRow] = [
      .fields(["A", "x", "1"], line: 2), .fields(["B", "y", "2"], line: 4),
      .fields(["C", "z", "3"], line: 5),
    ]
    #expect(try readRows(text) == expected)
    #expect(try readRows(text + end) == expected)
    #expect(try readRows(text + end + end) == expected)
  }

  @Test("quoted fields hold commas, doubled quotes and line ends, which count as lines")
  func quoted() throws {
    let text = "item,day,quantity\n\"a,b\",\"say \"\"x\"\"\",\"1\n2\r\n3\"\nB,\"\",\"\"\"\"\n"
    #expect(
      try readRows(text) == [
        .fields(["a,b", "say \"x\"", "1\n2\r\n3"], line: 2), .fields(["B", "", "\""], line: 5),
      ])
  }

  @Test("a quote inside an unquoted field stands for itself")
  func bareQuote() throws {
    #expect(
      try readRows("item,day,quantity\n5\" pipe,x,1\n")
        == [.fields(["5\" pipe", "x", "1"], line: 2)])
  }

  @Test("a wrong number of columns says what was expected and found")
  func columnCount() throws {
    #expect(
      try readRows("item,day,quantity\nA,x\nB,x,1,2\nC,x,1\n") == [
        .malformed(.columnCount(expected: 3, found: 2), line: 2, raw: "A,x"),
        .malformed(.columnCount(expected: 3, found: 4), line: 3, raw: "B,x,1,2"),
        .fields(["C", "x", "1"], line: 4),
      ])
  }

  @Test("a quote that is never closed costs its own line alone")
  func unclosed() throws {
    #expect(
      try readRows("item,day,quantity\n\"A,x,1\nB,y,2\n") == [
        .malformed(.unclosedQuote, line: 2, raw: "\"A,x,1"), .fields(["B", "y", "2"], line: 3),
      ])
  }

  @Test("text after a closing quote costs its own line alone")
  func textAfterQuote() throws {
    #expect(
      try readRows("item,day,quantity\n\"A\"b,x,1\nB,y,2") == [
        .malformed(.textAfterQuote, line: 2, raw: "\"A\"b,x,1"), .fields(["B", "y", "2"], line: 3),
      ])
  }

  @Test("a row that is not UTF-8 is set aside with its bytes")
  func encoding() throws {
    let latin1 = Array("item,day,quantity\nCaf".utf8) + [0xE9] + Array(",x,1\nCafé,y,2\n".utf8)
    let rows = try readRows(latin1)
    #expect(rows.last == .fields(["Café", "y", "2"], line: 3))
    guard case .malformed(.encoding, line: 2, raw: _) = rows.first else {
      Issue.record("the first row is \(rows[0])")
      return
    }
  }

  @Test("a byte-order mark is passed over")
  func byteOrderMark() throws {
    let text: [UInt8] = [0xEF, 0xBB, 0xBF] + Array("item\nA\n".utf8)
    #expect(try readRows(text, step: 1) == [.fields(["A", "", ""], line: 2)])
  }

  @Test(
    "a line longer than a megabyte is set aside and the next one is read", arguments: [0, 1, 2])
  func tooLong(excess: Int) throws {
    let limit = RowReader.rowLimitBytes
    let long = String(repeating: "x", count: limit - 4 + excess)
    let rows = try readRows("item,day,quantity\n\(long),y,1\nB,y,2\n", step: 65_536)
    #expect(rows.count == 2)
    #expect(rows[1] == .fields(["B", "y", "2"], line: 3))
    if excess == 0 {
      #expect(rows[0] == .fields([long, "y", "1"], line: 2))
    } else {
      let raw = String("\(long),y,1".prefix(limit))
      #expect(rows[0] == .malformed(.tooLong, line: 2, raw: raw))
    }
  }

  @Test("an open quote before a megabyte of rows costs its own line alone")
  func unclosedBeforeMuch() throws {
    let many = String(repeating: "B,y,2\n", count: 300_000)
    let rows = try readRows("item,day,quantity\n\"A,x,1\n" + many, step: 200_000)
    #expect(rows.count == 300_001)
    #expect(rows[0] == .malformed(.unclosedQuote, line: 2, raw: "\"A,x,1"))
    #expect(rows[300_000] == .fields(["B", "y", "2"], line: 300_002))
  }

  @Test("a header alone has no rows")
  func headerOnly() throws {
    #expect(try readRows("item,day,quantity\n").isEmpty)
    #expect(try readRows("item,day,quantity").isEmpty)
  }

  @Test("nothing, white space and a byte-order mark alone are an empty file")
  func empty() {
    for text in ["", "\n\n", "  \r\n", "\u{FEFF}"] {
      #expect(throws: ReadFailure.empty(name: "the content")) { try readRows(text) }
    }
  }

  @Test("UTF-16 and UTF-32 are refused by name, with a byte-order mark or without")
  func wideText() {
    let wide: [([UInt8], ForeignForm)] = [
      ([0xFF, 0xFE] + Array("i\0t\0e\0m\0".utf8), .utf16), (Array("i\0t\0e\0m\0".utf8), .utf16),
      (Array("\0i\0t\0e\0m".utf8), .utf16), (Array("i\0\0\0t\0\0\0".utf8), .utf32),
    ]
    for (bytes, form) in wide {
      #expect(throws: ReadFailure.foreign(name: "the content", form)) { try readRows(bytes) }
    }
  }

  @Test(
    "what is no CSV by commas says what it is",
    arguments: [
      ("PK\u{3}\u{4}\u{14}", "is a spreadsheet or a ZIP archive; save it as CSV"),
      (
        "[{\"item\":\"A\"},\n{\"item\":\"B\"}]",
        "is one JSON array; write one object per line, without brackets and commas"
      ),
      (
        "[\n  {\"item\":\"A\"}\n]",
        "is one JSON array; write one object per line, without brackets and commas"
      ),
      (
        "item;day;quantity\nA;2026-01-01;5\n",
        "has its columns separated by ';'; separate them by commas"
      ),
      (
        "item\tday\tquantity\nA\t2026-01-01\t5\n",
        "has its columns separated by tabs; separate them by commas"
      ),
    ])
  func foreign(text: String, statement: String) {
    let failure = #expect(throws: ReadFailure.self) { try readRows(text) }
    #expect(failure?.sentence == "the content " + statement)
  }

  @Test("a header cell without a name is told by its number, and names are shown fit for a line")
  func headerNames() {
    #expect(throws: ReadFailure.unnamedColumn(number: 4)) {
      try readRows("item,day,quantity,\nA,2026-01-01,5,\n")
    }
    let failure = #expect(throws: ReadFailure.self) {
      try readRows("item,\u{1B}[31m" + String(repeating: "x", count: 9000) + ",quantity\n")
    }
    #expect(failure?.sentence.contains("\u{1B}") == false)
    #expect((failure?.sentence.count ?? .max) < 400)
  }
}
