import Forecasting
import Inventory
import Testing

@testable import Planning

/// The gate's arithmetic, by hand on a few days.
@Suite("The gate's checks")
struct GateTests {
  private static let origin = day("2024-03-31")
  private static let first = origin - 99

  /// A hundred days of 10 a day, twice.
  private static let histories = ["north", "south"].map { region in
    DemandHistory(
      series: series("oats", at: region, in: region, of: "food"), start: first,
      values: Array(repeating: 10, count: 100))
  }

  /// Every series the same each day; sums add up.
  private func table(
    _ units: [String: Double], from origin: Day = GateTests.origin, tier: Tier = .hybrid
  ) -> ForecastTable {
    let hierarchy = Hierarchy(Self.histories.map(\.series))
    let nodes = zip(hierarchy.nodes, hierarchy.members).map { node, members in
      let mean = members.reduce(0.0) {
        $0 + (units[hierarchy.series[$1].region?.text ?? ""] ?? 0)
      }
      return NodeForecast(
        node: node, tier: tier, reason: "", means: Array(repeating: Int64(mean * 1000), count: 28),
        quantiles: [], spread: .certain)
    }
    return ForecastTable(
      origin: origin, settings: ForecastSettings(horizon: 28, quantiles: []),
      days: (1...28).map { origin + $0 }, nodes: nodes)
  }

  private func verdict(
    challenger: [String: Double], champion: [String: Double]?,
    limits: GateLimits = GateLimits(), fresh: Int = 20
  ) -> GateVerdict {
    var trial = GateTrial(
      Self.histories, events: [], origin: Self.origin, horizon: 28, limits: limits, seed: 7)
    for origin in trial.origins {
      let published = champion.map { table($0, from: origin) }
      trial.add(
        table(challenger, from: origin),
        champion: Dictionary(
          (published?.nodes ?? []).map {
            ($0.node, DailyMeans(firstDay: origin + 1, means: $0.means))
          }, uniquingKeysWith: { first, _ in first }))
    }
    let inUse = champion.map {
      Publication(table($0), of: Self.histories.map(\.series), carried: []).forecasts
    }
    return Gate.verdict(
      GateInput(
        table: table(challenger), histories: Self.histories, trial: trial, previous: inUse ?? [],
        locations: 20, freshLocations: fresh, horizon: 28, limits: limits))
  }

