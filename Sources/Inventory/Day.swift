/// A civil date at a location, without a time zone: proleptic Gregorian, years 1900 to 2199.
///
/// Conversions are Howard Hinnant's `days_from_civil` and `civil_from_days`
/// ("chrono-Compatible Low-Level Date Algorithms", 2013).
public struct Day: Hashable, Comparable, Sendable, Strideable, CustomStringConvertible {
  /// Days since 1970-01-01.
  public let ordinal: Int32

  public static let earliest = Day(ordinal: -25_567)
  public static let latest = Day(ordinal: 84_005)

  /// The caller vouches for the range; text from outside goes through `init(iso:)`.
  public init(ordinal: Int32) { self.ordinal = ordinal }

  /// Nil when there is no such date, or its year is outside 1900...2199.
  public init?(year: Int, month: Int, day: Int) {
    guard (1900...2199).contains(year), (1...12).contains(month),
      (1...Day.length(ofMonth: month, year: year)).contains(day)
    else { return nil }
    self.init(ordinal: Day.ordinal(year: year, month: month, day: day))
  }

  /// Reads exactly `YYYY-MM-DD`.
  public init?(iso bytes: some Collection<UInt8>) {
    guard bytes.count == 10 else { return nil }
    var numbers = (0, 0, 0)
    for (position, byte) in bytes.enumerated() {
      let digit = Int(byte) - 48
      switch position {
      case 4, 7: guard byte == UInt8(ascii: "-") else { return nil }
      case _ where !(0...9).contains(digit): return nil
      case 0...3: numbers.0 = numbers.0 * 10 + digit
      case 5, 6: numbers.1 = numbers.1 * 10 + digit
      default: numbers.2 = numbers.2 * 10 + digit
      }
    }
    self.init(year: numbers.0, month: numbers.1, day: numbers.2)
  }

  public init?(_ text: String) { self.init(iso: text.utf8) }

  public struct Civil: Hashable, Sendable {
    public let year: Int
    public let month: Int
    public let day: Int
  }

  public var civil: Civil {
    let shifted = Int(ordinal) + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153
    let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
    return Civil(
      year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month: month,
      day: dayOfYear - (153 * marchMonth + 2) / 5 + 1)
  }

  /// ISO 8601: Monday is 1, Sunday 7.
  public var weekday: Int { (Int(ordinal) + 3).modulo(7) + 1 }

  /// The first day of this day's month.
  public var monthStart: Day {
    Day(ordinal: ordinal - Int32(civil.day - 1))
  }

  /// The first day of the month after this day's.
  public var nextMonthStart: Day {
    let date = civil
    return Day(
      ordinal: ordinal - Int32(date.day - 1)
        + Int32(Day.length(ofMonth: date.month, year: date.year)))
  }

  /// The latest day not after this one that falls on the given ISO weekday.
  public func onOrBefore(weekday: Int) -> Day {
    Day(ordinal: ordinal - Int32((self.weekday - weekday).modulo(7)))
  }

  public var description: String {
    let date = civil
    return "\(date.year)-\(date.month < 10 ? "0" : "")\(date.month)"
      + "-\(date.day < 10 ? "0" : "")\(date.day)"
  }

  public func distance(to other: Day) -> Int { Int(other.ordinal) - Int(ordinal) }
  public func advanced(by days: Int) -> Day { Day(ordinal: ordinal + Int32(days)) }
  public static func < (left: Day, right: Day) -> Bool { left.ordinal < right.ordinal }
  public static func + (day: Day, days: Int) -> Day { day.advanced(by: days) }
  public static func - (day: Day, days: Int) -> Day { day.advanced(by: -days) }
  public static func - (left: Day, right: Day) -> Int { right.distance(to: left) }

  public static func length(ofMonth month: Int, year: Int) -> Int {
    switch month {
    case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  private static func ordinal(year: Int, month: Int, day: Int) -> Int32 {
    let shiftedYear = month <= 2 ? year - 1 : year
    let era = shiftedYear / 400
    let yearOfEra = shiftedYear - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return Int32(era * 146_097 + dayOfEra - 719_468)
  }
}

extension Int {
  /// The remainder in 0..<divisor, also for negative numbers.
  fileprivate func modulo(_ divisor: Int) -> Int {
    let remainder = self % divisor
    return remainder < 0 ? remainder + divisor : remainder
  }
}
