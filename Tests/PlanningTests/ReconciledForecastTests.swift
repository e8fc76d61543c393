import Inventory
import Testing

@testable import Planning

/// Six shops in two regions selling two items, with a week of their own and noise.
private func histories(days: Int = 500, seed: UInt64 = 3) -> [DemandHistory] {
  var random = SplitMix(seed)
  return (0..<6).flatMap { shop in
    ["tea", "rice"].enumerated().map { number, item in
      let level = Double(15 + 8 * shop + 11 * number)
      let values = (0..<days).map { offset in
        let week = [0.8, 0.9, 0.9, 1, 1.2, 1.4, 0.8][offset % 7]
        return (level * week * Double.random(in: 0.7..<1.3, using: &random)).rounded()
      }
      return DemandHistory(
        series: series(item, at: "L\(shop)", in: shop < 3 ? "N" : "S", of: item + "s"),
        start: day("2021-03-01"), values: values)
    }
  }
}

private func forecast(
  _ histories: [DemandHistory], _ settings: ForecastSettings, events: [CalendarEvent] = []
) throws -> ForecastTable {
  try Forecaster.forecast(
    histories: histories, events: events, origin: day("2021-03-01") + 499, settings: settings)
}

@Suite("Reconciled and combined forecasts")
struct ReconciledForecastTests {
  @Test(
    "whatever draws series and sums together, sums are exactly those of their series",
    arguments: ForecastSettings.Reconciliation.allCases)
  func exactSums(_ method: ForecastSettings.Reconciliation) throws {
    let table = try forecast(histories(), ForecastSettings(horizon: 7, reconciliation: method))
    let own = table.nodes.filter { $0.node.level == .itemLocation }
    for level in Set(table.nodes.map(\.node.level)) {
      let nodes = table.nodes.filter { $0.node.level == level }
      for lead in 0..<7 {
        #expect(
          nodes.reduce(0) { $0 + $1.means[lead] } == own.reduce(0) { $0 + $1.means[lead] })
      }
    }
    #expect(own.allSatisfy { $0.means.allSatisfy { $0 >= 0 } })
    #expect(table.settings.reconciliation != .auto)
  }

  @Test("reconciling moves forecasts, and not far", arguments: ["wls", "mint"])
  func moves(_ name: String) throws {
    let method = try #require(ForecastSettings.Reconciliation(rawValue: name))
    let plain = try forecast(histories(), ForecastSettings(horizon: 7))
    let moved = try forecast(histories(), ForecastSettings(horizon: 7, reconciliation: method))
    let pairs = zip(plain.nodes, moved.nodes).flatMap { zip($0.means, $1.means) }
    #expect(pairs.contains { $0 != $1 })
    #expect(pairs.allSatisfy { (Double($0) / Double($1) - 1).magnitude < 0.1 })
  }

  @Test("a shop that is closed sells nothing, whatever its region is expected to")
  func closed() throws {
    let closing = (500..<503).map {
      CalendarEvent(
        day: day("2021-03-01") + $0, name: "works", kind: .closed,
        scope: .init(location: LocationCode("L1")))
    }
    for method in [ForecastSettings.Reconciliation.wls, .mint] {
      let table = try forecast(
        histories(), ForecastSettings(horizon: 7, reconciliation: method), events: closing)
      for node in table.nodes where node.node.location == LocationCode("L1") {
        #expect(node.means.prefix(3) == [0, 0, 0])
        #expect(node.means[3] > 0)
      }
    }
  }

  @Test("combined forecasts are the hybrid's where past origins do not prove better")
  func combined() throws {
    let hybrid = try forecast(histories(), ForecastSettings(horizon: 14, choice: .hybrid))
    let combined = try forecast(histories(), ForecastSettings(horizon: 14, choice: .combined))
    for (one, other) in zip(hybrid.nodes, combined.nodes) {
      #expect(other.tier == .hybrid)
      for (left, right) in zip(one.means, other.means) {
        #expect((Double(left) / Double(right) - 1).magnitude < 0.2)
      }
    }
  }

  @Test("kept fits give the forecast they came from again, and a later one from moved levels")
  func kept() throws {
    let settings = ForecastSettings(horizon: 7)
    let first = try Forecaster.forecast(
      histories: histories(), events: [], origin: day("2021-03-01") + 480, settings: settings,
      keepsFits: true)
    let fits = try #require(first.fits)
    let again = try Forecaster.forecast(
      histories: histories(), events: [], origin: day("2021-03-01") + 480, settings: settings,
      keeping: fits)
    for (one, other) in zip(first.nodes, again.nodes) {
      for (left, right) in zip(one.means, other.means) {
        // The first fit's outliers were pulled in by coefficients of its first pass.
        #expect((Double(left) / Double(right) - 1).magnitude < 0.01)
      }
    }
    let later = try Forecaster.forecast(
      histories: histories(), events: [], origin: day("2021-03-01") + 499, settings: settings,
      keeping: fits)
    let fresh = try forecast(histories(), settings)
    #expect(zip(later.nodes, fresh.nodes).contains { $0.means != $1.means })
    #expect(
      zip(later.nodes, fresh.nodes).allSatisfy {
        zip($0.means, $1.means).allSatisfy { (Double($0) / Double($1) - 1).magnitude < 0.3 }
      })
  }

  @Test("a series that came after the kept fits is fitted")
  func newcomer() throws {
    let settings = ForecastSettings(horizon: 7)
    let first = try forecast(
      Array(histories().dropLast()), settings)
    #expect(first.fits == nil)
    let fits = try Forecaster.forecast(
      histories: Array(histories().dropLast()), events: [], origin: day("2021-03-01") + 480,
      settings: settings, keepsFits: true
    ).fits
    let table = try Forecaster.forecast(
      histories: histories(), events: [], origin: day("2021-03-01") + 499, settings: settings,
      keeping: fits)
    let newcomer = try #require(
      table.nodes.first {
        $0.node.item == ItemCode("rice") && $0.node.location == LocationCode("L5")
      })
    #expect(newcomer.tier == .hybrid && newcomer.means.allSatisfy { $0 > 0 })
  }
}

