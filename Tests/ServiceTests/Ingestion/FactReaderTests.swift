import Inventory
import Testing

@testable import Service

@Suite("Reading facts of the smaller kinds")
struct FactReaderTests {
  @Test("an item with all its fields, and one with its code alone")
  func items() throws {
    let text = """
      item,name,category,unit,pack_size,launched,ended,predecessor
      A,Oat biscuits 200 g,Biscuits,piece,12,2025-01-01,2026-01-01,B
      C,,,,,,,
      """
    let (facts, _) = try read(Item.self, text)
    let full = Item(
      code: try #require(ItemCode("A")), name: "Oat biscuits 200 g",
      category: CategoryCode("Biscuits"), unit: "piece", packSize: 12,
      launched: Day("2025-01-01"), ended: Day("2026-01-01"), predecessor: ItemCode("B"))
    #expect(facts == [full, Item(code: try #require(ItemCode("C")))])
  }

  @Test("a location's freshness is a day unless it says another")
  func locations() throws {
    let text = """
      location,region,time_zone,freshness
      X,North,Europe/Berlin,PT6H
      Y,North,,
      """
    let (facts, _) = try read(Location.self, text)
    #expect(facts.map(\.freshness.minutes) == [360, 1440])
    #expect(facts.map(\.timeZone) == ["Europe/Berlin", nil])
  }

  @Test("an event's kind is event unless it says another, and empty scopes mean everything")
  func calendar() throws {
    let text = "day,name,kind,region\n2026-12-25,Christmas,holiday,\n2026-06-01,Fair,,North\n"
    let (facts, _) = try read(CalendarEvent.self, text)
    #expect(facts.map(\.kind) == [.holiday, .event])
    #expect(facts.map(\.scope) == [.everything, .init(region: RegionCode("North"))])
  }

  @Test("terms keep the digits of money")
  func terms() throws {
    let text = "item,location,lead_time_days,unit_cost,service_level\nA,,3.5,1.10,\nB,X,,,0.99\n"
    let (facts, _) = try read(Terms.self, text)
    #expect(facts.map(\.unitCost) == ["1.10", nil])
    #expect(facts.map(\.serviceLevel) == [0.95, 0.99])
    #expect(facts.map(\.location) == [nil, LocationCode("X")])
    #expect(facts[0].leadTimeDays == 3.5)
  }

  @Test("a bare day of stock is the end of that day, a moment itself; backorders are negative")
  func stock() throws {
    let text = """
      {"item":"A","location":"X","as_of":"2026-01-02","on_hand":-3}
      {"item":"A","location":"X","as_of":"2026-01-02T06:00:00+01:00","on_hand":4,"on_order":5}
      """
    let (facts, _) = try read(StockRow.self, text)
    let day = try #require(Day("2026-01-02"))
    let midnight = try #require(Instant("2026-01-03T00:00:00Z"))
    #expect(facts[0].asOf == .endOfDay(day))
    let snapshots = facts.map { row in
      row.snapshot { time in
        if case .instant(let instant) = time { return instant }
        return Instant(microseconds: midnight.microseconds - 1)
      }
    }
    #expect(snapshots[0].asOf.day == day)
    #expect(snapshots[0].onHand == -3)
    #expect(snapshots[1].asOf == Instant("2026-01-02T05:00:00Z"))
    #expect(snapshots[1].inventoryPosition == 9)
  }

  @Test("rows said before are counted and passed over")
  func repeated() throws {
    let text =
      "item,location,day,quantity\n"
      + (0..<5000).map { "I\($0 % 3),X,2026-01-02,\($0)" }.joined(separator: "\n")
    var reader = try FactReader<Item>(ByteSource(.chunks([Array(text.utf8)])))
    var codes: [String] = []
    while let reading = try reader.next() {
      guard case .fact(let item, let row) = reading else { continue }
      codes.append(item.code.text)
      #expect(row.raw == Array("I\(codes.count - 1),X,2026-01-02,\(codes.count - 1)".utf8))
    }
    #expect(codes == ["I0", "I1", "I2"])
    #expect(reader.receivedRows == 5000)
    #expect(reader.repeatedRows == 4997)
  }

  @Test("rows set aside are no duplicates of each other")
  func repeatedRejections() throws {
    var reader = try FactReader<Item>(
      ByteSource(.chunks([Array("item,pack_size\nA,0\nA,0\nB,1\nB,1\n".utf8)])))
    var rejections = 0
    while let reading = try reader.next() {
      if case .rejected = reading { rejections += 1 }
    }
    #expect(rejections == 2)
    #expect(reader.repeatedRows == 1)
    #expect(reader.receivedRows == 4)
  }

  @Test("a bad value is named: items")
  func badItems() throws {
    let text = """
      item,name,pack_size,launched,ended
      A,x,0,,
      B,x,twelve,,
      C,x,,2026-02-01,2026-01-01
      D,x,,soon,
      ,x,,,
      """
    let (_, rejections) = try read(Item.self, text)
    #expect(
      rejections.map(\.sentence) == [
        "line 2: pack_size '0' must be from 1 to 1000000000",
        "line 3: pack_size 'twelve' is not a decimal number",
        "line 4: ended '2026-01-01' is before launched '2026-02-01'",
        "line 5: launched 'soon' is not a date of the form YYYY-MM-DD",
        "line 6: item is missing",
      ])
    #expect(
      rejections.map(\.code)
        == [.invalidNumber, .invalidNumber, .invalidDay, .invalidDay, .missingValue])
    #expect(rejections[0].item == ItemCode("A"))
  }

  @Test("a bad value is named: locations, calendar, terms, stock")
  func badOthers() throws {
    let locations = "location,region,time_zone,freshness\nX,R,Mars/Base,\nX,R,,soon\nX,,,\n"
    #expect(
      try read(Location.self, locations).rejections.map(\.code)
        == [.invalidTimeZone, .invalidDuration, .missingValue])
    let calendar = "day,name,kind\n2026-01-01,x,party\n2026-01-01,,\n"
    #expect(
      try read(CalendarEvent.self, calendar).rejections.map(\.sentence) == [
        "line 2: kind 'party' is none of holiday, event, promotion, payday, closed, open",
        "line 3: name is missing",
      ])
    let terms = "item,lead_time_days,unit_cost,service_level\nA,-1,,\nA,,1e3,\nA,,,0.5\n"
    #expect(
      try read(Terms.self, terms).rejections.map(\.field) == [
        .leadTimeDays, .unitCost, .serviceLevel,
      ])
    let stock =
      "item,location,as_of,on_hand,reserved\nA,X,noon,1,\nA,X,2026-01-01,,\nA,X,2026-01-01,1,-1\n"
    #expect(
      try read(StockRow.self, stock).rejections.map(\.code)
        == [.invalidTime, .missingValue, .invalidQuantity])
  }

  @Test("a name with a control character is refused, because pages and terminals show it")
  func controlCharacters() throws {
    let (_, rejections) = try read(Item.self, #"{"item":"A","name":"bell\u0007"}"#)
    #expect(rejections.map(\.code) == [.invalidText])
  }
}

private func read<Fact: ReadableFact>(
  _ fact: Fact.Type, _ text: String
) throws -> (facts: [Fact], rejections: [Rejection]) {
  var reader = try FactReader<Fact>(ByteSource(.chunks([Array(text.utf8)])))
  var facts: [Fact] = []
  var rejections: [Rejection] = []
  while let reading = try reader.next() {
    switch reading {
    case .fact(let fact, _): facts.append(fact)
    case .rejected(let rejection): rejections.append(rejection)
    }
  }
  return (facts, rejections)
}
