public import Inventory

/// What items and locations are called, where they have names.
public struct PlannerNames: Sendable {
  public var items: [ItemCode: String]
  public var locations: [LocationCode: String]

  public init(items: [ItemCode: String] = [:], locations: [LocationCode: String] = [:]) {
    self.items = items
    self.locations = locations
  }

  /// The node in words: "Oat biscuits at Northgate", "Snacks in North", "all items".
  func text(_ node: Node) -> String {
    let what =
      node.item.map { items[$0] ?? $0.text } ?? node.category?.text
      ?? (node.location == nil && node.region == nil ? "all items everywhere" : "all items")
    if let location = node.location { return "\(what) at \(locations[location] ?? location.text)" }
    if let region = node.region { return "\(what) in \(region)" }
    return node.item == nil && node.category == nil ? what : "\(what) everywhere"
  }
}

/// Flags in a planner's words.
struct FlagSentence {
  let names: PlannerNames

  func levelJump(_ told: Grouping.Told, isMany: Bool) -> String {
    let one = told.candidate
    let subject = isMany ? many(told) : names.text(one.node)
    var text =
      "\(subject): forecast \(units(one.found)) a week,"
      + " the last eight weeks sold \(units(one.expected)) on average"
    let season = one.explained
    if abs(season) >= 0.05 {
      text +=
        season > 0
        ? "; the season explains a part of the rise" : "; the season explains a part of the fall"
    } else {
      text += ", and no season or event explains it"
    }
    return text + along(told, isMany: isMany)
  }

  func revision(_ told: Grouping.Told, isMany: Bool) -> String {
    let one = told.candidate
    let subject = isMany ? many(told) : names.text(one.node)
    let churn = Int((abs(one.deviation) * 100).rounded())
    return "\(subject): forecast \(units(one.found)) a week, the previous run said"
      + " \(units(one.expected)) for the same days (\(churn) % revised)"
      + along(told, isMany: isMany)
  }

  func untrusted(_ forecast: NodeForecast, _ refused: RefusedForecast) -> String {
    let worst =
      refused.worst.isFinite
      ? refused.worst < 0
        ? "was below zero"
        : "reached \(units(refused.worst)) a day, over ten times the year's best day"
      : "was not a number"
    return "\(names.text(forecast.node)): the \(refused.tier.rawValue) forecast \(worst);"
      + " \(units(forecast.weekMean)) a week by the rung"
      + " '\(forecast.tier.rawValue)' stands in for it"
  }

  func stale(_ region: DetectionInput.BehindRegion) -> String {
    let behind = region.behind
    let name = names.locations[behind.location] ?? behind.location.text
    let cause =
      behind.completeThrough.map {
        "\(name) has sent nothing after \($0), and \(behind.due) was due"
      } ?? "\(name) has never said up to which day it is complete"
    return region.keepsForecast
      ? "\(behind.region) keeps its last good forecast: \(cause)"
      : "\(behind.region) has no forecast: \(cause)"
  }

  private func many(_ told: Grouping.Told) -> String {
    "\(told.others) forecasts at "
      + (told.candidate.node.location.map { names.locations[$0] ?? $0.text } ?? "one place")
  }

  private func along(_ told: Grouping.Told, isMany: Bool) -> String {
    told.others == 0 || isMany ? "" : "; \(told.others) parts of it likewise"
  }

  /// Three digits at most where there are no more before the point.
  private func units(_ value: Double) -> String {
    guard value.isFinite, abs(value) < 1e15 else { return "more than can be sold" }
    if value >= 10 || value == 0 { return "\(Int64(value.rounded()))" }
    let tenths = Int64((value * 10).rounded())
    return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
  }
}

extension NodeForecast {
  /// Units a week.
  var weekMean: Double {
    7 * means.reduce(0) { $0 + Double($1) / 1000 } / Double(max(1, means.count))
  }
}
