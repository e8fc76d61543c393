import Inventory
import Testing

@Suite("Codes, freshness, levels and scopes")
struct WordsTests {
  @Test("a code has 1 to 128 bytes and no control character")
  func codes() {
    #expect(ItemCode("") == nil)
    #expect(ItemCode(String(repeating: "x", count: 128)) != nil)
    #expect(ItemCode(String(repeating: "ä", count: 65)) == nil)
    #expect(ItemCode("a\u{7}b") == nil)
    #expect(ItemCode("a\nb") == nil)
    #expect(ItemCode("a\u{85}b") == nil)
    #expect(ItemCode("Bergkäse 200 g")?.text == "Bergkäse 200 g")
  }

  @Test("codes are compared by bytes, not by what looks alike")
  func codeOrder() throws {
    let composed = try #require(ItemCode("\u{E9}"))
    let decomposed = try #require(ItemCode("e\u{301}"))
    #expect(composed != decomposed)
    #expect(Set([composed, decomposed]).count == 2)
    let codes = try ["a", "B", "Z", "é", "aa"].map { try #require(ItemCode($0)) }
    #expect(codes.sorted().map(\.text) == ["B", "Z", "a", "aa", "é"])
  }

  @Test(
    "freshness is read from an ISO 8601 duration",
    arguments: [
      ("P1D", 1440), ("PT6H", 360), ("P1DT30M", 1470), ("P1W", 10_080), ("PT90M", 90), ("P0D", 0),
    ])
  func freshness(text: String, minutes: Int) {
    #expect(Freshness(text)?.minutes == minutes)
    #expect(Freshness(Freshness(minutes: minutes).description)?.minutes == minutes)
  }

  @Test(
    "what is no duration of days, hours and minutes is refused",
    arguments: [
      "", "P", "PT", "1D", "P1", "P1M", "P1Y", "PD", "P1DT", "PT1D", "P2D1W", "P400D", "P-1D",
    ])
  func noFreshness(text: String) {
    #expect(Freshness(text) == nil)
  }

  @Test("each level keeps its own parts and the groups they belong to")
  func nodes() {
    let series = Series(
      item: ItemCode("oat biscuits"), location: LocationCode("Leeds"), region: RegionCode("north"),
      category: CategoryCode("bakery"))
    #expect(Node(.itemLocation, of: series).category?.text == "bakery")
    #expect(Node(.itemLocation, of: series).region?.text == "north")
    #expect(Node(.item, of: series).region == nil)
    #expect(Node(.item, of: series).category?.text == "bakery")
    #expect(Node(.location, of: series).region?.text == "north")
    #expect(Node(.location, of: series).category == nil)
    #expect(
      Node(.total, of: series)
        == Node(.total, of: Series(item: nil, location: nil, region: nil, category: nil)))
    #expect(Level.allCases.count == 9)
    #expect(Level.allCases.sorted() == Level.allCases)
  }

  @Test("an event covers the series within its scope and no other")
  func scopes() {
    let series = Series(
      item: ItemCode("a"), location: LocationCode("x"), region: RegionCode("north"), category: nil)
    #expect(CalendarEvent.Scope.everything.covers(series))
    #expect(CalendarEvent.Scope(region: RegionCode("north")).covers(series))
    #expect(!CalendarEvent.Scope(region: RegionCode("south")).covers(series))
    #expect(!CalendarEvent.Scope(region: RegionCode("north"), item: ItemCode("b")).covers(series))
    #expect(!CalendarEvent.Scope(category: CategoryCode("c")).covers(series))
  }

  @Test("the inventory position counts what is ordered and takes off what is promised")
  func position() {
    let stock = StockSnapshot(
      asOf: Instant(microseconds: 0), onHand: -3, onOrder: 20, reserved: 5)
    #expect(stock.inventoryPosition == 12)
  }

  @Test("quantities are bounded, finite, and demand is not negative")
  func quantities() {
    #expect(Quantity.isDemand(0) && Quantity.isDemand(1e9))
    #expect(!Quantity.isDemand(-0.5) && !Quantity.isDemand(1e9 + 1))
    #expect(!Quantity.isDemand(.nan) && !Quantity.isDemand(.infinity))
    #expect(Quantity.isStock(-1e9) && !Quantity.isStock(.nan))
  }
}
