import Forecasting
import Inventory

extension OrderLine {
  /// The sum of an item's lines over a region.
  ///
  /// Amounts add; a sum with an unknown part is unknown, never smaller than the truth, but what is
  /// suggested adds up over the lines that have a suggestion, and the line says how many have none.
  /// Reorder points add because each location holds its own stock. Quantiles are the item-region
  /// node's own: its spread, over each location's own days.
  init(
    sumOf parts: [Part], spread: DemandSpread?, basis: ProcurementReport.Basis, paths: Int
  ) {
    let lines = parts.map(\.line)
    let first = lines[0]
    self.init(
      node: Node(.itemRegion, of: parts[0].series), tier: Self.lowest(lines.map(\.tier)),
      forecast: lines.map(\.forecast).reduce(.zero, +))
    (itemName, unit) = (first.itemName, first.unit)
    supplier = Self.common(lines.map(\.supplier))
    unitCost = Self.common(lines.map(\.unitCost))
    completeThrough = Self.earliest(lines.map(\.completeThrough))
    isStale = lines.contains(where: \.isStale)
    hasUrgentPart = lines.contains(where: \.isUrgent)
    serviceLevel = Self.common(lines.map(\.serviceLevel))
    leadTimeDays = Self.common(lines.map(\.leadTimeDays))
    leadTimeDeviationDays = Self.common(lines.map(\.leadTimeDeviationDays))
    reviewPeriodDays = Self.common(lines.map(\.reviewPeriodDays))
    forecastDays = Self.common(lines.map(\.forecastDays))
    quantiles = spread.map { spread in
      let sample = ReplenishmentSample(
        parts.map(\.window), spread: spread, firstLead: basis.passedDays + 1, paths: paths,
        seed: basis.seed(node.item, nil))
      return basis.quantiles.map { Amount(sample.quantile($0)) }
    }
    addStock(lines, parts: parts)
    addLevels(lines)
    let longestExtension = parts.map { $0.window.ahead.extensionDays(of: $0.window.days) }.max()
    if let longestExtension, longestExtension > 0 {
      notes.append(.forecastExtended(days: longestExtension))
    }
  }

  private mutating func addStock(_ lines: [OrderLine], parts: [Part]) {
    onHand = Self.sum(lines.map(\.onHand))
    onOrder = Self.sum(lines.map(\.onOrder))
    reserved = Self.sum(lines.map(\.reserved))
    inventoryPosition = Self.sum(lines.map(\.inventoryPosition))
    stockAsOf = Self.earliest(lines.map(\.stockAsOf))
    guard let onHand, let reserved else { return }
    daysOfSupply = Self.daysOfSupply(
      onHand - reserved, ahead: DemandAhead(sumOf: parts.map(\.window.ahead)))
  }

  private mutating func addLevels(_ lines: [OrderLine]) {
    safetyStock = Self.sum(lines.map(\.safetyStock))
    reorderPoint = Self.sum(lines.map(\.reorderPoint))
    orderUpTo = Self.sum(lines.map(\.orderUpTo))
    let suggestions = lines.compactMap(\.suggestedOrder)
    if !suggestions.isEmpty { suggestedOrder = suggestions.reduce(.zero, +) }
    let withheld = lines.count - suggestions.count
    if withheld > 0 { notes.append(.partsWithoutSuggestion(withheld, of: lines.count)) }
  }

  private static func sum(_ amounts: [Amount?]) -> Amount? {
    amounts.reduce(.zero) { sum, amount in
      guard let sum, let amount else { return nil }
      return sum + amount
    }
  }

  private static func common<Value: Equatable>(_ values: [Value?]) -> Value? {
    guard let first = values.first, values.allSatisfy({ $0 == first }) else { return nil }
    return first
  }

  /// Nil when there are none or one is unknown.
  static func earliest<Value: Comparable>(_ values: [Value?]) -> Value? {
    let known = values.compactMap { $0 }
    return known.count == values.count ? known.min() : nil
  }

  private static func lowest(_ tiers: [Tier]) -> Tier {
    Tier.allCases.last(where: tiers.contains) ?? .zero
  }
}

extension DemandAhead {
  /// Day by day, as far as any part reaches.
  init(sumOf parts: [DemandAhead]) {
    let reach = parts.map(\.known.count).max() ?? 0
    var sums: [Double] = []
    for part in parts { part.means(days: Double(reach)).add(to: &sums) }
    self.init(known: sums, continuation: parts.map(\.continuation).reduce(0, +))
  }
}
