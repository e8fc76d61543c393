public import Inventory

/// On which days a location sent any demand, and which of them it owes.
public struct SentDays: Hashable, Sendable {
  /// How far back from the watermark gaps are looked for.
  public static let windowDays = 35
  /// How many of the same weekday before a day tell whether the location normally sends on it.
  public static let usualWeeks = 8
  /// Fewer than this say nothing.
  public static let fewestWeeks = 2
  /// Days back from the watermark that are needed to know its gaps.
  public static let reachDays = windowDays + usualWeeks * 7

  /// By the month's first day: bit n - 1 is day n.
  private let months: [Day: Int32]

  public init(months: [Day: Int32]) { self.months = months }

  public func contains(_ day: Day) -> Bool {
    let month = day.monthStart
    return months[month].map { $0 >> Int32(day - month) & 1 == 1 } ?? false
  }

  /// Days up to the watermark for which nothing came although something normally does: on more than
  /// half of the same weekdays of the eight weeks before, as far as they lie within the location's
  /// time. Whoever stays silent for weeks has changed its habit, and owes nothing any more.
  ///
  /// - Parameter closed: days on which nobody is expected to sell.
  public func gaps(through watermark: Day, closed: Set<Day> = []) -> [Day] {
    guard let first else { return [] }
    return (watermark - (SentDays.windowDays - 1)...watermark).filter { day in
      day > first && !contains(day) && !closed.contains(day) && isUsual(day, from: first)
    }
  }

  private func isUsual(_ day: Day, from first: Day) -> Bool {
    let before = (1...SentDays.usualWeeks).map { day - $0 * 7 }.filter { $0 >= first }
    guard before.count >= SentDays.fewestWeeks else { return false }
    return before.count(where: contains) * 2 > before.count
  }

  private var first: Day? {
    months.filter { $0.value != 0 }.min { $0.key < $1.key }.map { month, days in
      month + days.trailingZeroBitCount
    }
  }
}
