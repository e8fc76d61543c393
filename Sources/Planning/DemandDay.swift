public import Inventory

/// What is known of one day of a series.
public struct DemandDay: Hashable, Sendable {
  public enum State: String, CaseIterable, Hashable, Sendable {
    /// The source told the day's demand.
    case demand
    /// No row came, and the location has sent everything.
    case zero
    /// No row came yet, or it waits in quarantine.
    case missing
    /// The calendar says that nothing is sold.
    case closed
    /// Nothing was on hand: demand was at least the quantity.
    case stockout
  }

  public let day: Day
  /// Units; nil where nobody told any.
  public let quantity: Double?
  public let state: State

  public init(day: Day, quantity: Double?, state: State) {
    self.day = day
    self.quantity = quantity
    self.state = state
  }
}

/// All that is known of one series, before what is not demand is taken out of it.
public struct SeriesRecord: Sendable {
  public let series: Series
  /// The series' first day; before it there is nothing.
  public let start: Day
  /// Units per day from `start` on. NaN where no row came.
  public let told: [Double]
  /// Days whose row waits in quarantine.
  public let waiting: Set<Day>
  /// Days at whose start and end nothing was on hand.
  public let stockouts: Set<Day>
  /// The location's watermark; nil while it has never said up to which day it is complete.
  public let completeThrough: Day?
  /// The calendar, weekly closures included.
  public let events: [CalendarEvent]

  public init(
    series: Series, start: Day, told: [Double], waiting: Set<Day>, stockouts: Set<Day>,
    completeThrough: Day?, events: [CalendarEvent]
  ) {
    self.series = series
    self.start = start
    self.told = told
    self.waiting = waiting
    self.stockouts = stockouts
    self.completeThrough = completeThrough
    self.events = events
  }

  /// The last day that a row tells.
  public var lastToldDay: Day? { told.lastIndex { !$0.isNaN }.map { start + $0 } }

  /// Each day from the series' first one on, with the state by which training takes or masks it:
  /// closed before missing, missing before stockout.
  public func days(in range: ClosedRange<Day>) -> [DemandDay] {
    guard range.upperBound >= start else { return [] }
    let grid = BucketGrid(.day, namedBy: start)
    let closed = ClosedDays(events.filter { $0.kind == .closed }, grid: grid)
      .positions(for: series)
    return (max(range.lowerBound, start)...range.upperBound).map { day in
      let place = day - start
      let value = told.indices.contains(place) && !told[place].isNaN ? told[place] : nil
      if closed.contains(grid.position(of: day)) {
        return DemandDay(day: day, quantity: value, state: .closed)
      }
      guard let quantity = value ?? (isKnownZero(day) ? 0 : nil) else {
        return DemandDay(day: day, quantity: nil, state: .missing)
      }
      let state: DemandDay.State = value == nil ? .zero : .demand
      return DemandDay(
        day: day, quantity: quantity, state: stockouts.contains(day) ? .stockout : state)
    }
  }

  /// Whether a day without a row is zero demand.
  private func isKnownZero(_ day: Day) -> Bool {
    completeThrough.map { day <= $0 } == true && !waiting.contains(day)
  }
}