@Suite("The reconciliation of a run")
struct ReconciliationTrialTests {
  @Test("one fit made to agree in each way is the forecast that asks for that way alone")
  func oneFit() throws {
    let data = histories()
    let settings = ForecastSettings(horizon: 7, reconciliation: .mint)
    let work = try ForecastWork(
      histories: data, events: [], origin: day("2021-03-01") + 499, settings: settings)
    let answers = try work.shards.indices.map { try work.answer(shard: $0) }
    for method in ReconciliationChoice.candidates {
      let alone = try forecast(data, ForecastSettings(horizon: 7, reconciliation: method))
      let made = try work.table(answers, reconciling: method)
      #expect(made.nodes.map(\.means) == alone.nodes.map(\.means))
      #expect(made.nodes.map(\.quantiles) == alone.nodes.map(\.quantiles))
    }
  }

  @Test("it is chosen by the error of every way from the same origins, the plain sum unless beaten")
  func chosen() throws {
    let data = histories()
    let trial = try ReconciliationTrial.run(
      data, events: [], prices: [], origin: day("2021-03-01") + 499,
      settings: ForecastSettings(horizon: 28), horizon: 14, limits: GateLimits())
    guard case .compared(let wapes, let origins) = trial.outcome else {
      Issue.record("\(trial.outcome)")
      return
    }
    #expect(origins == 4 && wapes.map(\.method) == [.bottomUp, .wls, .mint])
    #expect(Set(wapes.map(\.wape)).count == 3)
    let best = try #require(wapes.min { $0.wape < $1.wape })
    let isBeaten = best.wape < (1 - ReconciliationChoice.leastGain) * wapes[0].wape
    #expect(trial.method == (isBeaten ? best.method : .bottomUp))
  }

  @Test("with too little history, or too many series, it is the plain sum")
  func limits() throws {
    let short = try ReconciliationTrial.run(
      histories(days: 40), events: [], prices: [], origin: day("2021-03-01") + 39,
      settings: ForecastSettings(horizon: 28), horizon: 28, limits: GateLimits())
    #expect(short.method == .bottomUp)
    if case .tooLittleHistory = short.outcome {} else { Issue.record("\(short.outcome)") }
    let many = (0...ReconciliationTrial.seriesLimit).map {
      DemandHistory(
        series: series("i\($0)", at: "L", in: "N", of: "C"), start: day("2021-03-01"), values: [1])
    }
    let refused = try ReconciliationTrial.run(
      many, events: [], prices: [], origin: day("2021-03-01"),
      settings: ForecastSettings(horizon: 28), horizon: 28, limits: GateLimits())
    #expect(refused.method == .bottomUp)
    if case .tooManySeries(5_001) = refused.outcome {} else { Issue.record("\(refused.outcome)") }
  }
}
