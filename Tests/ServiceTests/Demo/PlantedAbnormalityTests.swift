import Inventory
import Testing

@testable import Service

@Suite("Planted abnormalities")
struct PlantedAbnormalityTests {
  private let world: RetailWorld
  private let days = Day(ordinal: 19_700)...Day(ordinal: 20_700)

  init() throws {
    let parameters = try RetailerParameters.embedded()
    world = RetailWorld(parameters, try RetailAssortment(parameters), days: days)
  }

  @Test("every kind occurs, and the truth names it whatever stretch is asked for")
  func kinds() throws {
    let known = PlantedAbnormality.all(world.parameters, world.assortment, in: days)
    #expect(Set(known.map(\.kind)) == Set(PlantedAbnormality.Kind.allCases))
    for one in known {
      let alone = PlantedAbnormality.all(world.parameters, world.assortment, in: one.days)
      #expect(alone.contains(one))
    }
    let text = String(
      decoding: try GeneratedRetailer().truth(from: days.lowerBound, through: days.upperBound),
      as: UTF8.self)
    let lines = text.split(separator: "\n")
    #expect(lines.first == "kind,location,item,from,through,factor")
    #expect(
      lines.filter { $0.hasPrefix("doubled_days,") }.count
        == known.filter { $0.kind == .doubledDays }.count)
  }

  @Test(
    "what is reported differs from what was sold as its kind says",
    arguments: [
      PlantedAbnormality.Kind.unitChange, .doubledDays, .deadWarehouse, .shiftedDay,
    ])
  func reported(kind: PlantedAbnormality.Kind) throws {
    let one = try #require(
      world.planted.first {
        $0.kind == kind && days.contains($0.days.lowerBound) && days.contains($0.days.upperBound)
      })
    let around = (one.days.lowerBound - 1)...(one.days.upperBound + 1)
    var (sold, reported) = ([Day: Int](), [Day: Int]())
    for pair in world.assortment.pairs where one.touches(pair, on: one.days.lowerBound) {
      world.each(pair, in: around) { quantity, day in
        sold[day.day, default: 0] += day.sold
        reported[day.day, default: 0] += quantity
      }
    }
    let before = one.days.lowerBound - 1
    for day in [before, one.days.upperBound + 1] { #expect(reported[day] == sold[day]) }
    for day in one.days {
      let (said, truth) = (reported[day] ?? 0, sold[day] ?? 0)
      switch kind {
      case .unitChange: #expect(said * 2 < truth || truth < 10)
      case .doubledDays: #expect(said == truth * 2)
      case .deadWarehouse: #expect(said == 0)
      case .shiftedDay:
        if day == one.days.lowerBound {
          #expect(said == 0)
        } else {
          let carried = day == one.days.upperBound ? truth : 0
          #expect(said == (sold[day - 1] ?? 0) + carried)
        }
      case .levelJump: break
      }
    }
    if kind == .shiftedDay {
      #expect(
        one.days.reduce(0) { $0 + (reported[$1] ?? 0) }
          == one.days.reduce(0) { $0 + (sold[$1] ?? 0) })
    }
  }

  @Test("a level jump is real: it is sold, not only reported")
  func levelJump() throws {
    let jump = try #require(
      world.planted.first {
        $0.kind == .levelJump && $0.days.lowerBound - 60 >= days.lowerBound
          && days.contains($0.days.upperBound)
      })
    let item = try #require(jump.items?.first)
    let pair = RetailAssortment.Pair(item: item, place: jump.place)
    var (during, before) = (0, 0)
    world.each(pair, in: jump.days) {
      during += $1.sold
      _ = $0
    }
    world.each(pair, in: (jump.days.lowerBound - 40)...(jump.days.lowerBound - 1)) {
      before += $1.sold
      _ = $0
    }
    #expect(Double(during) > 1.4 * Double(before))
  }
}
