public import Inventory
public import Postgres

/// Movements of one batch on their way into the journal, and what demand and stock become of them.
///
/// Lines are stored block by block; demand and stock of the days they touch are made once, at the
/// end, from all lines that then stand. So both are a function of the set of lines.
public struct MovementIntake: Sendable {
  private struct Place {
    let known: KnownLocation
    let allowed: ClosedRange<Day>
    var days: CivilDays
  }

  private let batch: OpenBatch
  private let calendar: CivilCalendar
  private let keptFrom: Day
  private var conversion: UnitConversion
  /// Nil where the database does not know the code.
  private var items: [ItemCode: Int32?] = [:]
  private var places: [LocationCode: Place?] = [:]
  private var series: [SeriesStore.Pair: Int32] = [:]
  private var claimed: [SeriesStore.Role: Set<Int32>] = [:]
  private var touched = TouchedDays()

  /// - Parameter units: how the source counts, for lines that say a unit.
  public init(
    _ batch: OpenBatch, units: UnitTable, calendar: CivilCalendar, in db: isolated Session
  ) throws {
    self.batch = batch
    conversion = UnitConversion(units)
    self.calendar = calendar
    keptFrom = try MovementStore.keptFrom(in: db)
    try TouchedDays.prepare(in: db)
  }

  /// Stores a block of lines.
  ///
  /// - Parameters:
  ///   - units: what each line is counted in; nil for the item's own unit.
  ///   - waiting: lines of the block that could not be read.
  public mutating func receive(
    _ rows: [ReceivedRow<Movement>], units: [String?], waiting: [WaitingMovement],
    in db: isolated Session
  ) throws -> RowOutcome {
    try BatchStore.claimRevisions(batch.kinds(of: rows.lazy.map(\.revision)), for: batch, in: db)
    try lookUp(rows, in: db)
    try conversion.look(
      up: Set(zip(rows, units).filter { $0.1 != nil }.map(\.0.fact.item)), in: db)
    var block = MovementBlock(of: batch)
    let admitted = admit(rows, units, into: &block)
    try claim(admitted, in: db)
    try resolveSeries(admitted, in: db)
    try MovementStore.load(
      rows.map(\.fact.id), into: &block, of: batch,
      dayStart: { [places, calendar] in calendar.startOfDay($1, places[$0]??.known.timeZone) },
      in: db)
    for line in admitted {
      let placed = PlacedMovement(
        series: series[line.pair] ?? 0, at: line.at, day: line.day, dayStart: line.dayStart)
      try block.receive(line.row, at: placed, revision: batch.order(line.row.revision))
    }
    try MovementStore.write(block, of: batch, in: db)
    try MovementStore.note(waiting + block.waiting, of: batch, in: db)
    try touched.note(block, in: db)
    return RowOutcome(counts: block.counts, refused: block.refused)
  }

  /// Makes demand and stock anew where lines changed, after the last block.
  public mutating func finish(in db: isolated Session) throws {
    try touched.writeSeries(in: db)
    try MovementDemand.followReturns(of: batch, in: db)
    try MovementDemand.derive(for: batch, from: keptFrom, in: db)
    try MovementStock.derive(for: batch, in: db)
    try touched.moveFirstDays(from: keptFrom, calendar: calendar, in: db)
  }

  // MARK: - What only the database knows

  private mutating func lookUp(
    _ rows: [ReceivedRow<Movement>], in db: isolated Session
  ) throws {
    let unseenItems = Set(rows.map(\.fact.item)).filter { items[$0] == nil }
    let foundItems = try CodeLookup.items(Array(unseenItems), in: db)
    for code in unseenItems { items[code] = .some(foundItems[code]) }
    let unseen = Set(rows.map(\.fact.location)).filter { places[$0] == nil }
    let found = try CodeLookup.locations(Array(unseen), in: db)
    for code in unseen {
      places[code] = .some(
        found[code].map {
          Place(
            known: $0, allowed: calendar.days($0.timeZone),
            days: CivilDays(calendar, timeZone: $0.timeZone))
        })
    }
  }

  /// A row that the database has no objection to.
  private struct Admitted {
    let row: ReceivedRow<Movement>
    let pair: SeriesStore.Pair
    let at: Instant
    let day: Day
    let dayStart: Instant
  }

