import Inventory
import Testing

@testable import Planning

@Suite("The days a replenishment line covers")
struct ReplenishmentIntervalTests {
  let item = ItemCode("A")

  func terms(_ lead: Double?, review: Double? = nil, deviation: Double? = nil) throws -> Terms {
    try Terms(
      item: #require(item), leadTimeDays: lead, leadTimeDeviationDays: deviation,
      reviewPeriodDays: review)
  }

  @Test("lead time and review period are protected together")
  func leadAndReview() throws {
    let interval = try #require(ProtectionInterval(terms(5, review: 7)))
    #expect(interval.days == 12)
  }

  @Test("an item without a review period is reviewed daily")
  func defaultReview() throws {
    let interval = try #require(ProtectionInterval(terms(5)))
    #expect(interval.days == 6)
  }

  @Test("terms without a lead time have no interval")
  func noLeadTime() throws { #expect(ProtectionInterval(try terms(nil, review: 7)) == nil) }

  @Test("an interval beyond three years is refused", arguments: [1096.5, 1e9, .infinity, .nan, -1])
  func tooLong(lead: Double) throws {
    #expect(ProtectionInterval(try terms(lead)) == nil)
  }

  @Test("a lead time never falls below zero, whatever its deviation")
  func early() throws {
    let interval = try #require(ProtectionInterval(terms(3, review: 2, deviation: 4)))
    #expect(interval.days(lateBy: -10) == 2)
    #expect(interval.days(lateBy: 4) == 9)
    #expect(interval.days(lateBy: 5000) == ProtectionInterval.longestDays)
  }

  @Test("the days since the origin that have passed are left out")
  func passedDays() {
    let ahead = DemandAhead(means: [1000, 2000, 3000, 4000], skipping: 2)
    #expect(ahead.total(days: 2) == 7)
  }

  @Test("a forecast goes on with the mean of its last seven days")
  func continuation() {
    let ahead = DemandAhead(means: [90_000] + (1...7).map { $0 * 1000 }, skipping: 0)
    #expect(ahead.total(days: 8) == 118)
    #expect(ahead.total(days: 15) == 118 + 28)
    #expect(ahead.extensionDays(of: 8) == 0)
    #expect(ahead.extensionDays(of: 8.5) == 1)
  }

  @Test("a forecast that lies wholly in the past still goes on with its last season")
  func allPassed() {
    let ahead = DemandAhead(means: Array(repeating: 2000, count: 28), skipping: 40)
    #expect(ahead.total(days: 3) == 6)
    #expect(ahead.extensionDays(of: 3) == 3)
  }

  @Test("the last day of a fractional interval counts in part")
  func fractionalDay() {
    let ahead = DemandAhead(means: [4000, 8000], skipping: 0)
    #expect(ahead.means(days: 1.25) == [4, 2])
    #expect(ahead.means(days: 0) == [])
  }

  @Test(
    "supply lasts until the mean demand has consumed it",
    arguments: [
      (0.0, 0.0), (-5, 0), (5, 0.5), (10, 1), (40, 2), (70, 3), (85, 3.75), (99_999, 999),
    ]
  )
  func daysOfSupply(units: Double, days: Double) {
    let ahead = DemandAhead(known: [10, 30, 30], continuation: 20)
    #expect(ahead.daysUntilConsumed(units, limit: 999) == days)
  }

  @Test("without demand any supply lasts to the limit")
  func noDemand() {
    #expect(DemandAhead(means: [0, 0, 0], skipping: 0).daysUntilConsumed(1, limit: 999) == 999)
    #expect(DemandAhead(means: [], skipping: 0).daysUntilConsumed(1, limit: 999) == 999)
  }
}
