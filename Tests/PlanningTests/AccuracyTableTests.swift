import Forecasting
import Inventory
import Testing

@testable import Planning

@Suite("The table of accuracy")
struct AccuracyTableTests {
  private static let start = day("2023-01-02")
  private static let horizon = 7

  /// A steady series and one that sells every third day.
  private static let histories = [history("often", every: 1), history("seldom", every: 3)]

  private static func history(_ item: String, every: Int) -> DemandHistory {
    let values = (0..<200).map { day -> Double in
      day % every == 0 ? Double(20 + day * 7 % 5) : 0
    }
    return DemandHistory(
      series: series(item, at: "L", in: "R", of: "C"), start: start, values: values)
  }

  private func table(by grouping: AccuracyTable.Grouping) throws -> (AccuracyTable, ForecastTable) {
    let last = Self.start + 199
    let forecasts = try Forecaster.forecast(
      histories: Self.histories, events: [], origin: last - Self.horizon,
      settings: ForecastSettings(horizon: Self.horizon, choice: .mean))
    var table = AccuracyTable(Self.histories, bucket: .day, last: last, by: grouping)
    table.add(forecasts)
    return (table, forecasts)
  }

  @Test("a class of one series has that series' own errors")
  func ofClass() throws {
    let (table, forecasts) = try table(by: .demandClass)
    #expect(table.lines.map(\.group) == ["smooth", "intermittent"])
    for (line, item) in zip(table.lines, ["often", "seldom"]) {
      let history = try #require(Self.histories.first { $0.series.item?.text == item }).values
      let node = try #require(
        forecasts.nodes.first { $0.node.item?.text == item && $0.node.level == .itemLocation })
      let demand = Array(history.suffix(Self.horizon))
      let means = node.means.map { Double($0) / 1000 }
      let past = Array(history.dropLast(Self.horizon))
      func near(_ value: Double?, _ expected: Double?) throws -> Bool {
        abs(try #require(value) - (try #require(expected))) < 1e-9
      }
      #expect(try near(line.wrmsse, Accuracy.rmsse(demand, means, history: past)))
      #expect(try near(line.mase, Accuracy.mase(demand, means, history: past, season: 7)))
      #expect(try near(line.wape, Accuracy.wape(demand, means)))
      #expect(try near(line.bias, Accuracy.bias(demand, means)))
      #expect(try near(line.smape * 100, Accuracy.smape(demand, means)))
      let losses = zip(ForecastSettings.defaultQuantiles, node.quantiles).compactMap {
        Accuracy.pinballLoss(demand, quantiles: $1, probability: $0)
      }
      let mean = demand.reduce(0, +) / Double(demand.count)
      #expect(try near(line.pinball, losses.reduce(0, +) / Double(losses.count) / mean))
    }
  }

  @Test("by lead there is a line for each bucket ahead, which together have the series' WAPE")
  func ofLead() throws {
    let (leads, _) = try table(by: .lead)
    #expect(leads.lines.map(\.group) == (1...Self.horizon).map(String.init))
    #expect(leads.lines.allSatisfy { $0.wrmsse == nil && $0.mase == nil })
    let (levels, _) = try table(by: .level)
    let own = try #require(levels.lines.last)
    #expect(own.group == "item-location")
    var (absolute, sold) = (0.0, 0.0)
    for (lead, line) in leads.lines.enumerated() {
      let demand = Self.histories.reduce(0) { $0 + $1.values[193 + lead] }
      absolute += line.wape * demand
      sold += demand
    }
    #expect(abs(absolute / sold - own.wape) < 1e-9)
  }
}
