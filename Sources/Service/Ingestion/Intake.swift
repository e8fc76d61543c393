internal import Inventory
internal import Planning
internal import Postgres
internal import Storage

/// The rows of one push on their way into one open batch.
struct Intake {
  private let push: Push
  private let batch: OpenBatch
  private let format: RowFormat?
  private let clock: ZoneClock
  private let retention: Retention
  private let step: Progress
  private(set) var counts = RowCounts()
  /// Rows set aside whose fact is missing: all but those of a conflict, where another one stands.
  private var gaps = 0
  private var first: [QuarantinedRow] = []
  /// How the rows are read; nil before the first one is.
  private(set) var reading: RowReading?
  /// Rows of a replay that are set aside again, by the line they have in it.
  private(set) var failures: [Int: Rejection] = [:]
  /// Whether the rows came from quarantine, where those that fail stay.
  private let isReplay: Bool
  private var hasSetAside = false
  private var suspicion: UnitChange.Suspicion?

  init(
    _ push: Push, _ batch: OpenBatch, format: RowFormat?, clock: ZoneClock,
    retention: Retention, step: Progress, isReplay: Bool = false
  ) {
    self.push = push
    self.batch = batch
    self.format = format
    self.clock = clock
    self.retention = retention
    self.step = step
    self.isReplay = isReplay
  }

  mutating func take(_ content: borrowing ReceivedContent, in db: isolated Session) throws {
    let source = try content.source()
    let batch = batch
    switch push.kind {
    case .demand: try takeWatchedDemand(content, in: db)
    case .items:
      try takeAll(Item.self, source, in: db) { try ItemStore.receive($0, of: batch, in: $1) }
    case .locations:
      try takeAll(Location.self, source, in: db) {
        try LocationStore.receive($0, of: batch, in: $1)
      }
    case .calendar:
      try takeAll(CalendarEvent.self, source, in: db) {
        try CalendarStore.receive($0, of: batch, in: $1)
      }
    case .terms:
      try takeAll(Terms.self, source, in: db) { try TermsStore.receive($0, of: batch, in: $1) }
    case .prices:
      try takeAll(Price.self, source, in: db) { try PriceStore.receive($0, of: batch, in: $1) }
    case .stock: try takeStock(source, in: db)
    case .movements: try takeMovements(source, in: db)
    }
  }

  /// Ends the batch, or refuses all of it.
  func close(in db: isolated Session) throws -> PushReceipt {
    if push.isStrict, counts.quarantined > 0 {
      throw StrictRefusal(
        quarantined: counts.quarantined, received: counts.received, first: first)
    }
    var moved = false
    if let day = push.completeThrough, isTrustworthy {
      moved = try BatchStore.moveWatermarks(of: batch, to: day, in: db)
    }
    try noteReading(in: db)
    if let suspicion { try BatchStore.hold(batch, because: suspicion.sentence, in: db) }
    let receipt = try BatchStore.close(batch, counts: counts, watermarkMoved: moved, in: db)
    return PushReceipt(
      receipt: receipt, firstQuarantined: first, completeThrough: push.completeThrough,
      sourceHasLocations: try BatchStore.hasLocations(batch, in: db),
      heldBecause: suspicion?.sentence)
  }

  /// Keeps with the batch how its rows are read, so that those set aside can be read again.
  func noteReading(in db: isolated Session) throws {
    guard let reading, hasSetAside else { return }
    try BatchStore.note(reading, of: batch, in: db)
  }

  /// A batch with many bad rows says nothing about what is complete.
  private var isTrustworthy: Bool {
    Double(gaps)
      <= Synchronisation.watermarkTolerance * Double(counts.received)
  }

  // MARK: - Kinds

  /// Takes demand unless its units seem to have changed: then all of it is undone and waits.
  private mutating func takeWatchedDemand(
    _ content: borrowing ReceivedContent, in db: isolated Session
  ) throws {
    guard !isReplay, try BatchStore.hasLocations(batch, in: db) else {
      return try takeDemand(content.source(), nil, in: db)
    }
    var trial = self
    do {
      try db.savepoint { db in
        try trial.takeDemand(content.source(), UnitWatch(batch), in: db)
      }
      self = trial
    } catch let suspicion as UnitChange.Suspicion {
      self.suspicion = suspicion
      try holdDemand(content.source(), in: db)
    }
  }

