public import Inventory

/// When locations are closed by the week.
///
/// A weekly closure becomes a `closed` event of the location for each of its days, except for days
/// on which an `open` event covers the whole location. A `closed` event of the calendar itself
/// always closes.
public struct OpeningCalendar: Sendable {
  /// A location with weekly closed days.
  public struct Place: Hashable, Sendable {
    public let location: LocationCode
    public let region: RegionCode
    public let closedWeekdays: Weekdays

    /// Nil for a location that is open all week.
    public init?(_ location: Location) {
      guard let weekdays = location.closedWeekdays else { return nil }
      self.location = location.code
      region = location.region
      closedWeekdays = weekdays
    }
  }

  static let closureName = "weekly closure"

  private let places: [Place]
  private let openings: EventIndex

  public init(_ locations: [Location], events: [CalendarEvent]) {
    places = locations.compactMap(Place.init).sorted { $0.location < $1.location }
    openings = EventIndex(events.filter { $0.kind == .open })
  }

  /// The weekly closures of a span of days, by location and day.
  public func closures(in days: ClosedRange<Day>) -> [CalendarEvent] {
    places.flatMap { place in
      let whole = Series(item: nil, location: place.location, region: place.region, category: nil)
      let opened = Set(openings.events(covering: whole).map(\.day))
      let scope = CalendarEvent.Scope(location: place.location)
      return days.filter { place.closedWeekdays.contains($0) && !opened.contains($0) }
        .map { CalendarEvent(day: $0, name: Self.closureName, kind: .closed, scope: scope) }
    }
  }
}
