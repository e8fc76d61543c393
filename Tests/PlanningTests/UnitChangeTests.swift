import Inventory
import Planning
import TestKit
import Testing

@Suite("Suspected change of units")
struct UnitChangeTests {
  /// Items with the same usual days, and what is pushed of each.
  private func measures(
    _ items: Int, pack: (Int) -> Double, factor: (Int) -> Double
  ) -> [UnitChange.Measure] {
    (0..<items).map { number in
      let usual = (0..<30).map { Double(8 + ($0 * 7 + number) % 5) }
      return UnitChange.Measure(
        item: ItemCode("i\(number)")!, packSize: pack(number), usual: usual,
        pushed: [10 * factor(number)])
    }
  }

  @Test(
    "a fifth of the items at their pack size, either way, is suspicious; fewer are not",
    arguments: [
      (items: 50, jumped: 10, held: true), (items: 50, jumped: 9, held: false),
      (items: 10, jumped: 5, held: true), (items: 10, jumped: 4, held: false),
      (items: 4, jumped: 4, held: false), (items: 200, jumped: 200, held: true),
    ])
  func share(items: Int, jumped: Int, held: Bool) throws {
    for inverse in [false, true] {
      let found = UnitChange.suspicion(
        measures(items, pack: { _ in 12 }, factor: { $0 < jumped ? (inverse ? 1 / 12 : 12) : 1 }))
      #expect((found != nil) == held)
      if let found { #expect(found.jumped == jumped && found.measured == items) }
    }
  }

  @Test("half of the items up and half of them down is no change of units")
  func bothWays() {
    #expect(
      UnitChange.suspicion(
        measures(20, pack: { _ in 6 }, factor: { $0 < 3 ? 6 : $0 < 6 ? 1 / 6 : 1 })) == nil)
  }

  @Test("a season or promotion that moves all items alike is none, whatever packs there are")
  func season() {
    for factor in [0.3, 0.5, 2, 3, 6] {
      let packs = [1.0, 2, 3, 6, 12]
      let found = UnitChange.suspicion(
        measures(100, pack: { packs[$0 % 5] }, factor: { _ in factor }))
      #expect(found == nil, "\(factor)")
    }
  }

  @Test("packs of different sizes are each compared with their own")
  func ownPacks() throws {
    let packs = [6.0, 10, 12, 24]
    let found = UnitChange.suspicion(
      measures(40, pack: { packs[$0 % 4] }, factor: { packs[$0 % 4] * 0.9 }))
    #expect(try #require(found).percent == 100)
    // As far off, but by another item's pack.
    #expect(
      UnitChange.suspicion(
        measures(40, pack: { packs[$0 % 4] }, factor: { packs[($0 + 1) % 4] * 10 })) == nil)
  }

  @Test("items without a pack size are never counted")
  func plain() {
    #expect(UnitChange.suspicion(measures(50, pack: { _ in 1 }, factor: { _ in 12 })) == nil)
    #expect(UnitChange.suspicion([]) == nil)
  }
}