  private mutating func admit(
    _ rows: [ReceivedRow<Movement>], _ units: [String?], into block: inout MovementBlock
  ) -> [Admitted] {
    var admitted: [Admitted] = []
    admitted.reserveCapacity(rows.count)
    for (row, unit) in zip(rows, units) {
      let line = row.fact
      guard let place = places[line.location] ?? nil else {
        block.refuse(row, .unknownLocation, found: line.location.text, day: line.at.plainDay)
        continue
      }
      let (at, day, dayStart) = locate(line)
      guard let item = items[line.item] ?? nil else {
        block.refuse(row, .unknownItem, found: line.item.text, day: day)
        continue
      }
      if let reason = objection(to: day, allowed: place.allowed) {
        block.refuse(row, reason, found: line.at.description, day: day)
        continue
      }
      let counted: ReceivedRow<Movement>
      switch count(row, in: unit) {
      case .success(let row): counted = row
      case .failure(let problem):
        block.refuse(row, problem.reason, found: problem.found, day: day)
        continue
      }
      let pair = SeriesStore.Pair(item: item, location: place.known.id)
      admitted.append(
        Admitted(row: counted, pair: pair, at: at, day: day, dayStart: dayStart))
    }
    return admitted
  }

  private func objection(to day: Day, allowed: ClosedRange<Day>) -> RefusalReason? {
    let earliest = max(keptFrom, allowed.lowerBound)
    if day > allowed.upperBound { return .futureDay(column: "at", today: allowed.upperBound) }
    return day < earliest ? .beforeRetention(column: "at", earliest: earliest) : nil
  }

  private struct CountProblem: Error {
    let reason: RefusalReason
    let found: String
  }

  /// The line in its item's own unit.
  private func count(
    _ row: ReceivedRow<Movement>, in unit: String?
  ) -> Result<ReceivedRow<Movement>, CountProblem> {
    guard let unit else { return .success(row) }
    let factor: Double
    do throws(UnitTable.Problem) {
      factor = try conversion.factor(of: unit, row.fact.item)
    } catch {
      return .failure(CountProblem(reason: .unknownUnit(error), found: unit))
    }
    let quantity = UnitTable.convert(row.fact.quantity, by: factor)
    guard Quantity.isStock(quantity) else {
      let reason = RefusalReason.beyondLimit(column: "quantity")
      return .failure(CountProblem(reason: reason, found: String(row.fact.quantity)))
    }
    return .success(
      ReceivedRow(
        row.fact.counted(quantity), revision: row.revision, line: row.line, raw: row.raw))
  }

  private mutating func locate(_ line: Movement) -> (at: Instant, day: Day, start: Instant) {
    // The calendar is asked in place, so that it remembers its last day.
    places[line.location]??.days.place(line.at)
      ?? (Instant(microseconds: 0), .earliest, Instant(microseconds: 0))
  }

  private mutating func claim(_ lines: [Admitted], in db: isolated Session) throws {
    func locations(_ isMeant: (Movement.Kind) -> Bool) -> Set<Int32> {
      Set(lines.filter { isMeant($0.row.fact.kind) }.map(\.pair.location))
    }
    for (role, found) in [
      (SeriesStore.Role.movements, locations { _ in true }),
      (.demandFromMovements, locations(\.tellsDemand)),
      (.stockFromMovements, locations { $0 == .count }),
    ] {
      let unclaimed = found.subtracting(claimed[role] ?? [])
      try SeriesStore.claim(unclaimed, as: role, for: batch, in: db)
      claimed[role, default: []].formUnion(unclaimed)
    }
  }

  /// Finds or makes the series of the lines. When a series begins is settled at the end, because a
  /// line that is stale here must not move it.
  private mutating func resolveSeries(_ lines: [Admitted], in db: isolated Session) throws {
    var unseen: [SeriesStore.Pair: Day] = [:]
    for line in lines where series[line.pair] == nil { unseen[line.pair] = .latest }
    for (pair, id) in try SeriesStore.resolve(unseen, in: db) { series[pair] = id }
  }
}

extension Movement.At {
  fileprivate var plainDay: Day? {
    if case .day(let day) = self { return day }
    return nil
  }
}
