internal import Inventory

/// Calendar events by what they apply to, so that a series finds its own among thousands.
struct EventIndex {
  private let eventsOfScope: [CalendarEvent.Scope: [CalendarEvent]]

  init(_ events: [CalendarEvent]) {
    eventsOfScope = Dictionary(grouping: events, by: \.scope)
  }

  /// All events whose scope covers the series, by day, name and kind.
  func events(covering series: Series) -> [CalendarEvent] {
    if eventsOfScope.isEmpty { return [] }
    var found: [CalendarEvent] = []
    // A covering scope names either the series' own part or nothing, part by part.
    for mask in 0..<16 {
      let scope = CalendarEvent.Scope(
        region: mask & 1 == 0 ? nil : series.region,
        location: mask & 2 == 0 ? nil : series.location,
        item: mask & 4 == 0 ? nil : series.item,
        category: mask & 8 == 0 ? nil : series.category)
      if mask.nonzeroBitCount == scope.partCount, let events = eventsOfScope[scope] {
        found.append(contentsOf: events)
      }
    }
    return found.sorted(by: CalendarEvent.precedes)
  }
}

extension CalendarEvent.Scope {
  /// How many parts the scope names.
  var partCount: Int {
    (region == nil ? 0 : 1) + (location == nil ? 0 : 1) + (item == nil ? 0 : 1)
      + (category == nil ? 0 : 1)
  }

  /// Names in a fixed order, for sorting.
  var texts: [String] {
    [region?.text ?? "", location?.text ?? "", item?.text ?? "", category?.text ?? ""]
  }
}

extension CalendarEvent {
  /// By day, kind, name and scope, bytewise.
  static func precedes(_ left: CalendarEvent, _ right: CalendarEvent) -> Bool {
    if left.day != right.day { return left.day < right.day }
    return EventColumn(left).precedes(EventColumn(right))
  }
}

/// Events that share a column: the same name, kind and scope on different days.
struct EventColumn: Hashable {
  let kind: CalendarEvent.Kind
  let name: String
  let scope: CalendarEvent.Scope

  init(_ event: CalendarEvent) {
    kind = event.kind
    name = event.name
    scope = event.scope
  }

  /// `Easter`, or with its scope `SNAP (CA)`.
  var title: String {
    let parts = scope.texts.filter { !$0.isEmpty }
    return parts.isEmpty ? name : "\(name) (\(parts.joined(separator: ", ")))"
  }

  func precedes(_ other: EventColumn) -> Bool {
    let own = [kind.rawValue, name] + scope.texts
    let others = [other.kind.rawValue, other.name] + other.scope.texts
    for (left, right) in zip(own, others) where left != right {
      return left.utf8.lexicographicallyPrecedes(right.utf8)
    }
    return false
  }
}

extension CalendarEvent.Kind {
  /// Whether such events say when is sold at all, and not how much.
  var isOpeningTime: Bool { self == .closed || self == .open }
}
