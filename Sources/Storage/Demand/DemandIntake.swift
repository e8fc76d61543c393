public import Inventory
public import Postgres

/// Demand rows of one batch on their way into the month arrays.
///
/// Rows are merged in memory and written when many month arrays have been touched, so that a file
/// costs each array one write in whatever order it is sorted, within bounded memory.
public struct DemandIntake {
  /// 650 bytes each.
  static let heldMonths = 100_000
  /// 50 bytes each.
  static let heldChanges = 500_000

  private let batch: OpenBatch
  private let days: @Sendable (_ timeZone: String?) -> ClosedRange<Day>
  private var conversion: UnitConversion
  private var counts = RowCounts()
  private var items = CodeTable<Int32>()
  private var locations = CodeTable<KnownLocation>()
  /// The days that may be said of each location, by its number in the push.
  private var allowedDays: [ClosedRange<Day>] = []
  private var series: [SeriesStore.Pair: (id: Int32, firstDay: Day)] = [:]
  private var block: MonthBlock
  private var claimedKinds: Set<Revision.Kind> = []

  /// - Parameters:
  ///   - units: how the source counts, for rows that say a unit.
  ///   - days: from the first day that is kept to the civil date now in a time zone (nil: the
  ///     deployment's).
  public init(
    _ batch: OpenBatch, units: UnitTable = UnitTable(),
    days: @escaping @Sendable (_ timeZone: String?) -> ClosedRange<Day>
  ) {
    self.batch = batch
    self.days = days
    conversion = UnitConversion(units)
    block = MonthBlock(batch: batch.id, receipt: batch.receipt)
  }

  /// Merges a block of rows and returns those that cannot stand.
  public mutating func receive(
    _ facts: DemandFacts, in db: isolated Session
  ) throws -> [RefusedRow] {
    try claimRevisions(facts, in: db)
    try lookUp(facts, in: db)
    let (facts, problems) = try conversion.convert(facts, in: db)
    var refused: [RefusedRow] = []
    let rows = admit(facts, problems, &refused)
    try resolveSeries(facts, rows, in: db)
    let loaded = block.keys.count
    let places = locate(facts, rows)
    try DemandMonthStore.load(into: &block, from: loaded, in: db)
    try merge(facts, rows, places, &refused)
    if block.keys.count >= DemandIntake.heldMonths { try write(in: db) }
    if block.changes.count + block.late.count >= DemandIntake.heldChanges {
      try DemandMonthStore.log(block, in: db)
      block.forgetChanges()
    }
    return refused
  }

  /// Writes what is still held, after the last block.
  public mutating func finish(in db: isolated Session) throws -> RowCounts {
    try write(in: db)
    return counts
  }

  private mutating func write(in db: isolated Session) throws {
    try DemandMonthStore.write(block, in: db)
    block = MonthBlock(batch: batch.id, receipt: batch.receipt)
  }

  private mutating func claimRevisions(_ facts: DemandFacts, in db: isolated Session) throws {
    // Without any, the batch's own decides: one look is enough for a block of them.
    let kinds = batch.kinds(of: facts.revisions.isEmpty ? [nil] : facts.revisions)
    guard kinds != claimedKinds else { return }
    try BatchStore.claimRevisions(kinds, for: batch, in: db)
    claimedKinds = kinds
  }

  private mutating func lookUp(_ facts: DemandFacts, in db: isolated Session) throws {
    try items.extend(to: facts.itemCodes) { try CodeLookup.items($0, in: db) }
    let known = locations.identities.count
    try locations.extend(to: facts.locationCodes) { try CodeLookup.locations($0, in: db) }
    for location in locations.identities[known...] {
      allowedDays.append(location.map { days($0.timeZone) } ?? .earliest...(.latest))
    }
    let unclaimed = Set(locations.identities[known...].compactMap { $0?.id })
    try SeriesStore.claim(unclaimed, as: .demand, for: batch, in: db)
  }

