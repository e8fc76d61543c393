import Inventory
import TestKit
import Testing

@testable import Service

@Suite("Patterns of days")
struct DayPatternTests {
  private func read(_ text: String, _ pattern: String) throws -> DayPattern.Moment? {
    let pattern = try DayPattern(pattern)
    return Array(text.utf8).withUnsafeBytes { pattern.read($0) }
  }

  @Test(
    "a day is read as its pattern says",
    arguments: [
      ("dd.MM.yyyy", "24.04.2026"), ("d.M.yyyy", "24.4.2026"), ("M/d/yyyy", "4/24/2026"),
      ("MM/dd/yyyy", "04/24/2026"), ("yyyyMMdd", "20260424"), ("yyyy-MM-dd", "2026-04-24"),
      ("dd MM yyyy", "24 04 2026"), ("d.M.yyyy", "24.04.2026"),
    ])
  func days(pattern: String, text: String) throws {
    #expect(try read(text, pattern) == .init(day: day("2026-04-24"), second: nil))
  }

  @Test("a clock is read with it, to the second or less")
  func clocks() throws {
    let day = day("2026-04-24")
    #expect(try read("24.04.2026 06:30", "dd.MM.yyyy HH:mm")?.second == 6 * 3600 + 30 * 60)
    #expect(try read("2026-04-24T23:59:59", "yyyy-MM-ddTHH:mm:ss")?.second == 86_399)
    #expect(try read("20260424 07", "yyyyMMdd HH") == .init(day: day, second: 7 * 3600))
    #expect(try read("24.04.2026 24:00", "dd.MM.yyyy HH:mm") == nil)
    #expect(try read("24.04.2026 06:60", "dd.MM.yyyy HH:mm") == nil)
  }

  @Test(
    "what is no day, or written otherwise, is none",
    arguments: [
      "31.04.2026", "29.02.2025", "00.04.2026", "24.13.2026", "24.04.1899", "24.04.26",
      "4.04.2026", "24.4.2026", "24-04-2026", "2026-04-24", "24.04.2026 ", " 24.04.2026", "",
      "24.04.20261", "２4.04.2026",
    ])
  func wrong(text: String) throws {
    #expect(try read(text, "dd.MM.yyyy") == nil)
  }

  @Test("what is written by a pattern is read back, day after day")
  func roundTrip() throws {
    var generator = SeededGenerator(seed: 7)
    let patterns = try ["dd.MM.yyyy", "yyyyMMdd", "M/d/yyyy", "d-M-yyyy"].map { text in
      try DayPattern(text)
    }
    for _ in 0..<2_000 {
      let ordinal = Int32.random(
        in: Day.earliest.ordinal...Day.latest.ordinal, using: &generator)
      let date = Day(ordinal: ordinal).civil
      for pattern in patterns {
        let text = Array(written(date, pattern.description).utf8)
        #expect(text.withUnsafeBytes { pattern.read($0)?.day } == Day(ordinal: ordinal))
      }
    }
  }

  private func written(_ date: Day.Civil, _ pattern: String) -> String {
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return switch pattern {
    case "dd.MM.yyyy": "\(two(date.day)).\(two(date.month)).\(date.year)"
    case "yyyyMMdd": "\(date.year)\(two(date.month))\(two(date.day))"
    case "M/d/yyyy": "\(date.month)/\(date.day)/\(date.year)"
    default: "\(date.day)-\(date.month)-\(date.year)"
    }
  }

  @Test(
    "a pattern that would be a guess is refused",
    arguments: [
      ("dd.MM.yy", DayPattern.Problem.unknown("yy")), ("dd.MMM.yyyy", .unknown("MMM")),
      ("dd.MM.yyyy hh:mm", .unknown("hh")), ("dd.MM", .missing("yyyy")),
      ("MM.yyyy", .missing("dd")), ("yyyy-MM-dd mm", .missing("HH")),
      ("yyyy-MM-dd HH ss", .missing("mm")), ("dd.dd.MM.yyyy", .twice("dd")),
      ("dMyyyy", .ambiguous("dMyyyy")), ("yyyyMdd", .ambiguous("yyyyMdd")),
      ("dd_MM_yyyy", .unknown("_")), ("", .missing("yyyy")),
    ])
  func refused(pattern: String, problem: DayPattern.Problem) {
    #expect(throws: problem) { try DayPattern(pattern) }
  }
}
