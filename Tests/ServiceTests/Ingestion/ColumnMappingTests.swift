import Testing

@testable import Service

@Suite("Mapping of columns")
struct ColumnMappingTests {
  static let m5 = "item=dept_id,location=store_id,region=state_id,day=date,quantity=units"

  @Test("one mapping serves every kind of file")
  func m5() throws {
    let mapping = try ColumnMapping(map: Self.m5, ignore: "cat_id")
    let text = "date,state_id,store_id,cat_id,dept_id,units\n2011-01-29,CA,CA_1,FOODS,FOODS_1,297\n"
    #expect(
      try readRows(text, columns: SyncKind.demand.columns, mapping: mapping)
        == [.fields(["FOODS_1", "CA_1", "2011-01-29", "297", "", ""], line: 2)])
    #expect(
      try readRows(
        text, columns: SyncKind.locations.columns, required: [.location, .region], mapping: mapping)
        == [.fields(["CA_1", "CA", "", "", "", "", ""], line: 2)])
  }

  @Test("an unknown column is refused by name, with the nearest known one")
  func unknown() {
    #expect(throws: ReadFailure.unknownColumn(found: "Quantity", nearest: "quantity")) {
      try readRows("item,Quantity\nA,1\n")
    }
    #expect(throws: ReadFailure.unknownColumn(found: "lead_time_day", nearest: "lead_time_days")) {
      try readRows("item,lead_time_day\nA,1\n")
    }
    #expect(throws: ReadFailure.unknownColumn(found: "colour", nearest: nil)) {
      try readRows("item,colour\nA,red\n")
    }
    #expect(
      ReadFailure.unknownColumn(found: "itm", nearest: "item").sentence
        == "unknown column 'itm': did you mean 'item'? use --map OURS=itm or --ignore itm")
  }

  @Test("known columns that the kind does not use are passed over")
  func unused() throws {
    #expect(
      try readRows("item,on_hand,price\nA,3,2.50\n") == [.fields(["A", "", ""], line: 2)])
  }

  @Test("two columns of the same name are refused, unless one is ignored")
  func duplicate() throws {
    #expect(throws: ReadFailure.duplicateColumn(.item)) { try readRows("item,item\nA,B\n") }
    let mapping = ColumnMapping(theirs: [.item: "sku"])
    #expect(throws: ReadFailure.duplicateColumn(.item)) {
      try readRows("item,sku\nA,B\n", mapping: mapping)
    }
    let ignoring = ColumnMapping(theirs: [.item: "sku"], ignored: ["item"])
    #expect(
      try readRows("item,sku\nA,B\n", mapping: ignoring) == [.fields(["B", "", ""], line: 2)])
  }

  @Test("one of their columns may be two of ours")
  func shared() throws {
    let mapping = try ColumnMapping(map: "item=sku,name=sku", ignore: "")
    #expect(
      try readRows("sku\nA\n", columns: [.item, .name], mapping: mapping)
        == [.fields(["A", "A"], line: 2)])
  }

  @Test("missing required columns are named, with what the header holds")
  func missing() {
    #expect(throws: ReadFailure.missingColumns([.day, .quantity], header: ["item", "name"])) {
      try readRows("item,name\nA,B\n", required: [.item, .day, .quantity])
    }
    #expect(
      ReadFailure.missingColumns([.day, .quantity], header: ["item", "name"]).sentence
        == "missing columns day, quantity: the header holds item, name")
  }

  @Test("a mapped column that the header lacks is named")
  func absent() {
    #expect(
      throws: ReadFailure.mappedColumnAbsent(.item, theirs: "sku", header: ["item", "day"])
    ) {
      try readRows("item,day\nA,x\n", mapping: ColumnMapping(theirs: [.item: "sku"]))
    }
  }

  @Test("a mapping that cannot be read is refused")
  func malformed() {
    #expect(throws: ColumnMapping.Failure.malformed("item")) {
      try ColumnMapping(map: "item", ignore: "")
    }
    #expect(throws: ColumnMapping.Failure.malformed("item=")) {
      try ColumnMapping(map: "day=date,item=", ignore: "")
    }
    #expect(throws: ColumnMapping.Failure.unknownColumn("itm", nearest: "item")) {
      try ColumnMapping(map: "itm=sku", ignore: "")
    }
    #expect(throws: ColumnMapping.Failure.mappedTwice(.item)) {
      try ColumnMapping(map: "item=a,item=b", ignore: "")
    }
  }

  @Test("the canonical form does not depend on the order given")
  func canonical() throws {
    let one = try ColumnMapping(map: "item=a,day=b", ignore: "x,y")
    let other = try ColumnMapping(map: "day=b,item=a", ignore: "y,x")
    #expect(one.canonical == other.canonical)
    #expect(one.canonical == "item=a,day=b;x,y")
  }
}
