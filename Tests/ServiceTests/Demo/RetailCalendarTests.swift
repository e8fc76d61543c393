import Inventory
import Testing

@testable import Service

@Suite("The generated retailer's calendar and demand")
struct RetailCalendarTests {
  @Test(
    "Easter Sunday, as the almanacs have it",
    arguments: [
      "2000-04-23", "2008-03-23", "2011-04-24", "2019-04-21", "2024-03-31", "2025-04-20",
      "2026-04-05", "2038-04-25", "1954-04-18", "2049-04-18",
    ])
  func easter(text: String) throws {
    let day = try #require(Day(text))
    #expect(easterSunday(day.civil.year) == day)
  }

  @Test("holidays fall by their rules")
  func rules() throws {
    let holidays = try RetailerParameters.embedded().holidays
    func days(_ name: String, in year: Int) throws -> [String] {
      let first = try #require(Day(year: year, month: 1, day: 1))
      let holiday = try #require(holidays.first { $0.name == name })
      return (0..<365).map { first + $0 }.filter(holiday.falls).map(\.description)
    }
    #expect(try days("Christmas Day", in: 2025) == ["2025-12-25"])
    #expect(try days("Good Friday", in: 2025) == ["2025-04-18"])
    #expect(try days("Harvest Fair", in: 2025) == ["2025-09-20"])
    #expect(try days("Black Friday", in: 2025) == ["2025-11-28"])
  }

  @Test("nothing is wanted where it is closed, and the calendar says that it is")
  func closed() throws {
    let world = try year()
    let christmas = try #require(Day("2025-12-25"))
    let events = world.calendar.events(on: christmas)
    #expect(events.contains { $0.kind == .closed && $0.scope == .everything })
    for pair in world.assortment.pairs.prefix(50) {
      world.stock.each(pair, in: christmas...christmas) { #expect($0.sold == 0) }
    }
  }

  @Test("items have the class of demand that their parameters name")
  func classes() throws {
    let world = try year()
    var right = 0
    let pairs = world.assortment.pairs.filter {
      $0.place == 0 && world.assortment.products[$0.item].item.launched == nil
        && world.assortment.products[$0.item].item.ended == nil
    }
    for pair in pairs {
      var sizes: [Double] = []
      var days = 0
      world.stock.each(pair, in: Self.days) { day in
        days += 1
        if day.sold > 0 { sizes.append(Double(day.sold)) }
      }
      let mean = sizes.reduce(0, +) / Double(sizes.count)
      let variance = sizes.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(sizes.count)
      let isRegular = Double(days) / Double(sizes.count) < 1.32
      let isEven = variance / (mean * mean) < 0.49
      let found: RetailerParameters.DemandForm =
        isRegular ? (isEven ? .smooth : .erratic) : (isEven ? .intermittent : .lumpy)
      if found == world.assortment.products[pair.item].parameters.demand { right += 1 }
    }
    #expect(right * 10 >= pairs.count * 9, "\(right) of \(pairs.count)")
    #expect(pairs.count > 40)
  }

  @Test("a promotion raises what is sold, by about its factor")
  func promotions() throws {
    let world = try year()
    let promotions = Self.days.map { day in
      world.calendar.events(on: day).filter { $0.kind == .promotion }
    }
    var (promoted, promotedDays, plain, plainDays) = (0.0, 0.0, 0.0, 0.0)
    for pair in world.assortment.pairs.prefix(120) {
      guard world.assortment.products[pair.item].parameters.demand == .smooth else { continue }
      let series = Series(
        item: world.assortment.products[pair.item].item.code,
        location: world.assortment.places[pair.place].location.code,
        region: world.assortment.places[pair.place].location.region,
        category: world.assortment.products[pair.item].item.category)
      world.stock.each(pair, in: Self.days) { day in
        let known = promotions[day.day - Self.days.lowerBound]
        if known.contains(where: { $0.scope.covers(series) }) {
          (promoted, promotedDays) = (promoted + Double(day.sold), promotedDays + 1)
        } else {
          (plain, plainDays) = (plain + Double(day.sold), plainDays + 1)
        }
      }
    }
    #expect(promotedDays > 100)
    #expect((1.2...2.2).contains((promoted / promotedDays) / (plain / plainDays)))
  }

  @Test("prices change about twice a year, and less is bought when they rise")
  func prices() throws {
    let world = try year()
    var changes = 0
    for item in world.assortment.products.indices {
      let prices = Self.days.map { world.demand.price(item, on: $0) }
      let steps = zip(prices, prices.dropFirst()).map { $1 - $0 }
      changes += steps.filter { $0 != 0 }.count
      for (offset, step) in steps.enumerated() where step.magnitude > 0.05 * prices[offset] {
        let day = Self.days.lowerBound + offset
        let pair = RetailAssortment.Pair(item: item, place: 0)
        let before = world.demand.plannedRate(pair, on: day)
        let after = world.demand.plannedRate(pair, on: day + 1)
        #expect((after < before) == (step > 0))
      }
    }
    let perYear = Double(changes) / Double(world.assortment.products.count) / 401 * 365.25
    #expect((1...2.5).contains(perYear))
  }

  static let days = Day(ordinal: 20_200)...Day(ordinal: 20_600)

  private func year() throws -> RetailWorld {
    let parameters = try RetailerParameters.embedded()
    return RetailWorld(parameters, try RetailAssortment(parameters), days: Self.days)
  }
}
