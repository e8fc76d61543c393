public import Inventory

/// A minute as a clock on a wall shows it, without saying where the wall is.
public struct LocalTime: Hashable, Comparable, Sendable {
  public let day: Day
  public let minuteOfDay: Int

  public init(day: Day, minuteOfDay: Int) {
    precondition((0..<1440).contains(minuteOfDay), "a day has 1,440 minutes")
    self.day = day
    self.minuteOfDay = minuteOfDay
  }

  /// The minute in which a clock stands that is so many seconds east of Greenwich.
  init(_ instant: Instant, secondsEast: Int) {
    let shifted = Instant(microseconds: instant.microseconds + Int64(secondsEast) * 1_000_000)
    day = shifted.day
    let intoDay = shifted.microseconds - Int64(day.ordinal) * 86_400_000_000
    minuteOfDay = Int(intoDay / 60_000_000)
  }

  public var hour: Int { minuteOfDay / 60 }
  public var minute: Int { minuteOfDay % 60 }

  /// The next minute on the clock.
  var next: LocalTime {
    minuteOfDay == 1439
      ? LocalTime(day: day + 1, minuteOfDay: 0)
      : LocalTime(day: day, minuteOfDay: minuteOfDay + 1)
  }

  /// The moment at which a clock so many seconds east of Greenwich comes to this minute.
  func instant(secondsEast: Int) -> Instant {
    let seconds = Int64(day.ordinal) * 86_400 + Int64(minuteOfDay) * 60 - Int64(secondsEast)
    return Instant(microseconds: seconds * 1_000_000)
  }

  public static func < (left: LocalTime, right: LocalTime) -> Bool {
    (left.day, left.minuteOfDay) < (right.day, right.minuteOfDay)
  }
}

/// The moments at which a schedule fires in a time zone.
///
/// The zone comes as a function from moments to seconds east of Greenwich. A wall-clock minute is
/// reached at the first moment at which the clock shows it or, where the clock was set forward over
/// it, at the moment of setting: so a slot that daylight saving skips fires at the next minute
/// there is, one that it repeats fires the first time only, and slots that meet are one.
public struct ScheduleSlots {
  /// No zone was ever further than this from Greenwich.
  private static let furthestOffsetSeconds = 16 * 3600

  public let expression: ScheduleExpression
  public let secondsEast: (Instant) -> Int

  public init(_ expression: ScheduleExpression, secondsEast: @escaping (Instant) -> Int) {
    self.expression = expression
    self.secondsEast = secondsEast
  }

  /// The first slot later than a moment; nil beyond `Day.latest`.
  public func next(after moment: Instant) -> Instant? {
    // No minute up to the one shown can be reached later, so the search begins with the next one.
    var time = LocalTime(moment, secondsEast: secondsEast(moment)).next
    while let match = expression.first(from: time) {
      let reached = firstMoment(at: match)
      // Not later in the second pass of a repeated hour, whose slots are over.
      if reached > moment { return reached }
      time = match.next
    }
    return nil
  }

  /// The slots after one moment up to another: how many, and the last of them.
  public func due(after start: Instant, through end: Instant) -> (count: Int, newest: Instant?) {
    var (count, newest) = (0, Instant?.none)
    var moment = start
    while let slot = next(after: moment), slot <= end {
      count += 1
      newest = slot
      moment = slot
    }
    return (count, newest)
  }

  /// The earliest moment at which the clock shows this minute or a later one, given that it is set
  /// at most once within the days around it.
  private func firstMoment(at time: LocalTime) -> Instant {
    let reach = ScheduleSlots.furthestOffsetSeconds
    let (earliest, latest) = (time.instant(secondsEast: reach), time.instant(secondsEast: -reach))
    let (before, after) = (secondsEast(earliest), secondsEast(latest))
    let unset = time.instant(secondsEast: before)
    if before == after || secondsEast(unset) == before { return unset }
    let set = time.instant(secondsEast: after)
    if secondsEast(set) == after { return set }
    return change(from: before, between: earliest, and: latest)
  }

  /// The second in which the clock is set away from an offset.
  private func change(from offset: Int, between first: Instant, and last: Instant) -> Instant {
    var (low, high) = (first.microseconds / 1_000_000, last.microseconds / 1_000_000)
    while high - low > 1 {
      let middle = low + (high - low) / 2
      if secondsEast(Instant(microseconds: middle * 1_000_000)) == offset {
        low = middle
      } else {
        high = middle
      }
    }
    return Instant(microseconds: high * 1_000_000)
  }
}
