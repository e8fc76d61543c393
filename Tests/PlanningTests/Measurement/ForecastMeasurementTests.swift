import Forecasting
import Inventory
import Testing

@testable import Planning

@Suite("Forecast measurement")
struct ForecastMeasurementTests {
  private static let origin = Day("2024-06-14")!

  private static func series(_ item: String) -> Series {
    Series(
      item: ItemCode(item), location: LocationCode("leeds"), region: RegionCode("north"),
      category: CategoryCode("food"))
  }

  /// Two weeks of 1, 2, ..., 7 through the origin, then the days given.
  private static func history(
    _ item: String, after: [Double], stockouts: [Int] = []
  ) -> DemandHistory {
    let weeks = (0..<14).map { Double($0 % 7 + 1) }
    return DemandHistory(
      series: series(item), start: origin - 13, values: weeks + after, stockouts: stockouts)
  }

  private static func forecast(_ item: String, _ units: [Double]) -> PublishedForecast {
    PublishedForecast(
      node: Node(.itemLocation, of: series(item)), origin: origin, isStale: false, tier: .mean,
      reason: "a mean", firstDay: origin + 1, means: units.map { Int64($0 * 1000) },
      quantiles: [units.map { $0 - 1 }, units.map { $0 + 1 }], spread: .certain)
  }

  private static func all(_ sums: [ForecastMeasurement.Group: AccuracySums]) -> [AccuracySums] {
    sums.sorted { $0.key.lead < $1.key.lead }.map(\.value)
  }

  @Test("each day ahead has the sums that its ratios are made from")
  func sums() throws {
    let measurement = ForecastMeasurement([Self.history("oats", after: [3, 1])], events: [])
    let sums = measurement.sums(
      of: [Self.forecast("oats", [2, 4, 9])], probabilities: [0.1, 0.9], origin: Self.origin,
      leads: 2)
    #expect(sums.keys.allSatisfy { $0.category == CategoryCode("food") })
    #expect(sums.keys.allSatisfy { $0.demandClass == .smooth })
    let (first, second) = (Self.all(sums)[0], Self.all(sums)[1])
    #expect(first.wape == 1.0 / 3)
    #expect(first.bias == -1.0 / 3)
    #expect(second.wape == 3)
    #expect(second.bias == 3)
    // 3 lies on the upper quantile of the first day; 1 below the lower one of the second.
    #expect(first.coverage == 1)
    #expect(second.coverage == 0)
    // Twelve changes of 1 and one of 6 within the two weeks.
    let scale = (12.0 + 36) / 13
    #expect(abs(try #require(first.rmsse) - (1 / scale).squareRoot()) < 1e-12)
    // Quantiles 1 and 3 of demand 3: 0.1 (3 - 1) and 0.
    #expect(abs(first.pinballLoss - 0.1) < 1e-12)
    // The last week again: 1 and 2.
    #expect(first.naiveAbsoluteError == 2)
    #expect(second.naiveAbsoluteError == 1)
    #expect(first.valueAdded == 1.0 / 3)
    #expect(second.valueAdded == -2)
  }

  @Test("missing days, stockouts and closed days are left out")
  func masks() {
    let history = Self.history("oats", after: [.nan, 3, 3, 3], stockouts: [15])
    let closed = CalendarEvent(
      day: Self.origin + 3, name: "Fair", kind: .closed,
      scope: .init(region: RegionCode("north")))
    let sums = ForecastMeasurement([history], events: [closed]).sums(
      of: [Self.forecast("oats", [3, 3, 3, 3])], probabilities: [0.1, 0.9],
      origin: Self.origin, leads: 4)
    #expect(sums.keys.map(\.lead) == [4])
  }

  @Test("series whose history is not there are passed over; what never sold has no class")
  func unknown() {
    let zeros = DemandHistory(
      series: Self.series("soap"), start: Self.origin - 13,
      values: Array(repeating: 0, count: 15))
    let sums = ForecastMeasurement([zeros], events: []).sums(
      of: [Self.forecast("rye", [1]), Self.forecast("soap", [1])], probabilities: [0.1, 0.9],
      origin: Self.origin, leads: 1)
    #expect(sums.count == 1)
    #expect(sums.first?.key.demandClass == nil)
    #expect(sums.first?.value.wape == nil)
    #expect(sums.first?.value.rmsse == nil)
    #expect(sums.first?.value.absoluteError == 1)
  }

  @Test("a breach needs enough days, and then is worse than last week again, or biased")
  func breach() {
    var sums = AccuracySums()
    sums.demand = 100
    sums.naiveDemand = 100
    sums.naiveAbsoluteError = 20
    sums.naiveForecastAbsoluteError = 21
    sums.signedError = 10
    let limits = AccuracyLimits()
    #expect(AccuracyBreach(sums, days: 14, limits: limits) == nil)
    sums.signedError = -40
    #expect(AccuracyBreach(sums, days: 14, limits: limits) == .biased(-0.4))
    sums.naiveForecastAbsoluteError = 23
    #expect(
      AccuracyBreach(sums, days: 14, limits: limits)
        == .worseThanNaive(wape: 0.23, naive: 0.2))
    #expect(AccuracyBreach(sums, days: 6, limits: limits) == nil)
  }
}
