public import Inventory

/// The buckets of a data set: which bucket a day falls into, and which day names a bucket.
///
/// A bucket keeps the name its data gave it. Weeks named by a Monday or a Sunday begin on that day;
/// weeks named by any other weekday end on it, as in "week ending Friday". Months are named by
/// their first day, or by the day of the month that the data does so with, as their last.
public struct BucketGrid: Hashable, Sendable {
  public let bucket: Bucket
  /// The ISO weekday that names weeks.
  private let nameWeekday: Int
  /// The day of the month that names months, or a shorter month's last.
  private let nameDayOfMonth: Int

  /// The grid in which `name` is the day that names a bucket.
  public init(_ bucket: Bucket, namedBy name: Day) {
    self.bucket = bucket
    nameWeekday = name.weekday
    nameDayOfMonth = name.isLastOfMonth ? 31 : name.civil.day
  }

  /// The grid that the days of a data set follow: weeks step from the weekday that all days share
  /// or begin on Monday; months are named by the day that all share, be it the last, or by the
  /// first.
  public init(_ bucket: Bucket, following days: some Sequence<Day>) {
    var weekdays: Set<Int> = []
    var daysOfMonth: Set<Int> = []
    var areLast = true
    for day in days {
      weekdays.insert(day.weekday)
      daysOfMonth.insert(day.civil.day)
      areLast = areLast && day.isLastOfMonth
    }
    self.bucket = bucket
    nameWeekday = weekdays.count == 1 ? weekdays.first ?? 1 : 1
    let shared = daysOfMonth.count == 1 ? daysOfMonth.first ?? 1 : 1
    nameDayOfMonth = areLast && !daysOfMonth.isEmpty ? 31 : shared
  }

  /// Counts buckets, so that the next bucket's position is one more.
  public func position(of day: Day) -> Int {
    switch bucket {
    case .day: Int(day.ordinal)
    case .week: floorQuotient(Int(day.ordinal) - weekOffset, 7)
    case .month: day.civil.year * 12 + day.civil.month - 1
    }
  }

  /// The first day of the bucket at a position.
  public func firstDay(at position: Int) -> Day {
    switch bucket {
    case .day: Day(ordinal: Int32(position))
    case .week: Day(ordinal: Int32(position * 7 + weekOffset))
    case .month:
      Day(ordinal: BucketGrid.firstOrdinal(ofMonth: position))
    }
  }

  /// The days of the bucket at a position.
  public func days(at position: Int) -> ClosedRange<Day> {
    firstDay(at: position)...(firstDay(at: position + 1) - 1)
  }

  /// The day that names the bucket at a position.
  public func name(at position: Int) -> Day {
    switch bucket {
    case .day: firstDay(at: position)
    case .week: beginsOnName ? firstDay(at: position) : firstDay(at: position) + 6
    case .month:
      min(firstDay(at: position) + (nameDayOfMonth - 1), firstDay(at: position + 1) - 1)
    }
  }

  private var beginsOnName: Bool { nameWeekday == 1 || nameWeekday == 7 }

  /// The ordinal of some week's first day.
  private var weekOffset: Int {
    let first = beginsOnName ? nameWeekday : nameWeekday % 7 + 1
    // 1970-01-01, ordinal 0, was a Thursday (ISO 4).
    return first - 4
  }

  private static func firstOrdinal(ofMonth position: Int) -> Int32 {
    let year = floorQuotient(position, 12)
    return Day(year: year, month: position - year * 12 + 1, day: 1)?.ordinal
      ?? (position < 1950 * 12 ? Day.earliest.ordinal : Day.latest.ordinal + 1)
  }
}

extension Day {
  fileprivate var isLastOfMonth: Bool { (self + 1).civil.day == 1 }
}

private func floorQuotient(_ value: Int, _ divisor: Int) -> Int {
  value >= 0 ? value / divisor : -((divisor - 1 - value) / divisor)
}