  private func check(
    _ verdict: GateVerdict, _ name: GateCheck.Name, in region: String? = nil
  ) throws -> GateCheck {
    try #require(
      verdict.checks.first { $0.name == name && $0.region?.text == region })
  }

  @Test("errors, ratios, totals and churn are what the formulas say")
  func figures() throws {
    let verdict = verdict(
      challenger: ["north": 12, "south": 11], champion: ["north": 11, "south": 12])
    // North: off by 2 of 10 against 1 of 10; south the other way round.
    #expect(try check(verdict, .regionWape, in: "north").figure.map { abs($0 - 2) < 1e-9 } == true)
    #expect(
      try check(verdict, .regionWape, in: "south").figure.map { abs($0 - 0.5) < 1e-9 } == true)
    #expect(try check(verdict, .wape).figure == 1)
    #expect(try check(verdict, .total).figure.map { abs($0 - 0.15) < 1e-9 } == true)
    #expect(
      try check(verdict, .churn, in: "north").figure.map { abs($0 - 1 / 11) < 1e-9 } == true)
    #expect(Set(verdict.failed.map(\.name)) == [.regionWape, .naive])
    #expect(verdict.failed.first?.region?.text == "north")
    #expect(
      verdict.reason == "in north from the last 4 weekly origins it was off by 20.0 %, the forecast"
        + " in use by 10.0 %, and 1.1 times that is what a run may; one more check failed")
  }

  @Test("each limit decides on its own side of the figure")
  func limits() throws {
    var limits = GateLimits()
    limits.naiveRatio = 100
    let north = ["north": 12.0, "south": 12.0]
    let champion = ["north": 11.9, "south": 11.9]
    #expect(try check(verdict(challenger: north, champion: champion), .wape).hasPassed == false)
    limits.wapeRatio = 1.06
    let calmer = verdict(challenger: north, champion: champion, limits: limits)
    #expect(try check(calmer, .wape).hasPassed)
    #expect(try check(verdict(challenger: north, champion: nil), .fresh).hasPassed)
    #expect(
      try !check(verdict(challenger: north, champion: nil, fresh: 18), .fresh).hasPassed)
    limits.regionChurn = [RegionCode("north")!: 0.001]
    let strict = verdict(challenger: north, champion: champion, limits: limits)
    #expect(try !check(strict, .churn, in: "north").hasPassed)
    #expect(try check(strict, .churn, in: "south").hasPassed)
  }

  @Test("who is right where everybody else errs has seen the answers")
  func believable() throws {
    let verdict = verdict(
      challenger: ["north": 10, "south": 10], champion: ["north": 12, "south": 12])
    #expect(verdict.failed.map(\.name) == [.believable])
  }

  @Test("with less than eight weeks of history before an origin it is not tried")
  func shortHistory() {
    func origins(_ days: Int) -> Int {
      let history = DemandHistory(
        series: series("oats", at: "leeds", in: "north"), start: Self.origin - (days - 1),
        values: Array(repeating: 1, count: days))
      return GateTrial(
        [history], events: [], origin: Self.origin, horizon: 28, limits: GateLimits(), seed: 1
      ).origins.count
    }
    #expect([50, 63, 64, 71, 84, 85, 400].map(origins) == [0, 0, 1, 2, 3, 4, 4])
  }

  /// A table whose first days are others.
  private func table(_ units: [String: Double], nearDays: Int, times factor: Double)
    -> ForecastTable
  {
    let table = table(units)
    return ForecastTable(
      origin: table.origin, settings: table.settings, days: table.days,
      nodes: table.nodes.map { forecast in
        NodeForecast(
          node: forecast.node, tier: forecast.tier, reason: "",
          means: forecast.means.enumerated().map { lead, mean in
            lead < nearDays ? Int64(Double(mean) * factor) : mean
          }, quantiles: [], spread: .certain)
      })
  }

  @Test("churn is judged by region and days ahead, and a band's own limit goes before that of all")
  func leadChurn() throws {
    let units = ["north": 10.0, "south": 10.0]
    var limits = GateLimits()
    let champion = Publication(table(units), of: Self.histories.map(\.series), carried: [])
    func checks(_ challenger: ForecastTable) -> [GateCheck] {
      let trial = GateTrial(
        Self.histories, events: [], origin: Self.origin, horizon: 28, limits: limits, seed: 7)
      return Gate.verdict(
        GateInput(
          table: challenger, histories: Self.histories, trial: trial,
          previous: champion.forecasts, locations: 20, freshLocations: 20, horizon: 28,
          limits: limits)
      ).checks.filter { $0.name == .churn }
    }
    // A week that doubles is a quarter of four weeks, which passes as a whole.
    let doubled = checks(table(units, nearDays: 7, times: 2))
    #expect(doubled.filter { $0.leads == nil }.map(\.figure) == [0.25, 0.25])
    #expect(doubled.filter { $0.leads == LeadBand("1-7") }.map(\.figure) == [1, 1])
    #expect(doubled.filter { !$0.hasPassed }.allSatisfy { $0.leads == LeadBand("1-7") })
    #expect(
      doubled.first { !$0.hasPassed }?.finding
        == "in north, 1 to 7 days ahead, it overthrows 100.0 % of the forecast in use, and 45.0 %"
        + " is what a run may")
    limits.leadChurn = [try #require(LeadBand("1-7")): 2]
    limits.regionLeadChurn = [
      try #require(RegionCode("south")): [
        try #require(LeadBand("1-7")): 0.5, try #require(LeadBand("8+")): 0,
      ]
    ]
    let own = checks(table(units, nearDays: 7, times: 2))
    #expect(own.filter { !$0.hasPassed }.map(\.region?.text) == ["south"])
    #expect(own.count == 2 + 1 + 2)
    #expect(own.last?.leads?.description == "8+" && own.last?.figure == 0)
  }

  @Test("days ahead have one spelling, and end no earlier than they begin")
  func leadBands() {
    for text in ["1-7", "8-14", "15+", "3", "365", "1-365"] {
      #expect(LeadBand(text)?.description == text)
    }
    for text in ["", "0-7", "7-1", "1-366", "366+", "1-7+", "+7", "01-7", "1--7", "7-7", "-3", "x"]
    {
      #expect(LeadBand(text) == nil, "\(text)")
    }
    #expect(
      ["15+", "1-7", "8-14", "1+"].compactMap { LeadBand($0) }.sorted().map(\.description)
        == ["1-7", "1+", "8-14", "15+"])
  }
}