  /// The rows whose item and location are known, whose day may be said and whose unit is known.
  private mutating func admit(
    _ facts: DemandFacts, _ problems: [Int: RefusalReason], _ refused: inout [RefusedRow]
  ) -> [Int] {
    var rows: [Int] = []
    rows.reserveCapacity(facts.count)
    for row in 0..<facts.count {
      let allowed = allowedDays[Int(facts.locations[row])]
      if items[facts.items[row]] == nil {
        let code = facts.itemCodes[Int(facts.items[row])].text
        refused.append(facts.refused(row, .unknownItem, found: code))
      } else if locations[facts.locations[row]] == nil {
        let code = facts.locationCodes[Int(facts.locations[row])].text
        refused.append(facts.refused(row, .unknownLocation, found: code))
      } else if !allowed.contains(facts.day(row)) {
        let day = facts.day(row)
        let reason: RefusalReason =
          day > allowed.upperBound
          ? .futureDay(column: "day", today: allowed.upperBound)
          : .beforeRetention(column: "day", earliest: allowed.lowerBound)
        refused.append(facts.refused(row, reason, found: day.description))
      } else if !problems.isEmpty, let problem = problems[row] {
        refused.append(facts.refused(row, problem, found: facts.found(row, problem)))
      } else {
        rows.append(row)
      }
    }
    counts.quarantined += facts.count - rows.count
    return rows
  }

  private func pair(_ facts: DemandFacts, _ row: Int) -> SeriesStore.Pair {
    // Admitted rows have both.
    SeriesStore.Pair(
      item: items[facts.items[row]] ?? 0, location: locations[facts.locations[row]]?.id ?? 0)
  }

  /// Finds or makes the series of the rows, and moves their first days back where a row is earlier.
  private mutating func resolveSeries(
    _ facts: DemandFacts, _ rows: [Int], in db: isolated Session
  ) throws {
    var earliest: [SeriesStore.Pair: Day] = [:]
    var latest: (pair: SeriesStore.Pair, firstDay: Day)?
    for row in rows {
      let pair = pair(facts, row)
      let day = facts.day(row)
      if let latest, latest.pair == pair, latest.firstDay <= day { continue }
      let known = min(series[pair]?.firstDay ?? .latest, earliest[pair] ?? .latest)
      if day < known { earliest[pair] = day }
      latest = (pair, min(day, known))
    }
    for (pair, id) in try SeriesStore.resolve(earliest, in: db) {
      series[pair] = (id, earliest[pair] ?? .latest)
    }
  }

  /// The array and the place in it of each admitted row.
  private mutating func locate(
    _ facts: DemandFacts, _ rows: [Int]
  ) -> [(position: Int, place: Int)] {
    var latest: (pair: SeriesStore.Pair, series: Int32)?
    var month = (start: Day.latest, end: Day.earliest)
    var places: [(position: Int, place: Int)] = []
    places.reserveCapacity(rows.count)
    for row in rows {
      let pair = pair(facts, row)
      let day = facts.day(row)
      if latest?.pair != pair { latest = (pair, series[pair]?.id ?? 0) }
      if day < month.start || day >= month.end { month = (day.monthStart, day.nextMonthStart) }
      let key = MonthBlock.Key(series: latest?.series ?? 0, month: month.start.ordinal)
      places.append((block.position(of: key), day - month.start))
    }
    return places
  }

  private mutating func merge(
    _ facts: DemandFacts, _ rows: [Int], _ places: [(position: Int, place: Int)],
    _ refused: inout [RefusedRow]
  ) throws {
    let generatedAt = batch.order(nil) ?? MonthBlock.noRevision
    let hasRevisions = !facts.revisions.isEmpty
    for (row, (position, place)) in zip(rows, places) {
      let merged = try block.receive(
        row: position, place: place, quantity: facts.quantities[row],
        revision: hasRevisions ? facts.revisions[row]?.order ?? generatedAt : generatedAt)
      counts.count(merged.resolution)
      guard case .conflict(let incomingStands) = merged.resolution else { continue }
      let fallen = incomingStands ? merged.standing : facts.quantities[row]
      let refusal = facts.refused(row, .conflictingDuplicate, found: String(fallen))
      refused.append(incomingStands ? refusal.displacing(facts, row, fallen) : refusal)
      if incomingStands, let told = merged.told {
        counts.setAside(told == .applied ? \.applied : \.duplicate)
      }
    }
  }
}
