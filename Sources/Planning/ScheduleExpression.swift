internal import Inventory

/// Why a text is no schedule.
public enum ScheduleFault: Error, Hashable, Sendable {
  public enum Field: String, CaseIterable, Hashable, Sendable {
    case minute, hour
    case dayOfMonth = "day of month"
    case month
    case dayOfWeek = "day of week"

    /// What its numbers may be; a week begins and ends with Sunday.
    public var range: ClosedRange<Int> {
      switch self {
      case .minute: 0...59
      case .hour: 0...23
      case .dayOfMonth: 1...31
      case .month: 1...12
      case .dayOfWeek: 0...7
      }
    }
  }

  /// Not five fields between spaces.
  case fieldCount(Int)
  case unreadable(Field, text: String)
  case outOfRange(Field, value: Int)
  /// Like 31 February.
  case neverFires
}

/// When something recurs, by the wall clock of a time zone: the five fields of cron.
///
/// `minute hour day-of-month month day-of-week`. Each is a list of numbers, ranges `a-b`, or `*`,
/// the last two optionally with a step `/n`; months and days of the week also by the first three
/// letters of their English names. Sunday is 0 and 7. As in Vixie's cron (crontab(5)), where both
/// day fields are restricted a day matches that either of them names; a field that begins with `*`
/// does not restrict.
public struct ScheduleExpression: Hashable, Sendable, CustomStringConvertible {
  /// With single spaces between the fields.
  public let text: String
  private let minutes: FieldSet
  private let hours: FieldSet
  private let daysOfMonth: FieldSet
  private let months: FieldSet
  private let daysOfWeek: FieldSet

  public init(_ text: String) throws(ScheduleFault) {
    let fields = text.split { $0 == " " || $0 == "\t" }
    guard fields.count == 5 else { throw .fieldCount(fields.count) }
    self.text = fields.joined(separator: " ")
    minutes = try FieldSet(fields[0], .minute)
    hours = try FieldSet(fields[1], .hour)
    daysOfMonth = try FieldSet(fields[2], .dayOfMonth)
    months = try FieldSet(fields[3], .month)
    daysOfWeek = try FieldSet(fields[4], .dayOfWeek)
    guard nextDay(from: Day.earliest) != nil else { throw .neverFires }
  }

  public var description: String { text }

  public func matches(_ time: LocalTime) -> Bool {
    minutes.contains(time.minute) && hours.contains(time.hour) && matches(time.day)
  }

  /// The first matching wall-clock time at or after the given one; nil beyond `Day.latest`.
  func first(from time: LocalTime) -> LocalTime? {
    if matches(time.day), let later = firstMinute(from: time.hour * 60 + time.minute) {
      return LocalTime(day: time.day, minuteOfDay: later)
    }
    guard let day = nextDay(from: time.day + 1), let minute = firstMinute(from: 0) else {
      return nil
    }
    return LocalTime(day: day, minuteOfDay: minute)
  }

  private func firstMinute(from start: Int) -> Int? {
    (start..<1440).first { minutes.contains($0 % 60) && hours.contains($0 / 60) }
  }

  private func nextDay(from start: Day) -> Day? {
    var day = start
    while day <= Day.latest {
      if months.contains(day.civil.month) {
        if matches(day) { return day }
        day = day + 1
      } else {
        day = day.nextMonthStart
      }
    }
    return nil
  }

  private func matches(_ day: Day) -> Bool {
    let civil = day.civil
    guard months.contains(civil.month) else { return false }
    let (ofMonth, ofWeek) = (
      daysOfMonth.contains(civil.day), daysOfWeek.contains(day.weekday % 7)
    )
    return daysOfMonth.isRestricted && daysOfWeek.isRestricted
      ? ofMonth || ofWeek : ofMonth && ofWeek
  }
}

/// The numbers that a field names.
private struct FieldSet: Hashable, Sendable {
  private static let names: [ScheduleFault.Field: [String]] = [
    .month: [
      "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ],
    .dayOfWeek: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"],
  ]

  private var bits: UInt64 = 0
  let isRestricted: Bool

  init(_ text: Substring, _ field: ScheduleFault.Field) throws(ScheduleFault) {
    isRestricted = text.first != "*"
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      for number in try FieldSet.numbers(part, field) { bits |= 1 << UInt64(number) }
    }
    // Sunday's other number.
    if field == .dayOfWeek, contains(7) { bits |= 1 }
  }

  func contains(_ number: Int) -> Bool { bits & 1 << UInt64(number) != 0 }

  private static func numbers(
    _ text: Substring, _ field: ScheduleFault.Field
  ) throws(ScheduleFault) -> StrideThrough<Int> {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard let range = parts.first, parts.count <= 2 else {
      throw .unreadable(field, text: String(text))
    }
    let ends = range.split(separator: "-", omittingEmptySubsequences: false)
    // A step goes with a range: what "5/15" means differs from one cron to the next.
    guard ends.count <= 2, parts.count == 1 || range == "*" || ends.count == 2 else {
      throw .unreadable(field, text: String(text))
    }
    var bounds = field == .dayOfWeek ? 0...6 : field.range
    if range != "*" {
      let first = try number(ends[0], field)
      let last = try ends.count == 2 ? number(ends[1], field) : first
      guard first <= last else { throw .unreadable(field, text: String(text)) }
      bounds = first...last
    }
    guard parts.count == 2 else {
      return stride(from: bounds.lowerBound, through: bounds.upperBound, by: 1)
    }
    guard let step = digits(parts[1]), step > 0 else {
      throw .unreadable(field, text: String(text))
    }
    return stride(from: bounds.lowerBound, through: bounds.upperBound, by: step)
  }

  private static func number(
    _ text: Substring, _ field: ScheduleFault.Field
  ) throws(ScheduleFault) -> Int {
    if let place = names[field]?.firstIndex(of: text.lowercased()) {
      return field == .month ? place + 1 : place
    }
    guard let number = digits(text) else { throw .unreadable(field, text: String(text)) }
    guard field.range.contains(number) else { throw .outOfRange(field, value: number) }
    return number
  }

  /// Digits only: no sign, at most four.
  private static func digits(_ text: Substring) -> Int? {
    guard (1...4).contains(text.utf8.count), text.utf8.allSatisfy({ (48...57).contains($0) })
    else { return nil }
    return Int(text)
  }
}
