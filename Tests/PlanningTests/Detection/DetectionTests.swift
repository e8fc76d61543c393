import Forecasting
import Inventory
import Testing

@testable import Planning

@Suite("Detection")
struct DetectionTests {
  @Test("a revision against the previous run is one flag, and a jump takes its place")
  func revision() throws {
    var sample = DetectionSample()
    let before = sample.published(origin: sample.origin - 1)
    #expect(sample.flags(previous: before) == [])
    // Under the limit of a jump, above that of a day's news.
    sample.scale(1.13) { $0.location?.text == "N2" }
    let flags = sample.flags(previous: before)
    #expect(flags.map(\.short) == ["revision N2"])
    #expect(
      flags.first?.message.hasPrefix(
        "all items at N2: forecast 791 a week, the previous run said 700 for the same days"
          + " (13 % revised)") == true)
    sample.scale(2.5) { $0.location?.text == "N2" }
    #expect(sample.flags(previous: before).map(\.short) == ["level-jump N2"])
  }

  @Test("the more days lie between two runs, the more may be revised")
  func gap() {
    var sample = DetectionSample()
    sample.scale(1.13) { $0.location?.text == "N2" }
    #expect(sample.flags(previous: sample.published(origin: sample.origin - 20)) == [])
  }

  @Test("a total over other regions than before is not compared")
  func regions() {
    let sample = DetectionSample()
    let before = sample.published(origin: sample.origin - 1)
      .filter { $0.node.region?.text != "S" }
      .map { one in
        one.node.region == nil ? one.halved : one
      }
    #expect(sample.flags(previous: before) == [])
  }

  @Test("a relative scatter is that of the spread's own samples")
  func scatter() {
    let spreads: [DemandSpread] = [
      .squareRoot(scale: 40, deviation: 0.3, growth: 0.1), .negativeBinomial(dispersion: 4),
    ]
    for spread in spreads {
      let quantiles = spread.quantiles([0.1587, 0.8413], mean: 60, lead: 1)
      let half = (quantiles[1] - quantiles[0]) / 2 / 60
      #expect(abs(spread.relativeDeviation(mean: 60) / half - 1) < 0.15)
    }
  }

  @Test("a stale region is one flag that names its location; one without a forecast is critical")
  func stale() throws {
    let scope = TrainingScope(
      locations: [
        LocationFreshness(
          location: try #require(LocationCode("S1")), region: try #require(RegionCode("S")),
          completeThrough: day("2025-05-28"), due: day("2025-06-01"))
      ], asOf: day("2025-06-02"))
    let behind = try #require(scope.behind.first)
    let flags = [true, false].flatMap { keeps in
      Detection.flags(
        DetectionInput(
          table: DetectionSample().table(), behind: [.init(behind, keepsForecast: keeps)]))
    }
    #expect(flags.map(\.rule) == [.staleRegion, .staleRegion])
    #expect(flags.map(\.severity) == [.warning, .critical])
    #expect(flags[0].region?.text == "S" && flags[0].node == nil && flags[0].found == 4)
    #expect(
      flags[0].message
        == "S keeps its last good forecast: S1 has sent nothing after 2025-05-28, and"
        + " 2025-06-01 was due")
  }

  @Test("flags are in the same order whatever the order of what is looked at; critical first")
  func order() {
    var sample = DetectionSample()
    sample.scale(1.9) { $0 == DetectionSample.series("tea", "N1") }
    sample.scale(4) { $0 == DetectionSample.series("soap", "S2") }
    let table = sample.table()
    var random = SplitMix(3)
    let shuffled = ForecastTable(
      origin: table.origin, settings: table.settings, days: table.days,
      nodes: table.nodes.shuffled(using: &random))
    let flags = Detection.flags(DetectionInput(table: table))
    #expect(flags.map(\.severity) == [.critical, .warning])
    #expect(Detection.flags(DetectionInput(table: shuffled)) == flags)
  }

  @Test("every coarser sum of a node is named, coarsest first")
  func sums() {
    let node = Node(.itemLocation, of: DetectionSample.series("tea", "N1"))
    #expect(node.sums.map(\.level) == Level.allCases.dropLast())
    let category = Node(.categoryRegion, of: DetectionSample.series("tea", "N1"))
    #expect(category.sums.map(\.level) == [.total, .region, .category])
  }
}

