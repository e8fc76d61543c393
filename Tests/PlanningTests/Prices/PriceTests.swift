import Foundation
import Inventory
import Testing

@testable import Planning

/// Sixteen series of one category whose prices change every few months, and demand that follows
/// them with a known elasticity.
private struct PricedShop {
  var elasticity = -1.5
  var days = 900
  /// The last change lies this many days after the origin.
  var aheadChange = 1.1
  let start = day("2022-01-03")

  var origin: Day { start + (days - 1) }

  private func code(_ number: Int) -> String { "item\(number)" }

  /// ln of the price of an item on a day.
  private func logarithm(_ item: Int, _ offset: Int) -> Double {
    if offset >= days { return logarithm(item, days - 1) + log(aheadChange) }
    var random = SplitMix(UInt64(1000 + item * 50 + (offset + 17 * item) / 110))
    return 0.12 * Double.random(in: -0.5..<0.5, using: &random)
  }

  var prices: [Price] {
    (0..<16).flatMap { item -> [Price] in
      (0...days).compactMap { offset in
        let now = logarithm(item, offset)
        guard offset == 0 || now != logarithm(item, offset - 1), let code = ItemCode(code(item))
        else { return nil }
        return Price(item: code, from: start + offset, amount: "\(10 * exp(now))")
      }
    }
  }

  var histories: [DemandHistory] {
    (0..<16).map { item in
      var random = SplitMix(UInt64(7 + item))
      let values = (0..<days).map { offset in
        let weekly = [0.8, 0.8, 0.9, 1, 1.2, 1.5, 0.8][offset % 7]
        let noise = Double.random(in: 0.75..<1.25, using: &random)
        return (40 * weekly * noise * exp(elasticity * logarithm(item, offset))).rounded()
      }
      return DemandHistory(
        series: series(code(item), at: "N1", in: "N", of: "food"), start: start, values: values)
    }
  }

  func forecast(prices: [Price]) throws -> ForecastTable {
    try Forecaster.forecast(
      histories: histories, events: [], prices: prices, origin: origin,
      settings: ForecastSettings(horizon: 14))
  }

  var learnt: PriceElasticity {
    let grid = BucketGrid(.day, namedBy: start)
    return Preparation(
      histories, order: Array(histories.indices), events: [], covered: [], prices: prices,
      grid: grid, next: grid.position(of: origin) + 1, horizon: 14
    ).elasticity
  }
}

@Suite("Prices")
struct PriceTests {
  private let soap = series("soap", at: "N1", in: "N", of: "care")

  private func price(
    _ amount: String, from day: String, at location: String? = nil, in region: String? = nil,
    isPromotion: Bool = false
  ) throws -> Price {
    Price(
      item: try #require(soap.item), from: Day(day) ?? .earliest, amount: amount,
      location: location.flatMap { LocationCode($0) }, region: region.flatMap { RegionCode($0) },
      isPromotion: isPromotion)
  }

  @Test("an elasticity of -1.5 is learnt from price changes, and foretells a known one ahead")
  func trueElasticity() throws {
    let shop = PricedShop()
    let learnt = try #require(shop.learnt.ofCategory[CategoryCode("food")])
    #expect(abs(learnt + 1.5) < 0.4)
    let priced = try shop.forecast(prices: shop.prices)
    let plain = try shop.forecast(prices: [])
    let total = { (table: ForecastTable) in
      Double(table.nodes.first { $0.node.level == .total }?.means.reduce(0, +) ?? 0)
    }
    // A tenth dearer, from the first day ahead on.
    #expect(abs(total(priced) / total(plain) / pow(1.1, -1.5) - 1) < 0.05)
  }

  @Test("demand that does not follow price is forecast as without prices, bit for bit")
  func noElasticity() throws {
    var shop = PricedShop()
    shop.elasticity = 0
    #expect(shop.learnt.ofCategory.isEmpty)
    let priced = try shop.forecast(prices: shop.prices)
    let plain = try shop.forecast(prices: [])
    #expect(priced.nodes.map(\.means) == plain.nodes.map(\.means))
  }

  @Test("dearer that sells more is chance, not an effect")
  func wrongSign() {
    var shop = PricedShop()
    shop.elasticity = 1.5
    #expect(shop.learnt.ofCategory.isEmpty)
  }

