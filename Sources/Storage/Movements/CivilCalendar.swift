public import Inventory

/// Civil dates of moments in time zones (nil: the deployment's), from whoever knows the zones.
public struct CivilCalendar: Sendable {
  let days: @Sendable (_ timeZone: String?) -> ClosedRange<Day>
  let day: @Sendable (Instant, _ timeZone: String?) -> Day
  let startOfDay: @Sendable (Day, _ timeZone: String?) -> Instant

  /// - Parameters:
  ///   - days: from the first day that is kept to the civil date now.
  ///   - startOfDay: the first moment of a day.
  public init(
    days: @escaping @Sendable (_ timeZone: String?) -> ClosedRange<Day>,
    day: @escaping @Sendable (Instant, _ timeZone: String?) -> Day,
    startOfDay: @escaping @Sendable (Day, _ timeZone: String?) -> Instant
  ) {
    self.days = days
    self.day = day
    self.startOfDay = startOfDay
  }
}

/// The civil dates of one zone, remembering the last: lines of a journal mostly follow each other.
struct CivilDays {
  private let calendar: CivilCalendar
  private let timeZone: String?
  private var latest: (day: Day, start: Instant, next: Instant)?

  init(_ calendar: CivilCalendar, timeZone: String?) {
    self.calendar = calendar
    self.timeZone = timeZone
  }

  /// The moment, its day, and when that day began. A plain day is its own last microsecond.
  mutating func place(_ at: Movement.At) -> (at: Instant, day: Day, start: Instant) {
    switch at {
    case .moment(let instant):
      if let latest, latest.start <= instant, instant < latest.next {
        return (instant, latest.day, latest.start)
      }
      let span = span(calendar.day(instant, timeZone))
      return (instant, span.day, span.start)
    case .day(let day):
      let span = span(day)
      return (Instant(microseconds: span.next.microseconds - 1), day, span.start)
    }
  }

  private mutating func span(_ day: Day) -> (day: Day, start: Instant, next: Instant) {
    if let latest, latest.day == day { return latest }
    let span = (
      day: day, start: calendar.startOfDay(day, timeZone),
      next: calendar.startOfDay(day + 1, timeZone)
    )
    latest = span
    return span
  }
}