  private mutating func takeDemand(
    _ source: consuming ByteSource, _ watch: UnitWatch?, in db: isolated Session
  ) throws {
    var reader = try DemandReader(source, format: format, mapping: push.mapping)
    note(reader.origin)
    var watch = watch
    var block = DemandBlock()
    let (clock, retention) = (clock, retention)
    var intake = DemandIntake(batch, units: push.mapping.form.units) {
      retention.allowedDays(today: clock.today(zone: $0))
    }
    while try reader.read(into: &block) {
      let received = block.received
      let rejections = block.rejections
      let facts = DemandFacts(
        block, items: reader.items.codes, locations: reader.locations.codes,
        units: reader.units.names)
      try watch?.look(at: facts, in: db)
      let refused = try intake.receive(facts, in: db)
      counts.quarantined += rejections.count
      gaps += rejections.count + refused.count { $0.reason.leavesGap }
      try setAside(rejections + refused.map(Rejection.init), in: db)
      step.advance(by: received)
    }
    counts = counts + (try intake.finish(in: db))
    if let suspicion = watch?.suspicion { throw suspicion }
  }

  /// Sets all rows aside.
  private mutating func holdDemand(
    _ source: consuming ByteSource, in db: isolated Session
  ) throws {
    var reader = try DemandReader(source, format: format, mapping: push.mapping)
    note(reader.origin)
    var block = DemandBlock()
    while try reader.read(into: &block) {
      let held = (0..<block.count).map { row in
        block.rejection(
          of: row, .suspectedUnitChange, found: block.quantities[row].shown,
          item: reader.items.codes[Int(block.items[row])],
          location: reader.locations.codes[Int(block.locations[row])])
      }
      counts.quarantined += block.received
      gaps += block.received
      try setAside(block.rejections + held, in: db)
    }
  }

  private mutating func takeStock(
    _ source: consuming ByteSource, in db: isolated Session
  ) throws {
    let zones = try LocationStore.timeZones(in: db)
    let (batch, clock, retention) = (batch, clock, retention)
    let table = push.mapping.form.units
    try takeBlocks(StockRow.self, source, in: db) { rows, db in
      let facts = rows.map { row in
        let stock = row.fact
        let zone = zones[stock.location] ?? nil
        let snapshot = stock.snapshot { clock.instant(of: $0, zone: zone) }
        return ReceivedRow(
          StockFact(item: stock.item, location: stock.location, snapshot: snapshot),
          revision: stock.revision, line: row.line, raw: row.raw)
      }
      return try StockStore.receive(
        facts, units: rows.map(\.fact.unit), table: table, of: batch,
        firstDay: { retention.allowedDays(today: clock.today(zone: $0)).lowerBound },
        lastMoment: { clock.endOfDay(clock.today(zone: $0), zone: $0) },
        civilDay: { clock.day(of: $0, zone: $1) }, in: db)
    }
  }

  private mutating func takeMovements(
    _ source: consuming ByteSource, in db: isolated Session
  ) throws {
    var intake = try MovementIntake(
      batch, units: push.mapping.form.units, calendar: CivilCalendar(clock, retention), in: db)
    let zones = try LocationStore.timeZones(in: db)
    let clock = clock
    var waiting: [WaitingMovement] = []
    try takeBlocks(
      MovementRow.self, source, in: db,
      placing: { rejection in
        if let movement = rejection.waitingMovement { waiting.append(movement) }
        return rejection.placed { clock.day(of: $0, zone: $1.flatMap { zones[$0] ?? nil }) }
      },
      apply: { rows, db in
        defer { waiting.removeAll() }
        let lines = rows.map { row in
          let zone = zones[row.fact.location] ?? nil
          return ReceivedRow(
            row.fact.movement(clock, zone: zone), revision: row.fact.revision, line: row.line,
            raw: row.raw)
        }
        return try intake.receive(
          lines, units: rows.map(\.fact.unit), waiting: waiting, in: db)
      })
    try intake.finish(in: db)
  }

  /// Reads a kind whose rows fit in memory, and applies them together.
  private mutating func takeAll<Fact: ReadableFact>(
    _ kind: Fact.Type, _ source: consuming ByteSource, in db: isolated Session,
    apply: ([ReceivedRow<Fact>], isolated Session) throws -> RowOutcome
  ) throws {
    var reader = try FactReader<Fact>(source, format: format, mapping: push.mapping)
    note(reader.origin)
    var rows: [ReceivedRow<Fact>] = []
    var rejections: [Rejection] = []
    while let reading = try reader.next() { sort(reading, &rows, &rejections) }
    counts.duplicate += reader.repeatedRows
    try settle(apply(rows, db), rejections, in: db)
    step.advance(by: reader.receivedRows)
  }