extension PublishedForecast {
  fileprivate var halved: PublishedForecast {
    PublishedForecast(
      node: node, origin: origin, isStale: isStale, tier: tier, reason: reason,
      firstDay: firstDay, means: means.map { $0 / 2 }, quantiles: [], spread: spread)
  }
}

@Suite("Forecasts that cannot be believed")
struct UntrustedValueTests {
  private let ladder = Ladder(choice: .auto, bucket: .day, horizon: 14)

  private func history() -> NodeHistory {
    NodeHistory(prepared((0..<200).map { Double(10 + $0 % 7) }))
  }

  private func answer(_ means: [Double], isPlausible: Bool = true) throws -> Hybrid.Forecast {
    let values = (0..<200).map { Double(10 + $0 % 7) }
    let window = FeatureWindow(
      grid: BucketGrid(.day, namedBy: Day(ordinal: 0)), positions: 0..<214, historyCount: 200)
    let panels = HybridPanels(
      window: window,
      features: FeatureTable(groups: SeasonalFeatures.groups(window), rows: 214), horizon: 14)
    let column = PanelColumn(
      history: NodeHistory(prepared(values)), parent: nil, closures: [], family: nil)
    var forecast = try #require(
      try panels.forecast(HybridPanels.panels(of: [column])[0], of: [column])[0])
    forecast.means = means
    forecast.isPlausible = isPlausible
    return forecast
  }

  @Test(
    "not finite, negative, or above ten times the year's largest day: the next rung stands in",
    arguments: [Double.nan, .infinity, -1, 161])
  func refused(worst: Double) throws {
    var means = [Double](repeating: 12, count: 14)
    means[5] = worst
    let fit = ladder.fit(history(), hybrid: try answer(means))
    #expect(fit.tier == .smoothing)
    #expect(fit.means.allSatisfy { $0 >= 0 && $0 < 30 })
    let refused = try #require(fit.refused)
    #expect(refused.tier == .hybrid && refused.limit == 160)
    #expect(refused.worst == worst || refused.worst.isNaN && worst.isNaN)
  }

  @Test("what holds is refused by nobody")
  func trusted() throws {
    let fit = ladder.fit(history(), hybrid: try answer(Array(repeating: 160, count: 14)))
    #expect(fit.tier == .hybrid && fit.refused == nil)
  }

  @Test("a refused forecast is a critical flag that says what stands in")
  func flag() {
    let node = Node(.itemLocation, of: DetectionSample.series("tea", "N1"))
    func flags(_ worst: Double) -> [Flag] {
      let forecast = NodeForecast(
        node: node, tier: .smoothing, reason: "", means: Array(repeating: 2000, count: 28),
        quantiles: [], spread: .certain,
        refused: RefusedForecast(tier: .hybrid, worst: worst, limit: 160))
      return Detection.flags(
        DetectionInput(
          table: ForecastTable(
            origin: day("2025-06-01"), settings: ForecastSettings(), days: [],
            nodes: [forecast])))
    }
    #expect(flags(.nan).map(\.severity) == [.critical])
    #expect(flags(.nan).first?.found == nil)
    #expect(
      flags(900).first?.message
        == "tea at N1: the hybrid forecast reached 900 a day, over ten times the year's best day;"
        + " 14 a week by the rung 'smoothing' stands in for it")
    #expect(flags(-1).first?.message.contains("was below zero") == true)
    #expect(flags(.nan).first?.message.contains("was not a number") == true)
  }

  @Test("a promotion that would multiply a forecast beyond belief is left out")
  func promoted() throws {
    // One promoted day sold 300 times as much, long ago; the last year knows nothing of it.
    var values = (0..<500).map { _ in 10.0 }
    values[5] = 3000
    let start = day("2023-01-02")
    let one = series("tea", at: "N1", in: "N")
    let promotion = { (offset: Int) in
      CalendarEvent(
        day: start + offset, name: "sale", kind: .promotion, scope: .init(item: one.item))
    }
    let table = try Forecaster.forecast(
      histories: [DemandHistory(series: one, start: start, values: values)],
      events: [promotion(5), promotion(505)], origin: start + 499,
      settings: ForecastSettings(horizon: 14))
    let forecast = try #require(table.nodes.first)
    #expect(forecast.means.allSatisfy { $0 <= 100_000 && $0 > 0 })
  }
}
