import Inventory
import Testing

@testable import Planning

struct HierarchyTests {
  /// Two regions with two locations each, three items in two categories.
  private let full: [Series] = ["N1", "N2", "S1", "S2"].flatMap { location in
    [("tea", "drinks"), ("cola", "drinks"), ("soap", "care")].map { item, category in
      series(item, at: location, in: String(location.prefix(1)), of: category)
    }
  }

  @Test("nine levels group what they name")
  func nineLevels() {
    let hierarchy = Hierarchy(full)
    #expect(hierarchy.levels == Level.allCases)
    #expect(
      Level.allCases.map { hierarchy.nodes(of: $0).count } == [1, 2, 4, 2, 3, 4, 6, 8, 12])
    for level in Level.allCases {
      let members = hierarchy.nodes(of: level).flatMap { hierarchy.members[$0] }.sorted()
      #expect(members == Array(full.indices), "\(level) holds every series once")
    }
  }

  @Test("the order of the series does not matter")
  func permutation() {
    var random = SplitMix(7)
    let shuffled = Hierarchy(full.shuffled(using: &random))
    let hierarchy = Hierarchy(full)
    #expect(shuffled.nodes == hierarchy.nodes)
    #expect(shuffled.members == hierarchy.members)
    #expect(shuffled.series == hierarchy.series)
  }

  @Test("a level that repeats another is left out, and the coarsest of them stays")
  func repeatedLevels() {
    let oneRegion = full.filter { $0.region == RegionCode("N") }
    let hierarchy = Hierarchy(oneRegion)
    #expect(
      hierarchy.levels == [
        .total, .location, .category, .item, .categoryLocation, .itemLocation,
      ])
    #expect(hierarchy.nodes(of: .region) == hierarchy.nodes(of: .total))
    #expect(
      hierarchy.node(.itemRegion, of: oneRegion[0]) == hierarchy.node(.item, of: oneRegion[0]))
  }

  @Test(
    "the series' own level keeps the name of the parts that are known",
    arguments: [
      (series(), Level.total), (series("A"), .item), (series(at: "L"), .location),
      (series(in: "R"), .region), (series(of: "C"), .category),
      (series("A", in: "R"), .itemRegion), (series("A", at: "L", in: "R"), .itemLocation),
      (series(at: "L", of: "C"), .categoryLocation), (series(in: "R", of: "C"), .categoryRegion),
    ])
  func ownLevel(one: Series, level: Level) {
    let hierarchy = Hierarchy([one])
    #expect(hierarchy.levels == [level])
    #expect(hierarchy.nodes == [Node(level, of: one)])
  }

  @Test("one item at many locations has its total and its locations under the item's name")
  func oneItem() {
    let hierarchy = Hierarchy(["L1", "L2"].map { series("A", at: $0, in: "R") })
    #expect(hierarchy.levels == [.total, .itemLocation])
    #expect(hierarchy.nodes.last?.item == ItemCode("A"))
  }
}
