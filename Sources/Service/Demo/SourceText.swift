internal import Inventory

/// The demand and stock of one source's push, in its own form.
struct SourceText {
  private(set) var demand: RetailText
  private(set) var stock: RetailText
  private let world: RetailWorld
  private let revision: String
  private let spellsZeros: Bool
  private var dayTexts: [Int32: String] = [:]

  /// - Parameter step: 0 for a first report, 1 for a correction of the same day.
  init(_ world: RetailWorld, _ source: Int, revisionDay: Day, step: Int) {
    let parameters = world.parameters.sources[source]
    self.world = world
    spellsZeros = parameters.format == .ndjson
    var demandColumns: [Column] = [.item, .location, .day, .quantity]
    var stockColumns: [Column] = [.item, .location, .asOf, .onHand, .onOrder, .reserved]
    switch parameters.revision {
    case .number: revision = String(Int(revisionDay.ordinal) * 10 + step)
    case .time: revision = sent(revisionDay, step).description
    case .none: revision = ""
    }
    if !revision.isEmpty {
      demandColumns.append(.revision)
      stockColumns.append(.revision)
    }
    demand = RetailText(demandColumns, parameters.format, names: parameters.columns)
    stock = RetailText(stockColumns, parameters.format, names: parameters.columns)
  }

  /// Days without demand need no row: the push says through which day it is complete. NDJSON has
  /// no header, so that a push of no rows would be an empty file: it spells zeros out.
  mutating func addDemand(_ pair: RetailAssortment.Pair, _ day: Day, _ quantity: Int) {
    guard quantity > 0 || spellsZeros else { return }
    demand.add(fields(pair, day, [String(quantity)]))
  }

  mutating func addStock(_ pair: RetailAssortment.Pair, _ day: RetailDay) {
    let counted = [String(day.onHand), String(day.onOrder), String(day.reserved)]
    stock.add(fields(pair, day.day, counted))
  }

  private mutating func fields(
    _ pair: RetailAssortment.Pair, _ day: Day, _ values: [String]
  ) -> [String] {
    let dayText = dayTexts[day.ordinal] ?? day.description
    dayTexts[day.ordinal] = dayText
    let names = [
      world.assortment.products[pair.item].item.code.text,
      world.assortment.places[pair.place].location.code.text, dayText,
    ]
    return names + values + (revision.isEmpty ? [] : [revision])
  }
}
