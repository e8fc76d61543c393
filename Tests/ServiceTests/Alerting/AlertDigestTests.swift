import Inventory
import Planning
import TestKit
import Testing

@testable import Service

@Suite("What planners are told")
struct AlertDigestTests {
  static func flag(
    _ rule: FlagRule, _ severity: Severity, region: String? = "north", item: String? = "oats",
    location: String? = "leeds", message: String = "Something is odd.", expected: Double? = 30,
    found: Double? = 90
  ) -> Flag {
    let series = Series(
      item: item.map { code($0) }, location: location.map { code($0) },
      region: region.map { code($0) }, category: nil)
    let node = item.map { _ in Node(location == nil ? .itemRegion : .itemLocation, of: series) }
    return Flag(
      rule: rule, severity: severity, region: region.map { code($0) }, node: node,
      expected: expected, found: found, message: message)
  }

  private func told(_ flags: [Flag], region: String = "north") -> AlertDigest? {
    AlertDigest(region: code(region), run: 7, origin: day("2024-06-30"), flags: flags)
  }

  @Test("a message is the region's flags, gravest first, with counts that add up")
  func golden() throws {
    let digest = try #require(
      told([
        Self.flag(.levelJump, .info, location: nil, message: "It rises.", found: nil),
        Self.flag(.levelJump, .warning, message: "It jumps.", expected: 12.34, found: 1234.5),
        Self.flag(
          .staleRegion, .critical, item: nil, message: "Leeds is late.", expected: nil, found: nil
        ),
        Self.flag(.levelJump, .critical, region: "south"),
      ]))
    #expect(digest.subject == "Forecast of north: 3 flags (1 critical, 1 warning, 1 note)")
    #expect(
      digest.text == """
        Forecast of north, run 7, data through 2024-06-30

        3 flags (1 critical, 1 warning, 1 note).

          2 x level jump
          1 x stale region

        CRITICAL - north
          Leeds is late.

        WARNING - oats at leeds
          It jumps.
          expected 12.3, found 1,235

        NOTE - oats in north
          It rises.
          expected 30

        Flagged forecasts are in use like all others: look at them before you order by them.

        You are told because you are a planner of north.

        """)
  }

  @Test("what only informs is no reason for a message")
  func quiet() {
    #expect(told([]) == nil)
    #expect(told([Self.flag(.levelJump, .info)]) == nil)
    #expect(told([Self.flag(.levelJump, .critical, region: "south")]) == nil)
  }

  @Test("what concerns all regions is told to each, unless it only informs")
  func common() throws {
    let all = Self.flag(.levelJump, .warning, region: nil, item: nil, location: nil)
    let note = Self.flag(.levelJump, .info, region: nil, item: nil, location: nil)
    let digest = try #require(told([all, note]))
    #expect(digest.flags == [all])
    #expect(digest.text.contains("WARNING - All regions"))
  }

  @Test("of thousands of flags the first are shown, and shown and hidden are all")
  func many() throws {
    let flags = (0..<4000).map {
      Self.flag(
        FlagRule.allCases[$0 % 4], $0 % 3 == 0 ? .critical : .warning, message: "Number \($0).")
    }
    let digest = try #require(told(flags))
    #expect(digest.shown.count == 25 && digest.hidden == 3975)
    #expect(digest.shown.allSatisfy { $0.severity == .critical })
    #expect(digest.severities.reduce(0) { $0 + $1.count } == 4000)
    #expect(digest.rules.reduce(0) { $0 + $1.count } == 4000)
    #expect(digest.text.contains("And 3,975 more in run 7."))
    #expect(digest.html.contains("And 3,975 more in run 7."))
    #expect(digest.subject == "Forecast of north: 4,000 flags (1,334 critical, 2,666 warnings)")
  }

  @Test("no word of a warehouse becomes a tag, an attribute or a header")
  func escaping() throws {
    let hostile = "<script>alert('x')</script>&\"<\u{301}img onerror=x>"
    let digest = try #require(
      told(
        [
          Self.flag(
            .levelJump, .critical, region: "n<b>\u{2028}", item: hostile, message: hostile)
        ],
        region: "n<b>\u{2028}"))
    let tags = digest.html.unicodeScalars.split(separator: "<").dropFirst().map {
      String($0.prefix { $0 != " " && $0 != ">" })
    }
    let known: Set = [
      "!DOCTYPE", "html", "/html", "head", "/head", "meta", "title", "/title", "body", "/body",
      "table", "/table", "tr", "/tr", "td", "/td", "div", "/div", "h1", "/h1", "span", "/span",
      "strong", "/strong", "br",
    ]
    #expect(Set(tags).subtracting(known).isEmpty)
    #expect(!digest.subject.unicodeScalars.contains("\u{2028}"))
  }

  @Test("nothing in the HTML is fetched from elsewhere")
  func selfContained() throws {
    let html = try #require(told([Self.flag(.levelJump, .critical)])).html
    for word in ["http", "src=", "url(", "<link", "@import"] { #expect(!html.contains(word)) }
  }

  @Test(
    "figures are short and never lie about the sign",
    arguments: [
      (0, "0"), (3, "3"), (3.14, "3.1"), (-2.5, "-2.5"), (-0.01, "0"), (99.96, "100"),
      (100.4, "100"), (1_234_567.8, "1,234,568"), (-1500, "-1,500"), (Double.nan, "not a number"),
      (.infinity, "infinite"), (1e20, "1e+20"),
    ])
  func figures(value: Double, text: String) {
    #expect(value.figure == text)
  }
}
