import Inventory
import TestKit
import Testing

@testable import Planning

@Suite("Schedules in cron's five fields")
struct ScheduleExpressionTests {
  func times(_ text: String, from start: String, _ count: Int) throws -> [String] {
    let slots = try ScheduleSlots(ScheduleExpression(text)) { _ in 0 }
    var moment = try #require(Instant(start))
    var found: [String] = []
    while found.count < count, let next = slots.next(after: moment) {
      found.append(String(next.description.prefix(16)))
      moment = next
    }
    return found
  }

  @Test(
    "lists, ranges, steps and names mean what crontab(5) says",
    arguments: [
      ("30 6 * * *", ["2024-02-28T06:30", "2024-02-29T06:30", "2024-03-01T06:30"]),
      ("*/20 5-6 * * *", ["2024-02-28T05:00", "2024-02-28T05:20", "2024-02-28T05:40"]),
      ("5,50 23 * * *", ["2024-02-28T23:05", "2024-02-28T23:50", "2024-02-29T23:05"]),
      ("0 0 29 2 *", ["2024-02-29T00:00", "2028-02-29T00:00", "2032-02-29T00:00"]),
      ("0 12 * jan-MAR/2 Mon", ["2024-03-04T12:00", "2024-03-11T12:00", "2024-03-18T12:00"]),
      ("0 0 * * 7", ["2024-03-03T00:00", "2024-03-10T00:00", "2024-03-17T00:00"]),
      ("0 0 * * 5-7", ["2024-03-01T00:00", "2024-03-02T00:00", "2024-03-03T00:00"]),
      // Both day fields: either of them. With a star in front: both of them.
      ("0 0 1 * fri", ["2024-03-01T00:00", "2024-03-08T00:00", "2024-03-15T00:00"]),
      ("0 0 */2 * fri", ["2024-03-01T00:00", "2024-03-15T00:00", "2024-03-29T00:00"]),
      ("10-50/20 4 31 12 *", ["2024-12-31T04:10", "2024-12-31T04:30", "2024-12-31T04:50"]),
    ])
  func meaning(text: String, expected: [String]) throws {
    #expect(try times(text, from: "2024-02-28T00:00:00Z", 3) == expected)
  }

  @Test(
    "what is no schedule is refused, and says in which field",
    arguments: [
      ("", ScheduleFault.fieldCount(0)), ("* * * *", .fieldCount(4)), ("@daily", .fieldCount(1)),
      ("0 0 * * * *", .fieldCount(6)), ("60 * * * *", .outOfRange(.minute, value: 60)),
      ("0 24 * * *", .outOfRange(.hour, value: 24)),
      ("0 0 0 * *", .outOfRange(.dayOfMonth, value: 0)),
      ("0 0 * 13 *", .outOfRange(.month, value: 13)),
      ("0 0 * * 8", .outOfRange(.dayOfWeek, value: 8)),
      ("a * * * *", .unreadable(.minute, text: "a")),
      ("-1 * * * *", .unreadable(.minute, text: "")),
      ("1- * * * *", .unreadable(.minute, text: "")),
      ("5-1 * * * *", .unreadable(.minute, text: "5-1")),
      ("*/0 * * * *", .unreadable(.minute, text: "*/0")),
      ("5/10 * * * *", .unreadable(.minute, text: "5/10")),
      ("*/5/5 * * * *", .unreadable(.minute, text: "*/5/5")),
      ("1,,2 * * * *", .unreadable(.minute, text: "")),
      ("+1 * * * *", .unreadable(.minute, text: "+1")),
      ("** * * * *", .unreadable(.minute, text: "**")),
      ("0 0 * mon *", .unreadable(.month, text: "mon")),
      ("99999999999999999999 * * * *", .unreadable(.minute, text: "99999999999999999999")),
      ("0 0 31 2 *", .neverFires), ("0 0 30-31 feb *", .neverFires),
      ("0 0 31 4,6,9,11 *", .neverFires),
    ])
  func refused(text: String, fault: ScheduleFault) {
    #expect(throws: fault) { try ScheduleExpression(text) }
  }

  @Test("after the last year there is no slot")
  func end() throws {
    #expect(try times("0 0 1 1 *", from: "2198-06-01T00:00:00Z", 5) == ["2199-01-01T00:00"])
  }

  @Test("the text is kept with single spaces")
  func text() throws {
    #expect(try ScheduleExpression(" 30\t6  * * MON ").text == "30 6 * * MON")
  }

  @Test(
    "equal clocks: the slots of a zone without daylight saving are the expression's own minutes")
  func law() throws {
    var random = SeededGenerator(seed: 11)
    for _ in 0..<60 {
      let expression = try ScheduleExpression(randomCron(using: &random))
      let start = Instant(
        microseconds: Int64.random(in: 0..<4_000_000_000, using: &random) * 1_000_000)
      let slots = ScheduleSlots(expression) { _ in 20_700 }
      let due = slots.due(
        after: start, through: Instant(microseconds: start.microseconds + 86_400_000_000))
      let scanned = (1...1440).map {
        LocalTime(
          Instant(
            microseconds: start.microseconds / 60_000_000 * 60_000_000 + Int64($0) * 60_000_000),
          secondsEast: 20_700)
      }.count { expression.matches($0) }
      #expect(due.count == scanned)
    }
  }
}

/// An expression of random lists, ranges and steps that fires at least once in a while.
func randomCron(using random: inout SeededGenerator) -> String {
  func field(_ range: ClosedRange<Int>, starOften: Bool) -> String {
    switch Int.random(in: 0..<(starOften ? 8 : 4), using: &random) {
    case 0: return String(Int.random(in: range, using: &random))
    case 1:
      let ends = [Int.random(in: range, using: &random), Int.random(in: range, using: &random)]
      return "\(ends.min() ?? 0)-\(ends.max() ?? 0)/\(Int.random(in: 1...7, using: &random))"
    case 2: return "*/\(Int.random(in: 1...20, using: &random))"
    case 3:
      return (0..<3).map { _ in String(Int.random(in: range, using: &random)) }
        .joined(separator: ",")
    default: return "*"
    }
  }
  return [
    field(0...59, starOften: false), field(0...23, starOften: true), field(1...28, starOften: true),
    field(1...12, starOften: true), field(0...7, starOften: true),
  ].joined(separator: " ")
}
