import Inventory
import Testing

@testable import Planning

@Suite("A level that jumps")
struct LevelJumpTests {
  @Test("a forecast at the level of the last eight weeks raises nothing")
  func quiet() {
    #expect(DetectionSample().flags() == [])
  }

  @Test("one series that jumps is one flag of the series, not of its sums")
  func series() throws {
    var sample = DetectionSample()
    sample.scale(2.3) { $0 == DetectionSample.series("tea", "N1") }
    let flags = sample.flags()
    #expect(flags.map(\.short) == ["level-jump tea@N1"])
    let flag = try #require(flags.first)
    #expect(flag.severity == .warning)
    #expect(flag.region?.text == "N")
    #expect(flag.expected == 140)
    #expect(abs((flag.found ?? 0) - 322) < 1e-6)
    #expect(
      flag.message
        == "tea at N1: forecast 322 a week, the last eight weeks sold 140 on average,"
        + " and no season or event explains it")
  }

  @Test("three times the level, or a third of it, is critical", arguments: [3.2, 0.3])
  func critical(factor: Double) {
    var sample = DetectionSample()
    sample.scale(factor) { $0 == DetectionSample.series("tea", "N1") }
    #expect(sample.flags().map(\.severity) == [.critical])
  }

  @Test("a location whose every item falls is one flag of the location")
  func location() throws {
    var sample = DetectionSample()
    sample.scale(0.4) { $0.location?.text == "S2" }
    let flags = sample.flags()
    #expect(flags.map(\.short) == ["level-jump S2"])
    #expect(flags.first?.message.hasPrefix("all items at S2: forecast 280 a week") == true)
    #expect(flags.first?.message.contains("parts of it likewise") == true)
  }

  @Test("an item that jumps everywhere is one flag of the item")
  func item() {
    var sample = DetectionSample()
    sample.scale(2) { $0.item?.text == "rice" }
    #expect(sample.flags().map(\.short) == ["level-jump rice"])
  }

  @Test("a fall of everything is one flag of the total")
  func total() {
    var sample = DetectionSample()
    sample.scale(0.5) { _ in true }
    #expect(sample.flags().map(\.short) == ["level-jump total"])
  }

  @Test("what the same weeks did a year ago explains a change of that direction only")
  func season() {
    var sample = DetectionSample()
    sample.season = 1.8
    sample.scale(1.7) { _ in true }
    #expect(sample.flags() == [])
    sample.scale(0.6) { _ in true }
    #expect(sample.flags().map(\.short) == ["level-jump total"])
  }

  @Test("days near a holiday, of a promotion or closed are not compared")
  func calendar() {
    let sample = DetectionSample()
    // A closing sale: half of the days ahead are promoted at one location, and forecast so.
    let promoted = (8...28).map {
      CalendarEvent(
        day: sample.origin + $0, name: "sale", kind: .promotion,
        scope: .init(location: LocationCode("N1")))
    }
    let ordinary = OrdinaryDays(promoted, origin: sample.origin)
    let node = Node(.location, of: DetectionSample.series("tea", "N1"))
    #expect(ordinary.special(for: node).count == 21)
    let other = Node(.location, of: DetectionSample.series("tea", "N2"))
    #expect(ordinary.special(for: other).isEmpty)
    let holiday = OrdinaryDays(
      [CalendarEvent(day: sample.origin + 10, name: "fair", kind: .holiday)],
      origin: sample.origin)
    #expect(holiday.special(for: other) == Set((8...11).map { sample.origin + $0 }))
  }

  @Test("with too few ordinary days ahead nothing is said")
  func tooFew() {
    var sample = DetectionSample()
    sample.scale(3) { _ in true }
    let events = (1...24).map {
      CalendarEvent(day: sample.origin + $0, name: "sale", kind: .promotion)
    }
    #expect(sample.flags(events: events) == [])
  }

  @Test("demand too small to judge raises nothing")
  func small() {
    var sample = DetectionSample(known: 0.02)
    sample.scale(4) { $0.item?.text == "tea" }
    #expect(sample.flags() == [])
  }

  @Test("many parts of one location are one flag of the location")
  func gathered() throws {
    var sample = DetectionSample()
    sample.limits.flagsPerLocation = 2
    for (item, factor) in [("tea", 2.2), ("coffee", 4.5), ("cola", 9)] {
      sample.scale(factor) { $0 == DetectionSample.series(item, "N1") }
    }
    let flags = sample.flags().filter { $0.node?.location != nil }
    #expect(flags.count == 1)
    #expect(flags.first?.node?.level == .location)
  }

  @Test("a level is the median of weeks, so that one dead week does not move it")
  func robust() throws {
    var values = [Double](repeating: 10, count: 56)
    for place in 14..<21 { values[place] = 0 }
    let level = try #require(WeeklyLevel(values))
    #expect(abs(level.level - 10) < 0.1)
    #expect(WeeklyLevel(Array(repeating: .nan, count: 56)) == nil)
  }
}