  @Test("the order of prices does not matter")
  func order() throws {
    let shop = PricedShop(days: 500)
    var random = SplitMix(4)
    let straight = try shop.forecast(prices: shop.prices)
    let shuffled = try shop.forecast(prices: shop.prices.shuffled(using: &random))
    #expect(straight.nodes.map(\.means) == shuffled.nodes.map(\.means))
  }

  @Test("the narrowest scope holds: a location's price before its region's before everyone's")
  func scopes() throws {
    let table = PriceTable([
      try price("1", from: "2025-01-01"), try price("2", from: "2025-01-03", in: "N"),
      try price("3", from: "2025-01-04", at: "N1"), try price("4", from: "2025-01-05"),
    ])
    let days = day("2024-12-31")...day("2025-01-05")
    let here = try #require(table.logarithms(for: soap, days: days))
    #expect(here[0].isNaN)
    #expect(here.dropFirst().map { exp($0).rounded() } == [1, 1, 2, 3, 3])
    let south = try #require(
      table.logarithms(for: series("soap", at: "S1", in: "S", of: "care"), days: days))
    #expect(south.dropFirst().map { exp($0).rounded() } == [1, 1, 1, 1, 4])
    #expect(table.logarithms(for: series("tea", at: "N1", in: "N"), days: days) == nil)
  }

  @Test("a promotion lasts until the next price of its scope, and is no price of its own")
  func promotions() throws {
    let prices = [
      try price("5", from: "2025-01-01"), try price("4", from: "2025-01-03", isPromotion: true),
      try price("5", from: "2025-01-06"),
      try price("3", from: "2025-01-08", at: "N1", isPromotion: true),
    ]
    let days = day("2025-01-01")...day("2025-01-09")
    let events = PriceTable.promotions(prices, in: days)
    #expect(events.map { $0.day - days.lowerBound } == [2, 3, 4, 7, 8])
    #expect(events.allSatisfy { $0.kind == .promotion && $0.scope.item == soap.item })
    #expect(events.last?.scope.location == soap.location)
    let known = try #require(PriceTable(prices).logarithms(for: soap, days: days))
    #expect(known.map(\.isNaN) == [false, false, true, true, true, false, false, true, true])
  }

  @Test("a promoted day ahead is forecast higher where promoted days sold more")
  func promotedAhead() throws {
    let start = day("2024-01-01")
    let isPromoted = { (offset: Int) in offset % 50 < 4 }
    let values = (0..<400).map { isPromoted($0) ? 30.0 : 10 }
    let prices = try (0..<420).compactMap { offset -> Price? in
      guard offset == 0 || isPromoted(offset) != isPromoted(offset - 1) else { return nil }
      return try price(
        isPromoted(offset) ? "4" : "5", from: (start + offset).description,
        isPromotion: isPromoted(offset))
    }
    let table = try Forecaster.forecast(
      histories: [DemandHistory(series: soap, start: start, values: values)], events: [],
      prices: prices, origin: start + 399, settings: ForecastSettings(horizon: 14))
    let means = try #require(table.nodes.first).means.map { Double($0) / 1000 }
    #expect(means.prefix(4).allSatisfy { $0 > 22 })
    #expect(means.dropFirst(4).allSatisfy { $0 < 14 })
  }

  @Test("an unchanged price is no effect, nor is a cut beyond 15 per cent")
  func index() {
    #expect(PriceIndex.relative(Array(repeating: 2, count: 30), window: 10).allSatisfy { $0 == 0 })
    let stepped = Array(repeating: 0.0, count: 20) + Array(repeating: 0.1, count: 5)
    let values = PriceIndex.relative(stepped, window: 10)
    #expect(values.prefix(20).allSatisfy { $0 == 0 })
    #expect(abs(values[20] - 0.09) < 1e-12 && values[24] < values[20])
    let cut = Array(repeating: 0.0, count: 20) + [-0.4, -0.4]
    #expect(PriceIndex.relative(cut, window: 10).allSatisfy { $0 == 0 })
    let gap = PriceIndex.relative([.nan, .nan, 1, 1.1], window: 10)
    #expect(gap[0] == 0 && gap[2] == 0 && abs(gap[3] - 0.05) < 1e-12)
  }
}
