import Inventory
import Testing

@testable import Planning

/// Dense and sparse series, a closed day, a promotion and a price change ahead.
private struct Store {
  let start = day("2021-03-01")
  let days = 800
  var end: Day { start + days - 1 }

  var histories: [DemandHistory] {
    let dense = [("cola", 40.0), ("soap", 25)].map { item, level in
      history(item, "drinks") { offset, noise in
        (level * [0.8, 0.8, 0.9, 1, 1.2, 1.5, 0.8][offset % 7] * (0.8 + 0.4 * noise)).rounded()
      }
    }
    let sparse = (0..<30).map { number in
      history("bolt\(number)", "parts") { _, noise in noise > 0.85 ? 1 : 0 }
    }
    let young = DemandHistory(
      series: series("fresh", at: "S", in: "R", of: "drinks"), start: end - 8,
      values: [5, 7, 6, 8, 9, 6, 5, 7, 6])
    let dead = history("dead", "drinks") { _, _ in 0 }
    return dense + sparse + [young, dead]
  }

  private func history(
    _ item: String, _ category: String, _ value: (Int, Double) -> Double
  ) -> DemandHistory {
    var random = SplitMix(UInt64(item.utf8.reduce(7) { $0 &* 31 &+ Int($1) }.magnitude))
    return DemandHistory(
      series: series(item, at: "S", in: "R", of: category), start: start,
      values: (0..<days).map { value($0, Double.random(in: 0..<1, using: &random)) })
  }

  var events: [CalendarEvent] {
    let cola = CalendarEvent.Scope(item: ItemCode("cola"))
    let fairs = (0..<5).map { CalendarEvent(day: start + 180 * $0, name: "fair") }
    let offers = stride(from: 30, through: 803, by: 40).map {
      CalendarEvent(day: start + $0, name: "offer", kind: .promotion, scope: cola)
    }
    return fairs + offers
      + [
        CalendarEvent(day: end + 2, name: "fair"),
        CalendarEvent(day: end + 3, name: "offer", kind: .promotion, scope: cola),
        CalendarEvent(day: end + 6, name: "holiday", kind: .closed),
      ]
  }

  func forecast(explaining isExplained: (Node) -> Bool) throws -> ForecastTable {
    try Forecaster.forecast(
      histories: histories, events: events, origin: end,
      settings: ForecastSettings(horizon: 14), explaining: isExplained)
  }
}

@Suite("Explanations")
struct ExplanationTests {
  @Test("the parts of every node add up to its forecast, whatever its tier")
  func sums() throws {
    let table = try Store().forecast { _ in true }
    #expect(table.explanations.count == table.nodes.count)
    #expect(Set(table.explanations.map(\.tier)).isSuperset(of: [.hybrid, .profile, .zero]))
    for (node, explanation) in zip(table.nodes, table.explanations) {
      #expect(explanation.node == node.node)
      #expect(explanation.parts.allSatisfy { $0.units.count == table.days.count })
      for lead in table.days.indices {
        let sum = explanation.parts.reduce(0) { $0 + $1.units[lead] }
        #expect(
          abs(sum - Double(node.means[lead]) / 1000) < 0.001,
          "\(node.node.level) \(node.node.item?.text ?? "") \(lead)")
      }
    }
  }

  @Test("asking changes no forecast, and nothing is told unasked")
  func asking() throws {
    let asked = try Store().forecast { $0.item?.text == "cola" }
    let plain = try Store().forecast { _ in false }
    #expect(plain.explanations.isEmpty)
    #expect(plain.nodes.map(\.means) == asked.nodes.map(\.means))
    #expect(!asked.explanations.isEmpty)
  }

  @Test("effects add on the scale of roots, and their units follow from their sum")
  func scale() throws {
    let table = try Store().forecast { $0.item?.text == "soap" }
    let parts = try #require(table.explanations.last?.parts)
    let usual = try #require(parts.first { $0.kind == .usual })
    let bend = parts.first { $0.kind == .curvature }
    let effects = parts.filter { $0.scaled != nil }
    #expect(effects.contains { $0.kind == .weekday } && effects.contains { $0.kind == .level })
    for lead in table.days.indices {
      let z = effects.reduce(0) { $0 + ($1.scaled?[lead] ?? 0) }
      let root = max(1 + z / 2, 0)
      let units = usual.units[lead] * root * root + (bend?.units[lead] ?? 0)
      let told = parts.filter { ![.closure, .reconciliation].contains($0.kind) }.reduce(0) {
        $0 + $1.units[lead]
      }
      #expect(abs(units - told) < 1e-6 * max(1, units))
    }
  }

  @Test("a promotion, a closed day and a named event are told by name")
  func named() throws {
    let table = try Store().forecast { $0.level == .itemLocation && $0.item?.text == "cola" }
    let parts = try #require(table.explanations.first?.parts)
    let promotion = try #require(parts.first { $0.kind == .promotion })
    #expect(promotion.units.indices.filter { promotion.units[$0] != 0 } == [2])
    let closure = try #require(parts.first { $0.kind == .closure })
    #expect(closure.units[5] < 0 && closure.units[4] == 0)
    let fair = try #require(parts.first { $0.kind == .event && $0.name == "fair" })
    #expect(fair.scaled?[1] != 0)
    #expect(fair.scaled?[9] == 0)
  }
}
