internal import Inventory

/// Columns that the demand of all series together asks for and no calendar gives: days only, from
/// a year of history on.
enum LearnedFeatures {
  static func groups(
    _ series: [PreparedSeries], events: [CalendarEvent], _ window: FeatureWindow
  ) -> [FeatureTable.Group] {
    guard window.grid.bucket == .day, window.historyYears >= 1 else { return [] }
    let next = window.positions.lowerBound + window.historyCount
    let regions = Dictionary(grouping: series.indices) { series[$0].series.region }
      .sorted { ($0.key?.text ?? "") < ($1.key?.text ?? "") }.map(\.value)
    let parts = [Array(series.indices)] + (regions.count > 1 ? regions : [])
    let sums = parts.map { members in
      DaySurprises(NodeHistory(sumOf: members.lazy.map { series[$0] }, next: next))
    }
    let withoutDates = sums.map { DatesOfMonth.removed(from: $0, grid: window.grid) }
    let known = events.filter { $0.kind == .holiday || $0.kind == .event || $0.kind == .closed }
    let learned = LearnedDates(
      zip(withoutDates, sums).map { $0 ?? $1 },
      known: Set(known.map { window.grid.position(of: $0.day) }), grid: window.grid)
    let dates = withoutDates.contains { $0 != nil } ? [DatesOfMonth.group(window)] : []
    return dates + learned.groups(window)
  }
}
