import Testing

@testable import Service

@Suite("Rows of NDJSON")
struct NDJSONRowsTests {
  @Test("a first byte of { begins NDJSON; strings, numbers and booleans are their text")
  func values() throws {
    let text = """

      {"item":"A","day":"2026-01-02","quantity":12.5}
      {"quantity": -1e3 , "item" : true, "day":null}\r

      {"item":"B"}
      {}
      """
    #expect(
      try readRows(text) == [
        .fields(["A", "2026-01-02", "12.5"], line: 2), .fields(["true", "", "-1e3"], line: 3),
        .fields(["B", "", ""], line: 5), .fields(["", "", ""], line: 6),
      ])
  }

  @Test("escapes are undone, surrogates too, in keys as in values")
  func escapes() throws {
    let text = #"{"\u0069tem":"a\"b\\\/\b\f\n\r\t\u00e9\ud83d\ude00ü","day":"plain"}"#
    #expect(
      try readRows(text)
        == [.fields(["a\"b\\/\u{8}\u{C}\n\r\té😀ü", "plain", ""], line: 1)])
  }

  @Test(
    "what is not a flat object is set aside, and the next line is read",
    arguments: [
      (#"{"item":{"code":1}}"#, MalformedRow.nestedValue(key: "item")),
      (#"{"item":[1]}"#, .nestedValue(key: "item")),
      (#"{"item":"A","item":"B"}"#, .duplicateKey("item")),
      (#"{"item":"A","quantty":1}"#, .unknownKey("quantty", nearest: "quantity")),
      (#"["A"]"#, .notAnObject),
      ("item,day", .notAnObject),
      (#"{"item":"A""#, .json(byte: 12)),
      (#"{"item":"A"} x"#, .json(byte: 14)),
      (#"{"item":"A",}"#, .json(byte: 13)),
      (#"{"item":01}"#, .json(byte: 10)),
      (#"{"item":1.}"#, .json(byte: 11)),
      (#"{"item":-}"#, .json(byte: 10)),
      (#"{"item":nul}"#, .json(byte: 9)),
      (#"{"item":NaN}"#, .json(byte: 9)),
      (#"{"item":"\x"}"#, .json(byte: 11)),
      (#"{"item":"\ud800"}"#, .json(byte: 16)),
      (#"{"item":"\ud800\u0041"}"#, .json(byte: 22)),
      (#"{"item":"\udc00"}"#, .json(byte: 16)),
      (#"{"item":"\u00g0"}"#, .json(byte: 14)),
      (#"{"item":"open}"#, .json(byte: 15)),
      ("{\"item\":\"tab\there\"}", .json(byte: 13)),
      (#"{item:1}"#, .json(byte: 2)),
    ])
  func malformed(line: String, problem: MalformedRow) throws {
    let text = #"{"item":"first"}"# + "\n\(line)\n" + #"{"item":"last"}"# + "\n"
    #expect(
      try readRows(text) == [
        .fields(["first", "", ""], line: 1), .malformed(problem, line: 2, raw: line),
        .fields(["last", "", ""], line: 3),
      ])
  }

  @Test("an unknown key of the first object refuses the file, as an unknown column does")
  func unknownAtFirst() {
    #expect(throws: ReadFailure.unknownColumn(found: "itm", nearest: "item")) {
      try readRows(#"{"itm":"A"}"#)
    }
  }

  @Test("two keys mapped to one column are a duplicate")
  func mappedDuplicate() throws {
    let mapping = ColumnMapping(theirs: [.item: "sku"])
    #expect(
      try readRows(#"{"sku":"A","item":"B"}"#, mapping: mapping) == [
        .malformed(.duplicateKey("item"), line: 1, raw: #"{"sku":"A","item":"B"}"#)
      ])
  }

  @Test("a line that is not UTF-8 is set aside")
  func encoding() throws {
    let bytes = Array(#"{"item":""#.utf8) + [0xC3, 0x28] + Array("\"}\n{\"item\":\"B\"}".utf8)
    let rows = try readRows(bytes)
    #expect(rows.count == 2)
    guard case .malformed(.encoding, line: 1, raw: _) = rows[0] else {
      Issue.record("the first row is \(rows[0])")
      return
    }
  }

  @Test("a line longer than a megabyte is set aside")
  func tooLong() throws {
    let long = String(repeating: "x", count: RowReader.rowLimitBytes)
    let rows = try readRows(
      "{\"item\":\"A\"}\n{\"item\":\"\(long)\"}\n{\"item\":\"B\"}", step: 100_000)
    #expect(rows.count == 3)
    #expect(rows[2] == .fields(["B", "", ""], line: 3))
    guard case .malformed(.tooLong, line: 2, raw: _) = rows[1] else {
      Issue.record("the row is not too long")
      return
    }
  }
}