  /// Reads a kind of any size in blocks.
  ///
  /// - Parameter placing: adds to a rejection what the reader could not know.
  private mutating func takeBlocks<Fact: ReadableFact>(
    _ kind: Fact.Type, _ source: consuming ByteSource, in db: isolated Session,
    placing: (Rejection) -> Rejection = { $0 },
    apply: ([ReceivedRow<Fact>], isolated Session) throws -> RowOutcome
  ) throws {
    let blockRows = 50_000
    var reader = try FactReader<Fact>(source, format: format, mapping: push.mapping)
    note(reader.origin)
    var rows: [ReceivedRow<Fact>] = []
    var rejections: [Rejection] = []
    while let reading = try reader.next() {
      sort(reading, &rows, &rejections)
      guard rows.count + rejections.count >= blockRows else { continue }
      rejections = rejections.map(placing)
      try settle(apply(rows, db), rejections, in: db)
      step.advance(by: rows.count + rejections.count)
      rows.removeAll(keepingCapacity: true)
      rejections.removeAll(keepingCapacity: true)
    }
    counts.duplicate += reader.repeatedRows
    rejections = rejections.map(placing)
    try settle(apply(rows, db), rejections, in: db)
    step.advance(by: rows.count + rejections.count)
  }

  private func sort<Fact: ReadableFact>(
    _ reading: Reading<Fact>, _ rows: inout [ReceivedRow<Fact>], _ rejections: inout [Rejection]
  ) {
    switch reading {
    case .fact(let fact, let row):
      rows.append(
        ReceivedRow(
          fact, revision: row.revision, said: row.said, line: row.line, raw: row.raw))
    case .rejected(let rejection): rejections.append(rejection)
    }
  }

  private mutating func settle(
    _ outcome: RowOutcome, _ rejections: [Rejection], in db: isolated Session
  ) throws {
    counts = counts + outcome.counts
    counts.quarantined += rejections.count
    gaps += rejections.count + outcome.refused.count { $0.reason.leavesGap }
    try setAside(rejections + outcome.refused.map(Rejection.init), in: db)
  }

  private mutating func note(_ origin: (format: RowFormat, header: [UInt8]?)) {
    reading = RowReading(
      format: origin.format.rawValue, header: origin.header,
      mappedColumns: push.mapping.pairs, ignoredColumns: push.mapping.ignored.sorted())
  }

  private mutating func setAside(_ rejections: [Rejection], in db: isolated Session) throws {
    var rejections = rejections
    if isReplay {
      // What a replayed row displaced is another fact, and is set aside as any other.
      for own in rejections where own.substitute == nil { failures[own.line] = own }
      rejections.removeAll { $0.substitute == nil }
    }
    guard !rejections.isEmpty else { return }
    hasSetAside = true
    let rows = rejections.map(QuarantinedRow.init).sorted { $0.line < $1.line }
    first += rows.prefix(max(0, push.shownRows - first.count))
    try QuarantineStore.add(rows, of: batch, in: db)
  }
}

extension DemandFacts {
  init(
    _ block: DemandBlock, items: [ItemCode], locations: [LocationCode], units: [String]
  ) {
    self.init(
      itemCodes: items, locationCodes: locations, items: block.items, locations: block.locations,
      days: block.days, quantities: block.quantities, revisions: block.revisions,
      lines: block.lines, unitNames: units, units: block.units, raw: block.raw)
  }
}

extension QuarantinedRow {
  init(_ rejection: Rejection) {
    self.init(
      line: rejection.line, code: rejection.code.rawValue, field: rejection.field?.rawValue,
      message: rejection.sentence, raw: rejection.raw,
      substitute: rejection.substitute, item: rejection.item, location: rejection.location,
      day: rejection.day)
  }
}

extension Rejection {
  /// A row that is valid by itself and that the database refused.
  init(_ row: RefusedRow) {
    let reason: RejectionReason =
      switch row.reason {
      case .unknownItem: .unknownItem
      case .unknownLocation: .unknownLocation
      case .futureDay(let column, let today):
        .futureDay(Column(rawValue: column) ?? .day, today: today)
      case .beforeRetention(let column, let earliest):
        .beforeRetention(Column(rawValue: column) ?? .day, earliest: earliest)
      case .unknownUnit(let problem): .unknownUnit(problem)
      case .beyondLimit(let column):
        .invalidQuantity(Column(rawValue: column) ?? .quantity, .beyondLimitInUnits)
      case .conflictingDuplicate: .conflictingDuplicate
      case .conflictingFields(let names): .conflictingFields(names.compactMap(Column.init))
      }
    self.init(
      line: row.line, reason: reason, found: row.found.utf8, raw: row.raw,
      substitute: row.substitute, item: row.item, location: row.location, day: row.day)
  }
}
