import Inventory
import Storage
import TestKit

@testable import Service

/// One row of a warehouse system, with a revision of its own, or its word on what is complete.
///
/// Codes are written `~oats` where a number goes before the tilde, so that many orders of the same
/// facts can stand side by side in one database.
struct ToldFact: Hashable, Sendable {
  let source: String
  /// Nil for a word on what is complete.
  let kind: SyncKind?
  /// An object of NDJSON, or the day.
  let text: String

  /// The same fact as number `order` tells it.
  func row(ofOrder order: Int) -> String { text.replacing("\"~", with: "\"\(order)~") }
}

/// Facts of two systems that repeat, correct and contradict themselves: one counts its revisions,
/// the other dates them.
struct ToldFacts {
  static let items = (0..<20).map { "~item-\($0)" }
  static let locations = ["erp": ["~leeds", "~york"], "till": ["~bath", "~hull"]]
  static let days = (0..<60).map { day("2024-03-20") + $0 }

  private var random: SeededGenerator
  private let items: [String]
  private let days: [Day]
  private(set) var facts: [ToldFact] = []

  /// - Parameters:
  ///   - items, days: how many there are; few facts of few things still meet.
  ///   - completes: how many words on what is complete come on top.
  static func facts(
    _ count: Int, items: Int = 20, days: Int = 60, completes: Int, seed: UInt64
  ) -> [ToldFact] {
    var told = ToldFacts(
      random: SeededGenerator(seed: seed), items: Array(Self.items.prefix(items)),
      days: Array(Self.days.prefix(days)))
    for position in 0..<count { told.tell(position) }
    for _ in 0..<completes { told.complete() }
    return told.facts
  }

  private mutating func tell(_ position: Int) {
    let source = pick(["erp", "till"])
    let item = pick(items)
    switch position % 20 {
    case 0...11: tellDemand(source, item)
    case 12...14: tellStock(source, item)
    case 15, 16: tellItem(source, item)
    case 17: tellLocation(source)
    case 18: tellTerms(source, item)
    default:
      if position % 3 == 0 { tellEvent(source) } else { tellPrice(source, item) }
    }
  }

  private mutating func tellDemand(_ source: String, _ item: String) {
    add(
      source, .demand,
      [
        ("item", quoted(item)), ("location", quoted(location(of: source))),
        ("day", quoted(pick(days).description)), ("quantity", pick(["0", "-0", "1", "2.5", "7"])),
      ])
  }

  private mutating func tellStock(_ source: String, _ item: String) {
    add(
      source, .stock,
      [
        ("item", quoted(item)), ("location", quoted(location(of: source))),
        ("as_of", quoted("2024-06-0\(pick(["1", "2", "3"]))T18:00:00Z")),
        ("on_hand", pick(["-3", "0", "12"])), ("on_order", pick(["0", "5"])),
      ])
  }

  private mutating func tellItem(_ source: String, _ item: String) {
    add(
      source, .items,
      [("item", quoted(item))]
        + some([
          ("name", [quoted("Oats"), quoted("Caf\u{E9}"), quoted("Cafe\u{301}"), "null"]),
          ("category", [quoted("food"), quoted("home"), "null"]),
          ("unit", [quoted("kg"), quoted("box")]), ("pack_size", ["6", "12", "null"]),
          ("launched", [quoted("2024-01-01"), quoted("2024-02-01")]),
          ("ended", [quoted("2024-12-01"), "null"]), ("predecessor", [quoted("rye"), "null"]),
        ]))
  }

  private mutating func tellLocation(_ source: String) {
    add(
      source, .locations,
      [
        ("location", quoted(location(of: source))),
        ("region", quoted(pick(["north", "south", "west"]))),
      ]
        + some([
          ("name", [quoted("Depot"), quoted("Shop"), "null"]),
          ("freshness", [quoted("P1D"), quoted("PT6H"), "null"]),
        ]))
  }

  private mutating func tellTerms(_ source: String, _ item: String) {
    let place = pick([quoted(location(of: source)), "null"])
    add(
      source, .terms,
      [("item", quoted(item)), ("location", place)]
        + some([
          ("supplier", [quoted("Mill"), quoted("Farm"), "null"]),
          ("lead_time_days", ["3", "5", "null"]), ("lead_time_sd_days", ["1", "null"]),
          ("review_period_days", ["7", "1"]), ("minimum_order_quantity", ["10", "null"]),
          ("order_multiple", ["6", "12"]), ("unit_cost", ["1.5", "1.50", "2", "null"]),
          ("service_level", ["0.9", "0.99", "null"]),
        ]))
  }

  private mutating func tellPrice(_ source: String, _ item: String) {
    let scope = pick([("location", quoted(location(of: source))), ("region", quoted("north"))])
    add(
      source, .prices,
      [
        ("item", quoted(item)), ("from", quoted(pick(["2024-05-01", "2024-06-01"]))),
        ("price", pick(["2", "2.0", "2.5", "3"])), scope,
      ] + some([("promotion", ["true", "false", "null"])]))
  }

  private mutating func tellEvent(_ source: String) {
    add(
      source, .calendar,
      [
        ("day", quoted(pick(["2024-05-06", "2024-05-27"]))), ("name", quoted("~fair")),
        ("kind", quoted(pick(["event", "holiday", "closed"]))),
      ])
  }

  private mutating func complete() {
    let through = pick(days)
    facts.append(ToldFact(source: pick(["erp", "till"]), kind: nil, text: through.description))
  }

  private mutating func add(_ source: String, _ kind: SyncKind, _ fields: [(String, String)]) {
    let number = Int.random(in: 1...6, using: &random)
    let revision = source == "erp" ? "\(number)" : quoted("2024-06-10T0\(number):00:00Z")
    let members = (fields + [("revision", revision)]).map { "\"\($0.0)\": \($0.1)" }
    facts.append(
      ToldFact(source: source, kind: kind, text: "{" + members.joined(separator: ", ") + "}"))
  }

  /// Some of the columns, each with one of its values.
  private mutating func some(_ columns: [(String, [String])]) -> [(String, String)] {
    columns.compactMap { name, values in
      Bool.random(using: &random) ? (name, pick(values)) : nil
    }
  }

  private mutating func location(of source: String) -> String {
    pick(Self.locations[source] ?? [])
  }

  private mutating func pick<Value>(_ values: [Value]) -> Value {
    values[Int.random(in: 0..<values.count, using: &random)]
  }

  private func quoted(_ text: String) -> String { "\"\(text)\"" }
}
