import Inventory
import Planning

@testable import Service

/// The generated retailer's demand as its warehouses reported it by some evening, without a
/// database: what a run of that evening would see.
struct RetailHistories {
  let world: RetailWorld
  let days: ClosedRange<Day>
  let events: [CalendarEvent]
  private let reports: [Reports]

  private struct Reports {
    let pair: RetailAssortment.Pair
    let series: Series
    let first: Day
    var values: [Double] = []
    var stockouts: [Int] = []
  }

  init(_ days: ClosedRange<Day>) throws {
    let parameters = try RetailerParameters.embedded()
    let assortment = try RetailAssortment(parameters)
    let world = RetailWorld(parameters, assortment, days: days.lowerBound...(days.upperBound + 60))
    self.world = world
    self.days = days
    events = (days.lowerBound...(days.upperBound + 60)).flatMap { world.calendar.events(on: $0) }
    reports = assortment.pairs.compactMap { pair in
      let item = assortment.products[pair.item].item
      let place = assortment.places[pair.place].location
      let first = max(days.lowerBound, item.launched ?? .earliest)
      guard first <= days.upperBound, item.ended ?? .latest >= days.upperBound else { return nil }
      var one = Reports(
        pair: pair,
        series: Series(
          item: item.code, location: place.code, region: place.region, category: item.category),
        first: first)
      one.values = Array(repeating: 0, count: days.upperBound - first + 1)
      var wasEmpty = false
      world.each(pair, in: first...days.upperBound) { quantity, day in
        one.values[day.day - first] = Double(quantity)
        if wasEmpty, day.onHand <= 0 { one.stockouts.append(day.day - first) }
        wasEmpty = day.onHand <= 0
      }
      return one
    }
  }

  /// Three years up to an evening; what is corrected two days later is still wrong.
  func histories(through origin: Day) -> [DemandHistory] {
    let start = origin - 1095
    return reports.compactMap { one in
      let first = max(one.first, start)
      guard first <= origin else { return nil }
      let skipped = first - one.first
      var values = Array(one.values[skipped...(origin - one.first)])
      for day in max(first, origin - 1)...origin {
        let wrong = world.firstReport(one.pair, on: day, Int(values[day - first]))
        if let wrong { values[day - first] = Double(wrong) }
      }
      return DemandHistory(
        series: one.series, start: first, values: values,
        stockouts: one.stockouts.map { $0 - skipped }.filter { values.indices.contains($0) })
    }
  }

  var names: PlannerNames {
    PlannerNames(
      items: Dictionary(
        world.assortment.products.map { ($0.item.code, $0.item.name ?? "") },
        uniquingKeysWith: { first, _ in first }),
      locations: Dictionary(
        world.assortment.places.map { ($0.location.code, $0.location.name ?? "") },
        uniquingKeysWith: { first, _ in first }))
  }
}
