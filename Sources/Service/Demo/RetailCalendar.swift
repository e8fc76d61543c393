internal import Inventory

/// What is known in advance about the generated retailer's days, and what it does to demand.
struct RetailCalendar {
  /// A promotion that runs in one span of a category.
  struct Promotion {
    let kind: RetailerParameters.Promotions.Kind
    let days: ClosedRange<Day>
    let category: Int
    /// Positions among all items; nil covers the category.
    let items: [Int]?
    let region: Int?

    func covers(item: Int, category: Int, region: Int, on day: Day) -> Bool {
      days.contains(day) && category == self.category && (items?.contains(item) ?? true)
        && (self.region ?? region) == region
    }
  }

  private let parameters: RetailerParameters
  private let assortment: RetailAssortment
  private let first: Day
  private var holidayFactors: [[Double]] = []
  private var closed: [[Bool]] = []
  private var paydays: [Bool] = []
  private var promotionSpans: [[Promotion?]] = []
  private let firstSpan: Int

  /// - Parameter days: the days that will be asked for.
  init(_ parameters: RetailerParameters, _ assortment: RetailAssortment, days: ClosedRange<Day>) {
    self.parameters = parameters
    self.assortment = assortment
    first = days.lowerBound
    let every = parameters.promotions.everyDays
    firstSpan = Int(days.lowerBound.ordinal) / every
    for region in parameters.regions {
      let effects = RetailCalendar.effects(parameters.holidays, region.code, days)
      holidayFactors.append(effects.factors)
      closed.append(effects.closed)
    }
    paydays = days.map { day in (0...2).contains { isPayday(day - $0) } }
    promotionSpans = parameters.categories.indices.map { category in
      (firstSpan...Int(days.upperBound.ordinal) / every).map { promotion(category, span: $0) }
    }
  }

  /// Demand relative to an ordinary day of the same weekday and season; 0 when closed.
  func factor(item: Int, place: Int, on day: Day) -> Double {
    let region = assortment.places[place].region
    if isClosed(place: place, on: day) { return 0 }
    let category = assortment.products[item].category
    let lift = parameters.categories[category].holidayLift
    var factor = 1 + (holidayFactors[region][day - first] - 1) * lift
    if paydays[day - first] { factor *= parameters.paydayFactor }
    if let promotion = promotion(category, on: day),
      promotion.covers(item: item, category: category, region: region, on: day)
    {
      factor *= promotion.kind.factor
    }
    return factor
  }

  func isClosed(place: Int, on day: Day) -> Bool {
    let place = assortment.places[place]
    return closed[place.region][day - first] || place.parameters.closedWeekday == day.weekday
  }

  private func promotion(_ category: Int, on day: Day) -> Promotion? {
    promotionSpans[category][Int(day.ordinal) / parameters.promotions.everyDays - firstSpan]
  }

  /// The events of one day, as a source of calendars would send them.
  func events(on day: Day) -> [CalendarEvent] {
    var events: [CalendarEvent] = []
    for holiday in parameters.holidays where holiday.falls(on: day) {
      let scope = CalendarEvent.Scope(region: holiday.region.flatMap(RegionCode.init))
      events.append(
        CalendarEvent(
          day: day, name: holiday.name, kind: holiday.isClosed ? .holiday : .event, scope: scope))
      if holiday.isClosed {
        let name = "Closed on \(holiday.name)"
        events.append(CalendarEvent(day: day, name: name, kind: .closed, scope: scope))
      }
    }
    if isPayday(day) { events.append(CalendarEvent(day: day, name: "Payday", kind: .payday)) }
    for place in assortment.places where place.parameters.closedWeekday == day.weekday {
      let scope = CalendarEvent.Scope(location: place.location.code)
      events.append(CalendarEvent(day: day, name: "Day of rest", kind: .closed, scope: scope))
    }
    return events + promotionEvents(on: day)
  }

