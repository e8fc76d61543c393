internal import Glibc
internal import Inventory

/// Prices by what they apply to, so that a series finds its own among many.
struct PriceTable {
  struct Scope: Hashable {
    let location: LocationCode?
    let region: RegionCode?
  }

  /// A price from a day on.
  struct Step {
    let from: Day
    /// ln of the price; NaN where it is not above zero.
    let logarithm: Double
    let isPromotion: Bool
  }

  /// Ascending by day.
  private var stepsOf: [ItemCode: [Scope: [Step]]] = [:]

  init(_ prices: [Price]) {
    for price in prices {
      let amount = Double(price.amount) ?? 0
      stepsOf[price.item, default: [:]][
        Scope(location: price.location, region: price.region), default: []
      ].append(
        Step(
          from: price.from, logarithm: amount > 0 ? log(amount) : .nan,
          isPromotion: price.isPromotion))
    }
    for (item, scopes) in stepsOf {
      stepsOf[item] = scopes.mapValues { $0.sorted { $0.from < $1.from } }
    }
  }

  var isEmpty: Bool { stepsOf.isEmpty }

  /// The steps that a series sees, narrowest scope first: its location's, its region's, everyone's.
  func steps(for series: Series) -> [[Step]] {
    guard let item = series.item, let scopes = stepsOf[item] else { return [] }
    var found: [[Step]] = []
    if let location = series.location {
      let both = scopes[Scope(location: location, region: nil)] ?? []
      let named = series.region.flatMap { scopes[Scope(location: location, region: $0)] } ?? []
      found.append((both + named).sorted { $0.from < $1.from })
    }
    if let region = series.region {
      found.append(scopes[Scope(location: nil, region: region)] ?? [])
    }
    found.append(scopes[Scope(location: nil, region: nil)] ?? [])
    return found.filter { !$0.isEmpty }
  }

  /// ln of the price in force on each day; NaN before the first price and during promotions, which
  /// are events of their own.
  func logarithms(for series: Series, days: ClosedRange<Day>) -> [Double]? {
    let scopes = steps(for: series)
    if scopes.isEmpty { return nil }
    var values = [Double](repeating: .nan, count: days.upperBound - days.lowerBound + 1)
    // The narrowest is written last.
    for steps in scopes.reversed() {
      for (place, step) in steps.enumerated() {
        let end = place + 1 < steps.count ? steps[place + 1].from : days.upperBound + 1
        let from = max(0, step.from - days.lowerBound)
        let until = min(values.count, end - days.lowerBound)
        guard from < until else { continue }
        let value = step.isPromotion ? Double.nan : step.logarithm
        for offset in from..<until { values[offset] = value }
      }
    }
    return values
  }
}

extension PriceTable {
  /// Promotions that prices tell of, as events on each of their days.
  static func promotions(_ prices: [Price], in days: ClosedRange<Day>) -> [CalendarEvent] {
    let table = PriceTable(prices)
    var events: [CalendarEvent] = []
    for (item, scopes) in table.stepsOf {
      for (scope, steps) in scopes {
        for (place, step) in steps.enumerated() where step.isPromotion {
          let end = place + 1 < steps.count ? steps[place + 1].from - 1 : days.upperBound
          let first = max(step.from, days.lowerBound)
          let last = min(end, days.upperBound)
          guard first <= last else { continue }
          for day in first...last {
            events.append(
              CalendarEvent(
                day: day, name: "price", kind: .promotion,
                scope: .init(region: scope.region, location: scope.location, item: item)))
          }
        }
      }
    }
    return events.sorted(by: CalendarEvent.precedes)
  }
}
