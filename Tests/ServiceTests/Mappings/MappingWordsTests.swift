import Inventory
import Storage
import TestKit
import Testing

@testable import Service

@Suite("Words of mappings")
struct MappingWordsTests {
  @Test("options read as the mapping that they say, and as the same words again")
  func options() throws {
    var options = MappingOptions()
    options.columns = "item=sku,day=date"
    options.ignored = "till"
    options.header = "sku,date,till,location,quantity"
    (options.delimiter, options.decimal, options.thousands) = ("tab", ",", "space")
    (options.dateFormat, options.encoding) = ("d.M.yyyy", "Windows-1252")
    options.units = "case=pack,dozen=12,gross=144,half=0.5"
    let mapping = try options.mapping(of: .demand)
    #expect(mapping.theirs == [.item: "sku", .day: "date"])
    #expect(mapping.form.delimiter == .tab && mapping.form.encoding == .windows1252)
    #expect(mapping.form.units.factors["half"] == .units(0.5))
    #expect(try ColumnMapping(mapping.text, kind: .demand) == mapping)
    #expect(mapping.text.units == ["case": "pack", "dozen": "12", "gross": "144", "half": "0.5"])
  }

  @Test("a factor of any size has a word", arguments: [-7.3e149, 1.8e-101, 12, 0.5])
  func factorWords(units: Double) {
    #expect(Double(UnitTable.Factor.units(units).word) == units)
  }

  @Test(
    "words that make no mapping are refused, each with what it should be",
    arguments: [
      ("columns", "itm=sku", "--map: 'itm' is no column of the formats; did you mean 'item'?"),
      (
        "columns", "price=p",
        "rows of demand have no column 'price'; they have item, location, day, quantity, revision,"
          + " unit"
      ),
      (
        "delimiter", "x",
        "'x' is no delimiter; there are comma, semicolon, tab and bar: , ; | tab"
      ),
      (
        "encoding", "latin-1",
        "'latin-1' is no encoding that is read; there are utf-8 and windows-1252"
      ),
      ("decimal", ";", "a fraction follows '.' or ',', not ';'"),
      ("thousands", ".", "'.' cannot stand both before the fraction and between thousands"),
      (
        "thousands", "_",
        "between thousands stands '.', ',', a space or an apostrophe, not '_'"
      ),
      (
        "dates", "dd.MM.yy",
        "date format 'dd.MM.yy' has a year of two digits, whose century would be a guess; write"
          + " yyyy"
      ),
      ("header", "a,b,a", "the header names 'a' twice"),
      ("header", "a,,b", "a column of the header has no name"),
      (
        "units", "case",
        "'case' is no unit with what it is, as case=pack or dozen=12, each said once"
      ),
      (
        "units", "case=0",
        "unit 'case' is '0'; it is 'pack' or a number above 0 and at most 1000000000"
      ),
    ])
  func refused(option: String, value: String, sentence: String) {
    var options = MappingOptions()
    switch option {
    case "columns": options.columns = value
    case "delimiter": options.delimiter = value
    case "encoding": options.encoding = value
    case "decimal": options.decimal = value
    case "thousands": options.thousands = value
    case "dates": options.dateFormat = value
    case "header": options.header = value
    default: options.units = value
    }
    #expect {
      _ = try options.mapping(of: .demand)
    } throws: { error in FailureReport(error).sentence == sentence }
  }

  @Test("units go with rows that count something")
  func unitsOfItems() {
    var options = MappingOptions()
    options.units = "case=pack"
    #expect(throws: MappingProblem.unitsOfKind(.items)) { _ = try options.mapping(of: .items) }
  }
}
