internal import Forecasting
internal import Inventory

/// From demand histories to series on one grid, with closures, stockouts and promotions taken out.
struct Preparation {
  let grid: BucketGrid
  /// The position after the origin's.
  let next: Int
  let horizon: Int
  /// In the order of `Hierarchy.series`.
  var series: [PreparedSeries]
  /// What promotions multiply buckets ahead by, by position, for each series that has any.
  var promotionsAhead: [Int: [Int: Double]]
  /// What prices multiply them by.
  var pricesAhead: [Int: [Int: Double]]
  /// The elasticities that were found to help, by category.
  let elasticity: PriceElasticity

  init(
    _ histories: [DemandHistory], order: [Int], events: [CalendarEvent], covered: Set<EventColumn>,
    prices: [Price] = [], grid: BucketGrid, next: Int, horizon: Int
  ) {
    self.grid = grid
    self.next = next
    self.horizon = horizon
    series = order.map { PreparedSeries(histories[$0], grid: grid, next: next) }
    let season = grid.bucket == .day ? 7 : 1
    let stockouts = order.map { position in
      let first = grid.position(of: histories[position].start)
      return histories[position].stockouts.map { $0 + first }
    }
    let known = ClosedDays(events.filter { $0.kind == .closed }, grid: grid)
    let opened = ClosedDays(events.filter { $0.kind == .open }, grid: grid)
    let learned = LearnedClosures(
      series, events: events, known: known, grid: grid, next: next, horizon: horizon)
    for position in series.indices {
      let closed = known.positions(for: series[position].series)
        .union(
          learned.positions(for: series[position])
            .subtracting(opened.positions(for: series[position].series)))
      series[position].mask(
        closed: closed, stockouts: stockouts[position], season: season, next: next,
        horizon: horizon, perYear: Int(grid.bucket.perYear))
    }
    let promotions = Promotions(
      &series,
      events: events.filter {
        !$0.kind.isOpeningTime && !covered.contains(EventColumn($0))
      }, grid: grid, next: next, horizon: horizon, season: season)
    let priced = PriceEffects(&series, prices: prices, grid: grid, next: next, horizon: horizon)
    elasticity = priced.elasticity
    promotionsAhead = promotions.factorsAhead
    pricesAhead = priced.factorsAhead
  }
}

extension PreparedSeries {
  /// Masks closed buckets, stockouts and wrong entries, lists what is missing, and notes closures
  /// ahead.
  mutating func mask(
    closed: Set<Int>, stockouts: [Int], season: Int, next: Int, horizon: Int, perYear: Int
  ) {
    closedAhead = Set(closed.filter { (next..<next + horizon).contains($0) })
    for position in closed where (start..<next).contains(position) {
      values[position - start] = .nan
    }
    let ceiling = min(DemandCeiling.ceiling(of: values), PreparedSeries.largestDemand)
    for offset in values.indices
    where values[offset] > ceiling || values[offset] < -PreparedSeries.largestDemand {
      values[offset] = .nan
    }
    var lowerBounds: [Int: Double] = [:]
    for position in stockouts where (start..<next).contains(position) {
      let offset = position - start
      if values[offset].isNaN { continue }
      lowerBounds[offset] = values[offset]
      values[offset] = .nan
    }
    if let last = values.lastIndex(where: { !$0.isNaN }), values.count - 1 - last > perYear {
      livedCount = last + 1
    } else if values.allSatisfy(\.isNaN) {
      livedCount = 0
    }
    for offset in 0..<livedCount where values[offset].isNaN {
      if closed.contains(start + offset) {
        masks.append(Mask(offset: offset, reason: .closed, expected: 0))
      } else {
        let expected = expectation(at: offset, season: season)
        if let bound = lowerBounds[offset] {
          masks.append(Mask(offset: offset, reason: .stockout, expected: max(expected, bound)))
        } else {
          masks.append(Mask(offset: offset, reason: .missing, expected: expected))
        }
      }
    }
    largest = values.suffix(perYear).reduce(0) { $1.isNaN ? $0 : max($0, $1) }
    if livedCount == values.count {
      let year = values.suffix(perYear).filter { !$0.isNaN }
      usualLevel = year.isEmpty ? 0 : year.reduce(0, +) / Double(year.count)
    }
  }
}

/// Buckets that the calendar's closures, or its openings, cover.
struct ClosedDays {
  private let index: EventIndex
  private let grid: BucketGrid

  init(_ events: [CalendarEvent], grid: BucketGrid) {
    index = EventIndex(events)
    self.grid = grid
  }

  /// Days; weeks and months only where every day of theirs is closed.
  func positions(for series: Series) -> Set<Int> {
    let days = Set(index.events(covering: series).map(\.day))
    if days.isEmpty { return [] }
    if grid.bucket == .day { return Set(days.map { grid.position(of: $0) }) }
    return Set(days.map { grid.position(of: $0) })
      .filter { grid.days(at: $0).allSatisfy(days.contains) }
  }
}
