public import Inventory
public import Postgres

/// Demand rows of one batch on their way into the month arrays, block by block.
public struct DemandIntake {
  public private(set) var counts = RowCounts()

  private let batch: OpenBatch
  private let today: @Sendable (_ timeZone: String?) -> Day
  private let generatedAt: Int64
  private var items = CodeTable<Int32>()
  private var locations = CodeTable<KnownLocation>()
  /// The last day that may be said of each location, by its index in the push.
  private var lastDays: [Day] = []
  private var claimed: Set<Int32> = []
  private var series: [SeriesStore.Pair: (id: Int32, firstDay: Day)] = [:]
  private var revisionKind: Revision.Kind?

  /// - Parameter today: the civil date now in a time zone (nil: the deployment's).
  public init(_ batch: OpenBatch, today: @escaping @Sendable (_ timeZone: String?) -> Day) {
    self.batch = batch
    self.today = today
    generatedAt = batch.header.generatedAt?.microseconds ?? DemandFacts.noRevision
    if batch.header.generatedAt != nil { revisionKind = .time }
  }

  /// Merges a block of rows; what cannot stand goes to quarantine.
  ///
  /// - Parameter revisionKind: the kind of the block's own revisions, nil when it has none.
  public mutating func receive(
    _ facts: DemandFacts, revisionKind: Revision.Kind?, in db: isolated Session
  ) throws {
    try claimRevisions(revisionKind, in: db)
    try lookUp(facts, in: db)
    var aside: [QuarantinedRow] = []
    let rows = admit(facts, &aside)
    try resolveSeries(facts, rows, in: db)
    var block = MonthBlock(batch: batch.id)
    let places = locate(facts, rows, in: &block)
    try DemandMonthStore.load(into: &block, in: db)
    try merge(facts, rows, places, into: &block, &aside)
    try DemandMonthStore.write(block, in: db)
    try QuarantineStore.add(aside, of: batch, in: db)
  }

  private mutating func claimRevisions(
    _ kind: Revision.Kind?, in db: isolated Session
  ) throws {
    guard let kind = kind ?? revisionKind else { return }
    if let known = self.revisionKind, known != kind { throw BatchError.mixedRevisions(kind) }
    self.revisionKind = kind
    try BatchStore.claimRevisions(kind, for: batch, in: db)
  }

  private mutating func lookUp(_ facts: DemandFacts, in db: isolated Session) throws {
    try items.extend(to: facts.itemCodes) { try CodeLookup.items($0, in: db) }
    let known = locations.identities.count
    try locations.extend(to: facts.locationCodes) { try CodeLookup.locations($0, in: db) }
    for location in locations.identities[known...] {
      lastDays.append(location.map { today($0.timeZone) } ?? .latest)
    }
    let unclaimed = Set(locations.identities[known...].compactMap { $0?.id })
    try SeriesStore.claim(unclaimed, as: .demand, for: batch, in: db)
  }

  /// The rows whose item and location are known and whose day is not in the future.
  private mutating func admit(_ facts: DemandFacts, _ aside: inout [QuarantinedRow]) -> [Int] {
    var rows: [Int] = []
    rows.reserveCapacity(facts.count)
    for row in 0..<facts.count {
      let (item, location) = (facts.items[row], facts.locations[row])
      let day = Day(ordinal: facts.days[row])
      if items[item] == nil {
        setAside(facts, row, "unknown_item", "item", facts.itemCodes[Int(item)], &aside)
      } else if locations[location] == nil {
        let code = facts.locationCodes[Int(location)]
        setAside(facts, row, "unknown_location", "location", code, &aside)
      } else if day > lastDays[Int(location)] {
        setAside(facts, row, "future_day", "day", day.description, &aside)
      } else {
        rows.append(row)
      }
    }
    return rows
  }

  private mutating func setAside(
    _ facts: DemandFacts, _ row: Int, _ code: String, _ field: String, _ found: String,
    _ aside: inout [QuarantinedRow]
  ) {
    counts.quarantined += 1
    aside.append(
      QuarantinedRow(
        line: facts.lines[row], code: code, field: field, found: found, raw: facts.raw(row),
        item: facts.itemCodes[Int(facts.items[row])],
        location: facts.locationCodes[Int(facts.locations[row])],
        day: Day(ordinal: facts.days[row])))
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
      let day = Day(ordinal: facts.days[row])
      if let latest, latest.pair == pair, latest.firstDay <= day { continue }
      let known = min(series[pair]?.firstDay ?? .latest, earliest[pair] ?? .latest)
      if day < known { earliest[pair] = day }
      latest = (pair, min(day, known))
    }
    for (pair, id) in try SeriesStore.resolve(earliest, in: db) {
      series[pair] = (id, earliest[pair] ?? .latest)
    }
  }

  /// The row and place in the block of each admitted row.
  private func locate(
    _ facts: DemandFacts, _ rows: [Int], in block: inout MonthBlock
  ) -> [(position: Int, place: Int)] {
    var latest: (pair: SeriesStore.Pair, series: Int32)?
    var span = (start: Day.latest, end: Day.earliest)
    return rows.map { row in
      let pair = pair(facts, row)
      let day = Day(ordinal: facts.days[row])
      if latest?.pair != pair { latest = (pair, series[pair]?.id ?? 0) }
      if day < span.start || day >= span.end { span = (day.monthStart, day.nextMonthStart) }
      let key = MonthBlock.Key(series: latest?.series ?? 0, month: span.start.ordinal)
      return (block.position(of: key), day - span.start)
    }
  }

  private mutating func merge(
    _ facts: DemandFacts, _ rows: [Int], _ places: [(position: Int, place: Int)],
    into block: inout MonthBlock, _ aside: inout [QuarantinedRow]
  ) throws {
    for (row, (position, place)) in zip(rows, places) {
      let own = facts.revisions[row]
      let merged = try block.receive(
        row: position, place: place, quantity: facts.quantities[row],
        revision: own == DemandFacts.noRevision ? generatedAt : own)
      switch merged.resolution {
      case .conflict(incomingStands: false):
        let found = String(facts.quantities[row])
        setAside(facts, row, "conflicting_duplicate", "quantity", found, &aside)
      case .conflict(incomingStands: true):
        counts.applied += 1
        aside.append(displaced(facts, row, quantity: merged.displaced))
        if merged.displacesOwn {
          counts.applied -= 1
          counts.quarantined += 1
        }
      case .applied: counts.applied += 1
      case .duplicate: counts.duplicate += 1
      case .stale: counts.stale += 1
      }
    }
  }

  /// The fact that had to give way to the row, written as a row: its own bytes are gone by now.
  private func displaced(_ facts: DemandFacts, _ row: Int, quantity: Double) -> QuarantinedRow {
    let item = facts.itemCodes[Int(facts.items[row])]
    let location = facts.locationCodes[Int(facts.locations[row])]
    let day = Day(ordinal: facts.days[row])
    return QuarantinedRow(
      line: facts.lines[row], code: "conflicting_duplicate", field: "quantity",
      found: String(quantity), raw: Array("\(item),\(location),\(day),\(quantity)".utf8),
      item: item, location: location, day: day)
  }
}
