/// A rule that gives one day of every year: how holidays are fixed.
public enum DateRule: Hashable, Sendable {
  /// The same date every year; 29 February only in leap years.
  case fixed(month: Int, day: Int)
  /// The n-th of its weekday (ISO, Monday is 1) in a month, from 1; −1 is the last.
  case nth(Int, weekday: Int, month: Int)
  /// So many days after Easter Sunday, before it where negative.
  case easter(Int)
  /// So many days after Orthodox Easter Sunday, before it where negative.
  case orthodoxEaster(Int)
  /// The first of its weekday on a date or after it.
  case onOrAfter(weekday: Int, month: Int, day: Int)
}

extension DateRule {
  /// The rule's day in a year; nil where that year has none.
  public func day(in year: Int) -> Day? {
    switch self {
    case .fixed(let month, let day): return Day(year: year, month: month, day: day)
    case .easter(let offset): return Day.easter(year).map { $0 + offset }
    case .orthodoxEaster(let offset): return Day.orthodoxEaster(year).map { $0 + offset }
    case .onOrAfter(let weekday, let month, let day):
      return Day(year: year, month: month, day: day).map { ($0 + 6).onOrBefore(weekday: weekday) }
    case .nth(let number, let weekday, let month):
      let length = Day.length(ofMonth: month, year: year)
      if number < 0 {
        return Day(year: year, month: month, day: length)?.onOrBefore(weekday: weekday)
      }
      let first = Day(year: year, month: month, day: 7).map { $0.onOrBefore(weekday: weekday) }
      guard let day = first.map({ $0 + 7 * (number - 1) }), day.civil.month == month else {
        return nil
      }
      return day
    }
  }

  /// The rule's days from one day to another, both included, ascending.
  public func days(in span: ClosedRange<Day>) -> [Day] {
    // Easter may carry a rule into the next year, or back into the last.
    (span.lowerBound.civil.year - 1...span.upperBound.civil.year + 1)
      .compactMap { day(in: $0) }.filter { span.contains($0) }
  }
}

extension DateRule: CustomStringConvertible {
  /// `25 December`, `4th Thursday of November`, `Easter + 1`.
  public var description: String {
    switch self {
    case .fixed(let month, let day): "\(day) \(DateRule.months[month - 1])"
    case .nth(let number, let weekday, let month):
      "\(DateRule.ordinal(number)) \(DateRule.weekdays[weekday - 1]) of"
        + " \(DateRule.months[month - 1])"
    case .easter(let offset): "Easter\(DateRule.signed(offset))"
    case .orthodoxEaster(let offset): "Orthodox Easter\(DateRule.signed(offset))"
    case .onOrAfter(let weekday, let month, let day):
      "\(DateRule.weekdays[weekday - 1]) from \(day) \(DateRule.months[month - 1])"
    }
  }

  private static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
  ]
  private static let weekdays = [
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
  ]

  private static func ordinal(_ number: Int) -> String {
    number < 0 ? "last" : ["1st", "2nd", "3rd", "4th", "5th"][min(max(number, 1), 5) - 1]
  }

  private static func signed(_ offset: Int) -> String {
    offset == 0 ? "" : offset > 0 ? " + \(offset)" : " - \(-offset)"
  }
}

extension Day {
  /// Easter Sunday of the Gregorian churches.
  ///
  /// The anonymous algorithm of Nature (20 April 1876), as in Meeus (1991), "Astronomical
  /// Algorithms", chapter 8. Nil outside 1900...2199.
  public static func easter(_ year: Int) -> Day? {
    let (golden, century, rest) = (year % 19, year / 100, year % 100)
    let moon = (century + 8) / 25
    let epact =
      (19 * golden + century - century / 4 - (century - moon + 1) / 3 + 15) % 30
    let weekday = (32 + 2 * (century % 4) + 2 * (rest / 4) - epact - rest % 4) % 7
    let correction = (golden + 11 * epact + 22 * weekday) / 451
    let number = epact + weekday - 7 * correction + 114
    return Day(year: year, month: number / 31, day: number % 31 + 1)
  }

  /// Easter Sunday of the Orthodox churches, by the Julian calendar, as a Gregorian date (Meeus
  /// 1991, chapter 8). Nil outside 1900...2199.
  public static func orthodoxEaster(_ year: Int) -> Day? {
    let epact = (19 * (year % 19) + 15) % 30
    let weekday = (2 * (year % 4) + 4 * (year % 7) - epact + 34) % 7
    let number = epact + weekday + 114
    // The Julian calendar lags by 13 days from March 1900, by 14 from March 2100.
    let lag = year / 100 - year / 400 - 2
    return Day(year: year, month: number / 31, day: number % 31 + 1).map { $0 + lag }
  }
}
