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
  /// A week takes the share of the seven days before and after an event that fall into it, so that
  /// it matters on which weekday the event falls (1 % better than the weeks next to it, on weekly
  /// sales of 45 shops).
  static let weeklyReach = 7

  let groups: [FeatureTable.Group]
  /// The events that have a column.
  let covered: Set<EventColumn>

  init(_ events: [CalendarEvent], _ window: FeatureWindow) {
    var daysOf: [EventColumn: Set<Day>] = [:]
    for event in events where EventFeatures.mayHaveColumn(event) {
      daysOf[EventColumn(event), default: []].insert(event.day)
    }
    var groups: [FeatureTable.Group] = []
    var covered: Set<EventColumn> = []
    var columnCount = 0
    let columns = daysOf.keys.sorted { left, right in
      left.scope.partCount != right.scope.partCount
        ? left.scope.partCount < right.scope.partCount : left.precedes(right)
    }
    for column in columns {
      let shares = EventFeatures.shares(of: column.kind, window.grid.bucket)
      if columnCount + shares.count > EventFeatures.columnLimit { break }
      // Counted always, so that an event outside the window does not become a promotion.
      covered.insert(column)
      let lagged = EventFeatures.columns(of: daysOf[column] ?? [], column.kind, window)
      if lagged.isEmpty { continue }
      columnCount += lagged.count
      groups.append(
        FeatureTable.Group(
          kind: EventFeatures.kind(of: column.kind), name: column.title, penalty: 1,
          columns: lagged))
    }
    self.groups = groups
    self.covered = covered
  }

  private static func mayHaveColumn(_ event: CalendarEvent) -> Bool {
    !event.kind.isOpeningTime && event.scope.item == nil
  }

  /// The days around an event that count for each of its columns.
  private static func shares(
    of kind: CalendarEvent.Kind, _ bucket: Bucket
  ) -> [ClosedRange<Int>] {
    switch (kind, bucket) {
    case (.payday, _), (.promotion, _), (_, .month): [0...0]
    case (_, .week): [-weeklyReach ... -1, 0...0, 1...weeklyReach]
    case (_, .day): dailyLags.map { $0...$0 }
    }
  }

  private static func kind(of kind: CalendarEvent.Kind) -> FeatureTable.Group.Kind {
    switch kind {
    case .payday: .payday
    case .promotion: .promotion
    case .holiday, .event, .closed, .open: .event
    }
  }

  /// The columns of one event that are not all zero over the history.
  static func columns(
    of days: Set<Day>, _ kind: CalendarEvent.Kind, _ window: FeatureWindow
  ) -> [[Double]] {
    shares(of: kind, window.grid.bucket)
      .map { share in values(days, shifted: share, window) }
      .filter { values in values.prefix(window.historyCount).contains { $0 != 0 } }
  }

  /// For each bucket, how many events lie as many days off as the share says, over its width.
  private static func values(
    _ days: Set<Day>, shifted share: ClosedRange<Int>, _ window: FeatureWindow
  ) -> [Double] {
    var values = [Double](repeating: 0, count: window.positions.count)
    for day in days {
      for lag in share {
        let position = window.grid.position(of: day + lag)
        guard window.positions.contains(position) else { continue }
        values[position - window.positions.lowerBound] += 1 / Double(share.count)
      }
    }
    return values
  }
}
