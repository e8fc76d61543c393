import Forecasting
import Inventory
import Testing

@testable import Planning

/// Series of one shop whose levels stand still or wander, and the spreads that are made of them.
@Suite("Spreads calibrated on what past forecasts missed by")
struct SpreadCalibrationTests {
  private static let origin = day("2023-06-04")
  private let settings = ForecastSettings(horizon: 28)

  /// - Parameter drift: what a level's daily change may itself change by in a day.
  private func histories(drift: Double, count: Int = 24, days: Int = 700) -> [DemandHistory] {
    (0..<count).map { number in
      var random = SplitMix(UInt64(900 + number))
      var (level, trend) = (400.0, 0.0)
      let values = (0..<days).map { _ -> Double in
        trend = 0.9 * trend + drift * Double.random(in: -1...1, using: &random)
        level = min(max(level + trend, 100), 900)
        return level + 40 * Double.random(in: -1...1, using: &random)
      }
      return DemandHistory(
        series: series("P-\(number)", at: "L", in: "R"),
        start: SpreadCalibrationTests.origin - (days - 1), values: values)
    }
  }

  /// What each series' own fit claims, and what it is given.
  private func spreads(_ histories: [DemandHistory]) throws -> [(DemandSpread, DemandSpread)] {
    let work = try ForecastWork(
      histories: histories, events: [], origin: SpreadCalibrationTests.origin, settings: settings)
    let answers = try work.shards.indices.map { try work.answer(shard: $0) }
    let claimed = answers.flatMap { $0.forecasts.compactMap { $0?.spread } }
    let given = try work.table(answers).nodes.map(\.spread)
    #expect(claimed.count == given.count)
    return Array(zip(claimed, given))
  }

  private func width(_ spread: DemandSpread, lead: Int) -> Double {
    let ends = spread.quantiles([0.025, 0.975], mean: 400, lead: lead)
    return ends[1] - ends[0]
  }

  @Test("levels that stand still are foreseen as well as their fits claim")
  func quiet() throws {
    for (claimed, given) in try spreads(histories(drift: 0)) {
      for lead in [1, 14, 28] {
        let ratio = width(given, lead: lead) / width(claimed, lead: lead)
        #expect(ratio >= 1 && ratio < 1.03)
      }
    }
  }

  @Test("levels that run on are foreseen worse from day to day, and spreads say so")
  func wandering() throws {
    for (claimed, given) in try spreads(histories(drift: 4)) {
      #expect(width(given, lead: 1) >= width(claimed, lead: 1))
      #expect(width(given, lead: 28) > 1.2 * width(claimed, lead: 28))
    }
  }

  @Test("a history too short to hold anything back keeps what its fit claims")
  func short() throws {
    for (claimed, given) in try spreads(histories(drift: 4, count: 4, days: 100)) {
      #expect(claimed == given)
    }
  }

  @Test("a sample is spread over all columns, with those they are drawn towards")
  func sample() {
    let columns = (0..<1_000).map { number in
      PanelColumn(
        history: NodeHistory(start: 0, values: [Double(number)]),
        parent: number < 10 ? nil : number % 10, sums: number < 10 ? [] : [number % 10],
        closures: [], family: nil)
    }
    let chosen = PanelColumn.sample(columns, 100)
    #expect((50...60).contains(chosen.count))
    for column in chosen {
      let number = Int(column.history.values[0])
      guard number >= 10 else { continue }
      let parent = column.parent.map { Int(chosen[$0].history.values[0]) }
      #expect(parent == number % 10)
      #expect(column.sums == column.parent.map { [$0] })
    }
    #expect(PanelColumn.sample(columns, 1_000).count == 1_000)
  }
}
