internal import Inventory

/// Closures that nobody wrote down: days on which a location never sells.
///
/// A location's days are near zero when they fall under 15 % of the median of the 57 days around
/// them. An event, a date of the year or a weekday is a closure when every past occurrence (two at
/// least; eight for a weekday) was near zero and chance cannot explain it: with a share s of other
/// days near zero, k occurrences and C candidates, s^k C < 0.01.
///
/// Weekdays are judged series by series, events and dates by the sum of a location's series, which
/// is dense where single series are not.
struct LearnedClosures {
  static let nearZero = 0.15
  static let windowRadius = 28
  static let chance = 0.01
  static let weekdayOccurrences = 8...26

  private let grid: BucketGrid
  private let next: Int
  private let horizon: Int
  private var closedOfLocation: [LocationCode?: Set<Int>] = [:]

  init(
    _ series: [PreparedSeries], events: [CalendarEvent], known: ClosedDays, grid: BucketGrid,
    next: Int, horizon: Int
  ) {
    self.grid = grid
    self.next = next
    self.horizon = horizon
    guard grid.bucket == .day else { return }
    let index = EventIndex(
      events.filter {
        $0.scope.item == nil && $0.scope.category == nil
          && ($0.kind == .holiday || $0.kind == .event)
      })
    for (location, members) in Dictionary(
      grouping: series.indices, by: { series[$0].series.location })
    {
      guard let first = members.map({ series[$0].start }).min(), first < next else { continue }
      var sum = [Double](repeating: 0, count: next - first)
      for member in members {
        let shift = series[member].start - first
        for (offset, value) in series[member].values.enumerated() where !value.isNaN {
          sum[shift + offset] += value
        }
      }
      let one = series[members[0]].series
      let place = Series(item: nil, location: location, region: one.region, category: nil)
      for position in known.positions(for: place) where (first..<next).contains(position) {
        sum[position - first] = .nan
      }
      closedOfLocation[location] = closed(
        sum, first: first, events: index.events(covering: place))
    }
  }

  /// All closed positions of a series, past and ahead.
  func positions(for series: PreparedSeries) -> Set<Int> {
    guard grid.bucket == .day else { return [] }
    return (closedOfLocation[series.series.location] ?? []).union(closedWeekdays(series))
  }

  /// Closed events and dates of one location.
  private func closed(_ sum: [Double], first: Int, events: [CalendarEvent]) -> Set<Int> {
    let zeros = nearZeroOffsets(sum)
    if zeros.isEmpty { return [] }
    let byName = Dictionary(grouping: events, by: \.name)
      .mapValues { Set($0.map { grid.position(of: $0.day) }) }
    let byDate = Dictionary(
      grouping: zeros.map { first + $0 } + Array(next..<next + horizon), by: dateOfYear
    ).keys
    var candidates: [(positions: Set<Int>, rivals: Int)] = byName.values.map { ($0, byName.count) }
    for date in byDate {
      let positions = Set(
        (grid.name(at: first).civil.year...grid.name(at: next + horizon).civil.year).compactMap {
          Day(year: $0, month: date.month, day: date.day).map { grid.position(of: $0) }
        })
      candidates.append((positions, 366))
    }
    let known = first..<next
    let closures = candidates.filter { candidate in
      let past = candidate.positions.filter { known.contains($0) && !sum[$0 - first].isNaN }
      return past.count >= 2 && past.allSatisfy { zeros.contains($0 - first) }
    }
    let explained = closures.reduce(into: Set<Int>()) { $0.formUnion($1.positions) }
    let unexplained = zeros.count { !explained.contains(first + $0) }
    let share = Double(unexplained + 1) / Double(sum.count)
    return closures.reduce(into: Set<Int>()) { closed, candidate in
      let past = candidate.positions.count { known.contains($0) && zeros.contains($0 - first) }
      if power(share, past) * Double(candidate.rivals) < LearnedClosures.chance {
        closed.formUnion(candidate.positions)
      }
    }
  }

  private struct DateOfYear: Hashable {
    let month: Int
    let day: Int
  }

  private func dateOfYear(_ position: Int) -> DateOfYear {
    let date = grid.name(at: position).civil
    return DateOfYear(month: date.month, day: date.day)
  }

  /// Offsets whose value is under 15 % of the median around them.
  private func nearZeroOffsets(_ sum: [Double]) -> Set<Int> {
    var found: Set<Int> = []
    for (offset, value) in sum.enumerated() where !value.isNaN {
      let window = sum[
        max(
          0, offset - LearnedClosures.windowRadius)..<min(
            sum.count, offset + LearnedClosures.windowRadius + 1)]
      // Cheaper than a median, and never smaller.
      guard let largest = window.max(by: { ($0.isNaN ? 0 : $0) < ($1.isNaN ? 0 : $1) }),
        value < LearnedClosures.nearZero * largest
      else { continue }
      let sorted = window.filter { !$0.isNaN }.sorted()
      if value < LearnedClosures.nearZero * sorted[sorted.count / 2] { found.insert(offset) }
    }
    return found
  }

  /// Positions of the weekdays on which the series has not sold for weeks though it does on others.
  private func closedWeekdays(_ series: PreparedSeries) -> Set<Int> {
    let values = series.values
    let recent = values.indices.suffix(7 * LearnedClosures.weekdayOccurrences.upperBound)
    var zeros = [Int](repeating: 0, count: 7)
    var seen = [Int](repeating: 0, count: 7)
    for offset in recent where !values[offset].isNaN {
      let phase = weekPhase(series.start + offset)
      seen[phase] += 1
      if values[offset] == 0 { zeros[phase] += 1 }
    }
    let shut = (0..<7).filter {
      seen[$0] >= LearnedClosures.weekdayOccurrences.lowerBound && zeros[$0] == seen[$0]
    }
    if shut.isEmpty || shut.count == 7 { return [] }
    let open = (0..<7).filter { !shut.contains($0) }
    let openZeros = open.reduce(0) { $0 + zeros[$1] }
    let openSeen = open.reduce(0) { $0 + seen[$1] }
    let share = Double(openZeros + 1) / Double(openSeen + 1)
    var closed: Set<Int> = []
    for phase in shut where power(share, seen[phase]) * 7 < LearnedClosures.chance {
      for position in series.start..<next + horizon where weekPhase(position) == phase {
        let offset = position - series.start
        // What was sold on such a day in the past stays demand.
        if offset >= values.count || values[offset] == 0 { closed.insert(position) }
      }
    }
    return closed
  }
}

/// 0...6, the same for positions whole weeks apart.
private func weekPhase(_ position: Int) -> Int { (position % 7 + 7) % 7 }

private func power(_ base: Double, _ exponent: Int) -> Double {
  (0..<exponent).reduce(1) { product, _ in product * base }
}
