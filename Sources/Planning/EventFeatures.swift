internal import Inventory

/// Columns from the calendar: named events with the days around them, paydays, promotions.
///
/// Events of one name, kind and scope share their columns, whatever the scope: the fit finds out
/// how much of a region's payday reaches a sum. Events with an item in their scope have no column
/// (thousands would be needed); they are `Promotions`.
struct EventFeatures {
  /// Columns beyond this many event names would cost more than they tell; the widest scopes stay.
  static let columnLimit = 240
  /// Two days before an event to the day after it.
  static let dailyLags = [-2, -1, 0, 1]
  static let weeklyLags = [-1, 0, 1]

  let groups: [FeatureTable.Group]
  /// The events that have a column.
  let covered: Set<EventColumn>

  init(_ events: [CalendarEvent], _ window: FeatureWindow) {
    var positionsOf: [EventColumn: [Int]] = [:]
    for event in events where EventFeatures.mayHaveColumn(event) {
      positionsOf[EventColumn(event), default: []].append(window.grid.position(of: event.day))
    }
    var groups: [FeatureTable.Group] = []
    var covered: Set<EventColumn> = []
    var columnCount = 0
    let columns = positionsOf.keys.sorted { left, right in
      left.scope.partCount != right.scope.partCount
        ? left.scope.partCount < right.scope.partCount : left.precedes(right)
    }
    for column in columns {
      let lags = EventFeatures.lags(of: column.kind, window.grid.bucket)
      if columnCount + lags.count > EventFeatures.columnLimit { break }
      // Counted always, so that an event outside the window does not become a promotion.
      covered.insert(column)
      let positions = positionsOf[column] ?? []
      let count = EventFeatures.counts(positions, window)
      let lagged = lags.map { lag in EventFeatures.shift(count, positions, by: lag, window) }
        .filter { values in values.prefix(window.historyCount).contains { $0 != 0 } }
      if lagged.isEmpty { continue }
      columnCount += lagged.count
      groups.append(
        FeatureTable.Group(
          kind: EventFeatures.kind(of: column.kind), name: column.name, penalty: 1,
          columns: lagged))
    }
    self.groups = groups
    self.covered = covered
  }

  private static func mayHaveColumn(_ event: CalendarEvent) -> Bool {
    event.kind != .closed && event.scope.item == nil
  }

  private static func lags(of kind: CalendarEvent.Kind, _ bucket: Bucket) -> [Int] {
    switch (kind, bucket) {
    case (.payday, _), (.promotion, _), (_, .month): [0]
    case (_, .week): weeklyLags
    case (_, .day): dailyLags
    }
  }

  private static func kind(of kind: CalendarEvent.Kind) -> FeatureTable.Group.Kind {
    switch kind {
    case .payday: .payday
    case .promotion: .promotion
    case .holiday, .event, .closed: .event
    }
  }

  /// How many of the events' days fall into each bucket.
  private static func counts(_ positions: [Int], _ window: FeatureWindow) -> [Double] {
    var values = [Double](repeating: 0, count: window.positions.count)
    for position in positions where window.positions.contains(position) {
      values[position - window.positions.lowerBound] += 1
    }
    // One day is one event, however often the calendar lists it.
    return window.grid.bucket == .day ? values.map { min($0, 1) } : values
  }

  /// The counts `lag` buckets later; events beyond the window's ends reach into it.
  private static func shift(
    _ counts: [Double], _ positions: [Int], by lag: Int, _ window: FeatureWindow
  ) -> [Double] {
    if lag == 0 { return counts }
    return EventFeatures.counts(positions.map { $0 + lag }, window)
  }
}
