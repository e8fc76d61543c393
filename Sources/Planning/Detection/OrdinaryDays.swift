internal import Inventory

/// Which days around an origin are ordinary for a node: no holiday or event near, no promotion, not
/// closed. On other days the calendar explains what differs.
struct OrdinaryDays {
  /// Two days before a holiday or event to the day after it, as the calendar features reach.
  static let reach = -2...1

  private let origin: Day
  /// Events that cover whole locations or categories, by scope.
  private var wide: [CalendarEvent.Scope: Set<Day>] = [:]
  private var ofItem: [ItemCode: [CalendarEvent.Scope: Set<Day>]] = [:]

  init(_ events: [CalendarEvent], origin: Day) {
    self.origin = origin
    let near = origin - RecentDemand.days...origin + RecentDemand.daysAhead
    let lastYear =
      near.lowerBound - RecentDemand.daysPerYear...near.upperBound
      - RecentDemand.daysPerYear
    for event in events where event.kind != .payday {
      let isBrief = event.kind == .promotion || event.kind.isOpeningTime
      for shift in isBrief ? 0...0 : OrdinaryDays.reach {
        let day = event.day + shift
        guard near.contains(day) || lastYear.contains(day) else { continue }
        if let item = event.scope.item {
          ofItem[item, default: [:]][event.scope, default: []].insert(day)
        } else {
          wide[event.scope, default: []].insert(day)
        }
      }
    }
  }

  /// Days that are not ordinary for a node.
  func special(for node: Node) -> Set<Day> {
    var days: Set<Day> = []
    for (scope, those) in wide where scope.concerns(node) { days.formUnion(those) }
    if let item = node.item {
      for (scope, those) in ofItem[item] ?? [:] where scope.concerns(node) { days.formUnion(those) }
    }
    return days
  }
}

extension CalendarEvent.Scope {
  /// Whether the scope holds a large part of the node: a region's event concerns an item that is
  /// sold in many regions, a category's promotion does not concern a whole store.
  fileprivate func concerns(_ node: Node) -> Bool {
    (item == nil || item == node.item) && (category == nil || category == node.category)
      && (location == nil || node.location == nil || location == node.location)
      && (region == nil || node.region == nil || region == node.region)
  }
}