  private func promotionEvents(on day: Day) -> [CalendarEvent] {
    parameters.categories.indices.flatMap { category -> [CalendarEvent] in
      guard let promotion = promotion(category, on: day), promotion.days.contains(day) else {
        return []
      }
      let region = promotion.region.map { parameters.regions[$0].code }.flatMap(RegionCode.init)
      let scopes =
        promotion.items.map { items in
          items.map { item in
            CalendarEvent.Scope(region: region, item: assortment.products[item].item.code)
          }
        } ?? [
          CalendarEvent.Scope(
            region: region, category: CategoryCode(parameters.categories[category].code))
        ]
      return scopes.map { scope in
        CalendarEvent(day: day, name: promotion.kind.name, kind: .promotion, scope: scope)
      }
    }
  }

  /// A span never runs into the next one, so that a day belongs to one promotion at most.
  private func promotion(_ category: Int, span: Int) -> Promotion? {
    let rules = parameters.promotions
    var draws = SeededDraws(parameters.seed, .promotion, category, span)
    guard draws.chance(rules.share) else { return nil }
    let kind = rules.kinds[draws.index(rules.kinds.count)]
    let start = Day(
      ordinal: Int32(span * rules.everyDays + draws.index(rules.everyDays - kind.days)))
    let members = assortment.products.indices.filter {
      assortment.products[$0].category == category
    }
    let items =
      draws.chance(rules.categoryShare)
      ? nil : (0..<3).map { _ in members[draws.index(members.count)] }
    let region = draws.chance(rules.regionShare) ? draws.index(parameters.regions.count) : nil
    return Promotion(
      kind: kind, days: start...(start + (kind.days - 1)), category: category,
      items: items.map { Array(Set($0)).sorted() }, region: region)
  }

  private static func effects(
    _ holidays: [RetailerParameters.Holiday], _ region: String, _ days: ClosedRange<Day>
  ) -> (factors: [Double], closed: [Bool]) {
    var factors: [Double] = []
    var closed: [Bool] = []
    let felt = holidays.filter { $0.region == nil || $0.region == region }
    for day in days {
      var factor = 1.0
      for holiday in felt {
        if holiday.falls(on: day) { factor *= holiday.dayFactor ?? 1 }
        if holiday.leadDays > 0,
          (1...holiday.leadDays).contains(where: { holiday.falls(on: day + $0) })
        {
          factor *= holiday.leadFactor
        }
      }
      factors.append(factor)
      closed.append(felt.contains { $0.isClosed && $0.falls(on: day) })
    }
    return (factors, closed)
  }
}

/// The last weekday, Monday to Friday, of a month.
private func isPayday(_ day: Day) -> Bool {
  let last = day.nextMonthStart - 1
  return day == (last.weekday > 5 ? last.onOrBefore(weekday: 5) : last)
}

extension RetailerParameters.Holiday {
  func falls(on date: Day) -> Bool {
    let civil = date.civil
    if let easterOffset { return date == easterSunday(civil.year) + easterOffset }
    guard month == civil.month else { return false }
    if let day { return day == civil.day }
    return date.weekday == weekday && (civil.day + 6) / 7 == nth
  }
}

/// Easter Sunday of the Gregorian calendar ("Nature" 13, 1876, p. 487, anonymous; J. Meeus,
/// "Astronomical Algorithms", chapter 8).
func easterSunday(_ year: Int) -> Day {
  let (cycle, century, rest) = (year % 19, year / 100, year % 100)
  let skipped = (century + 8) / 25
  let shift = (century - skipped + 1) / 3
  let epact = (19 * cycle + century - century / 4 - shift + 15) % 30
  let weekday = (32 + 2 * (century % 4) + 2 * (rest / 4) - epact - rest % 4) % 7
  let correction = (cycle + 11 * epact + 22 * weekday) / 451
  let total = epact + weekday - 7 * correction + 114
  let march = Day(year: year, month: 3, day: 1) ?? .earliest
  return march + (total / 31 == 4 ? 31 : 0) + total % 31
}
