import Forecasting
import Inventory
import Testing

@testable import Planning

@Suite("Methods asked for by name")
struct NamedMethodTests {
  private func forecast(_ method: String, _ values: [Double]) throws -> NodeForecast {
    let choice = try #require(ForecastSettings.Choice(rawValue: method))
    let start = day("2021-03-01")
    let table = try Forecaster.forecast(
      histories: [DemandHistory(series: series("A"), start: start, values: values)], events: [],
      origin: start + values.count - 1, settings: ForecastSettings(horizon: 7, choice: choice))
    return try #require(table.nodes.last)
  }

  private let weekly = (0..<140).map { offset in
    [20.0, 22, 24, 28, 35, 50, 30][offset % 7] + Double(offset * 31 % 5)
  }
  private let rare = (0..<140).map { $0 % 10 == 3 ? 4.0 : 0 }

  @Test("a form is read in any case of letters, and written as the field writes it")
  func names() throws {
    #expect(SmoothingForm("ets(m,ad,a)")?.description == "ETS(M,Ad,A)")
    for text in ["ETS", "ETS(A,N)", "ETS(N,N,N)", "ETS(A,X,N)", "ETS(A,N,N", "AAN", "ETS(A,,N)"] {
      #expect(SmoothingForm(text) == nil, "'\(text)'")
    }
    for choice in ForecastSettings.Choice.allCases {
      #expect(ForecastSettings.Choice(rawValue: choice.rawValue) == choice)
    }
    #expect(ForecastSettings.Choice(rawValue: "ETS(A,Q,N)") == nil)
  }

  @Test("Z stands for all forms of the automatic choice, letters for those that have them")
  func open() {
    let all = SmoothingForm("ETS(Z,Z,Z)")?.forms(period: 7, isPositive: true)
    #expect(all?.count == 15)
    let damped = SmoothingForm("ETS(Z,Ad,Z)")?.forms(period: 7, isPositive: true)
    #expect(damped?.count == 5 && damped?.allSatisfy(\.isDamped) == true)
    #expect(SmoothingForm("ETS(Z,Z,Z)")?.forms(period: 7, isPositive: false).count == 6)
  }

  @Test(
    "a named form fits, and the forecast follows the week it has a season for",
    arguments: ["ETS(A,N,A)", "ETS(M,Ad,M)", "ETS(A,A,A)", "ETS(Z,Z,Z)"])
  func seasonal(method: String) throws {
    let node = try forecast(method, weekly)
    #expect(node.tier == .smoothing)
    #expect(node.reason.hasPrefix("ETS(") && node.reason.hasSuffix("140 buckets of history"))
    #expect(node.means[5] > 1_800 * node.means[0] / 1_000)
    for quantiles in zip(node.quantiles, node.quantiles.dropFirst()) {
      #expect(zip(quantiles.0, quantiles.1).allSatisfy { $0 <= $1 })
    }
  }

  @Test("a form that cannot be says what it needs, and a simpler rung answers")
  func refusals() throws {
    let relative = try forecast("ETS(M,N,M)", rare)
    #expect(relative.reason == "ETS(M,N,M) needs values above 0")
    #expect(relative.tier == .seasonalNaive)
    let short = try forecast("ETS(A,Ad,A)", Array(weekly.prefix(9)))
    #expect(short.reason == "ETS(A,Ad,A) cannot be estimated from 9 values")
  }

  @Test("Croston's rate, its correction and TSB are those of the library, at every lead")
  func rates() throws {
    let wanted: [(String, Double?)] = [
      ("croston", Croston.level(rare, isCorrected: false)), ("sba", Croston.level(rare)),
      ("tsb", TeunterSyntetosBabai.level(rare)),
    ]
    for (method, level) in wanted {
      let node = try forecast(method, rare)
      let rounded = Int64((1_000 * (try #require(level))).rounded())
      #expect(node.means == Array(repeating: rounded, count: 7), "\(method)")
      #expect(node.tier == .smoothing && node.reason.hasPrefix("\(method), "))
    }
  }

  @Test("the last value stays, where that is asked for")
  func last() throws {
    let node = try forecast("last", weekly + [77])
    #expect(node.means.allSatisfy { $0 == 77_000 })
    #expect(node.tier == .seasonalNaive)
  }
}
