import Inventory
import Testing

@testable import Planning

@Suite("Days that a location sent")
struct SentDaysTests {
  private func day(_ text: String) throws -> Day { try #require(Day(text)) }

  /// Sends on every day of a range but those left out.
  private func sent(from first: Day, through last: Day, but silent: (Day) -> Bool) -> SentDays {
    var months: [Day: Int32] = [:]
    for day in first...last where !silent(day) {
      months[day.monthStart, default: 0] |= 1 << Int32(day - day.monthStart)
    }
    return SentDays(months: months)
  }

  @Test("every day of every month is told apart, the 31st too")
  func bits() throws {
    let odd = sent(from: try day("2024-01-01"), through: try day("2024-12-31")) {
      $0.ordinal % 2 == 0
    }
    for date in try day("2023-12-01")...day("2025-01-31") {
      let isIn = try date >= day("2024-01-01") && date <= day("2024-12-31")
      #expect(odd.contains(date) == (isIn && date.ordinal % 2 != 0))
    }
  }

  @Test("a day without a row is a gap; one on which nobody sends is none")
  func gaps() throws {
    // 2024-06-09 is a Sunday.
    let days = sent(from: try day("2024-01-01"), through: try day("2024-06-30")) {
      $0.weekday == 7 || $0.description == "2024-06-11"
    }
    #expect(days.gaps(through: try day("2024-06-30")) == [try day("2024-06-11")])
    #expect(days.gaps(through: try day("2024-06-10")) == [])
    #expect(days.gaps(through: try day("2024-06-30"), closed: [try day("2024-06-11")]) == [])
    // Up to the watermark, and not beyond.
    #expect(
      days.gaps(through: try day("2024-07-02")).map(\.description) == [
        "2024-06-11", "2024-07-01", "2024-07-02",
      ])
  }

  @Test("whoever stays silent owes less and less, and nothing in the end")
  func silence() throws {
    let last = try day("2024-06-01")
    let days = sent(from: try day("2024-01-01"), through: last) { _ in false }
    #expect(days.gaps(through: last + 7).count == 7)
    // Each weekday is owed four times: then half of the eight weeks before were silent.
    #expect(days.gaps(through: last + 28).count == 28)
    #expect(days.gaps(through: last + 35).count == 28)
    #expect(days.gaps(through: last + 100) == [])
  }

  @Test("what a location sent before it sent anything is unknown, and a fortnight says nothing")
  func beginning() throws {
    let first = try day("2024-06-01")
    let days = sent(from: first, through: first + 20) { $0 == first + 10 || $0 == first + 16 }
    #expect(days.gaps(through: first + 20) == [first + 16])
    #expect(SentDays(months: [:]).gaps(through: first) == [])
    #expect(days.gaps(through: first - 5) == [])
  }
}
