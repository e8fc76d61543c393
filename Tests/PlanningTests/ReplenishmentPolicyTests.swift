import Inventory
import Testing

@testable import Planning

@Suite("Reorder point, order-up-to level and what to order")
struct ReplenishmentPolicyTests {
  func terms(minimum: Double? = nil, multiple: Double? = nil) throws -> Terms {
    try Terms(
      item: #require(ItemCode("A")), leadTimeDays: 5, reviewPeriodDays: 5,
      minimumOrderQuantity: minimum, orderMultiple: multiple)
  }

  func levels() throws -> ReplenishmentLevels {
    let interval = try #require(ProtectionInterval(terms()))
    return ReplenishmentLevels(
      mean: Amount(60), interval: interval, serviceLevel: 0.9,
      sample: ReplenishmentSample(totals: (1...10).map { Double($0) * 10 }))
  }

  @Test("the reorder point is the service level's quantile, the safety stock what exceeds the mean")
  func reorderPoint() throws {
    let levels = try levels()
    #expect(levels.reorderPoint == Amount(90))
    #expect(levels.safetyStock == Amount(30))
  }

  @Test("the order-up-to level adds one review period's mean")
  func orderUpTo() throws { #expect(try levels().orderUpTo == Amount(120)) }

  @Test(
    "an order closes the gap, raised to the minimum, then up to a whole multiple",
    arguments: [
      // position, minimum, multiple, order
      (90.001, nil, nil, 0.0),
      (90, nil, nil, 30),
      (89.5, nil, nil, 31),
      (90, nil, 6, 30),
      (90, nil, 7, 35),
      (90, 50, nil, 50),
      (90, 50, 12, 60),
      (90, 10, 0.25, 30),
      (89.9, nil, 0.25, 30.25),
      (-20, nil, 1, 140),
    ] as [(Double, Double?, Double?, Double)])
  func order(position: Double, minimum: Double?, multiple: Double?, order: Double) throws {
    let terms = try terms(minimum: minimum, multiple: multiple)
    #expect(try levels().order(position: Amount(position), terms: terms) == Amount(order))
  }

  @Test("a gap that is a whole multiple but for binary noise is not rounded up again")
  func noise() throws {
    let terms = try terms(multiple: 0.1)
    #expect(try levels().order(position: Amount(120 - 30.3), terms: terms) == Amount(30.3))
  }

  @Test("nothing is ordered of what nobody wants, whatever the minimum")
  func noDemand() throws {
    let interval = try #require(ProtectionInterval(terms()))
    let levels = ReplenishmentLevels(
      mean: .zero, interval: interval, serviceLevel: 0.95,
      sample: ReplenishmentSample(totals: [0, 0]))
    #expect(levels.order(position: .zero, terms: try terms(minimum: 100)) == .zero)
  }
}
