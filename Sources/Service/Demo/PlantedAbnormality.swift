internal import Inventory

/// Something that is not as it was, put into the generated data on purpose, so that what finds it
/// can be scored.
struct PlantedAbnormality: Hashable, Sendable {
  enum Kind: String, CaseIterable, Hashable, Sendable {
    /// The source counts packs instead of pieces: quantities are divided by the pack size.
    case unitChange = "unit_change"
    /// Each day's quantities are counted twice.
    case doubledDays = "doubled_days"
    /// Demand really changes its level for a while.
    case levelJump = "level_jump"
    /// The location sends no demand at all but says that its days are complete.
    case deadWarehouse = "dead_warehouse"
    /// Quantities stand on the day after their own.
    case shiftedDay = "shifted_day"

    /// Whether customers behave differently, or only the data does.
    var isReal: Bool { self == .levelJump }

    fileprivate var dayCount: Int {
      switch self {
      case .unitChange: 9
      case .doubledDays: 2
      case .levelJump: 40
      case .deadWarehouse: 6
      case .shiftedDay: 5
      }
    }
  }

  let kind: Kind
  let days: ClosedRange<Day>
  /// Position among the places.
  let place: Int
  /// Positions among the items; nil is every item there.
  let items: [Int]?
  /// What demand is multiplied by; each item's own pack size for a change of unit.
  let factor: Double

  func touches(_ pair: RetailAssortment.Pair, on day: Day) -> Bool {
    pair.place == place && days.contains(day) && (items?.contains(pair.item) ?? true)
  }

  /// The one of a span of days; spans are counted from 1970, so that every day's data is the same
  /// whatever days are asked for.
  init?(_ parameters: RetailerParameters, _ assortment: RetailAssortment, span: Int) {
    var draws = SeededDraws(parameters.seed, .planted, span)
    let places = assortment.places.indices.filter {
      parameters.plantedRegions.contains(assortment.places[$0].location.region.text)
    }
    guard !places.isEmpty else { return nil }
    kind = Kind.allCases[span % Kind.allCases.count]
    let chosen = places[draws.index(places.count)]
    place = chosen
    let offset = draws.index(max(1, parameters.plantedEveryDays - kind.dayCount))
    let start = Day(ordinal: Int32(span * parameters.plantedEveryDays + offset))
    days = start...(start + (kind.dayCount - 1))
    let carried = assortment.pairs.filter { $0.place == chosen }.map(\.item)
    switch kind {
    case .unitChange:
      items = carried.filter { _ in draws.chance(0.4) }
      factor = 0
    case .levelJump:
      let frequent = carried.filter { assortment.products[$0].parameters.demand == .smooth }
      items = frequent.isEmpty ? carried : [frequent[draws.index(frequent.count)]]
      factor = 2.5
    case .doubledDays: (items, factor) = (nil, 2)
    case .deadWarehouse: (items, factor) = (nil, 0)
    case .shiftedDay: (items, factor) = (nil, 1)
    }
  }

  /// All that touch a stretch of days.
  static func all(
    _ parameters: RetailerParameters, _ assortment: RetailAssortment, in days: ClosedRange<Day>
  ) -> [PlantedAbnormality] {
    let every = parameters.plantedEveryDays
    let spans = Int(days.lowerBound.ordinal) / every...Int(days.upperBound.ordinal) / every
    return spans.compactMap { PlantedAbnormality(parameters, assortment, span: $0) }
      .filter { $0.days.overlaps(days) }
  }
}
