internal import Inventory
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
  private var counts = RowCounts()
  private var first: [QuarantinedRow] = []

  init(
    _ push: Push, _ batch: OpenBatch, format: RowFormat?, clock: ZoneClock,
    retention: Retention, step: Progress
  ) {
    self.push = push
    self.batch = batch
    self.format = format
    self.clock = clock
    self.retention = retention
    self.step = step
  }

  mutating func take(_ content: borrowing ReceivedContent, in db: isolated Session) throws {
    let source = try content.source()
    let batch = batch
    switch push.kind {
    case .demand: try takeDemand(source, in: db)
    case .items:
      try takeAll(Item.self, source, in: db) { rows, absent, db in
        try ItemStore.receive(rows, carried: Item.carries(absent), of: batch, in: db)
      }
    case .locations:
      try takeAll(Location.self, source, in: db) { rows, absent, db in
        try LocationStore.receive(rows, carried: Location.carries(absent), of: batch, in: db)
      }
    case .calendar:
      try takeAll(CalendarEvent.self, source, in: db) { rows, _, db in
        try CalendarStore.receive(rows, of: batch, in: db)
      }
    case .terms:
      try takeAll(Terms.self, source, in: db) { rows, absent, db in
        try TermsStore.receive(rows, carried: Terms.carries(absent), of: batch, in: db)
      }
    case .prices:
      try takeAll(Price.self, source, in: db) { rows, absent, db in
        try PriceStore.receive(rows, carried: Price.carries(absent), of: batch, in: db)
      }
    case .stock: try takeStock(source, in: db)
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
    let receipt = try BatchStore.close(batch, counts: counts, watermarkMoved: moved, in: db)
    return PushReceipt(
      receipt: receipt, firstQuarantined: first, completeThrough: push.completeThrough,
      sourceHasLocations: try BatchStore.hasLocations(batch, in: db))
  }

  /// A batch with many bad rows says nothing about what is complete.
  private var isTrustworthy: Bool {
    Double(counts.quarantined)
      <= Synchronisation.watermarkTolerance * Double(counts.received)
  }

  // MARK: - Kinds

  private mutating func takeDemand(
    _ source: consuming ByteSource, in db: isolated Session
  ) throws {
    var reader = try DemandReader(source, format: format, mapping: push.mapping)
    var block = DemandBlock()
    let (clock, retention) = (clock, retention)
    var intake = DemandIntake(batch, units: push.mapping.form.units) {
      retention.allowedDays(today: clock.today(zone: $0))
    }
    while try reader.read(into: &block) {
      let received = block.received
      let rejections = block.rejections
      let refused = try intake.receive(
        DemandFacts(
          block, items: reader.items.codes, locations: reader.locations.codes,
          units: reader.units.names), in: db)
      counts.quarantined += rejections.count
      try setAside(rejections + refused.map(Rejection.init), in: db)
      step.advance(by: received)
    }
    counts = counts + (try intake.finish(in: db))
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

  /// Reads a kind whose rows fit in memory, and applies them together.
  private mutating func takeAll<Fact: ReadableFact>(
    _ kind: Fact.Type, _ source: consuming ByteSource, in db: isolated Session,
    apply: ([ReceivedRow<Fact>], _ absent: Set<Column>, isolated Session) throws -> RowOutcome
  ) throws {
    var reader = try FactReader<Fact>(source, format: format, mapping: push.mapping)
    var rows: [ReceivedRow<Fact>] = []
    var rejections: [Rejection] = []
    while let reading = try reader.next() { sort(reading, &rows, &rejections) }
    counts.duplicate += reader.repeatedRows
    let absent = Set(Fact.syncKind.columns).subtracting(reader.present)
    try settle(apply(rows, absent, db), rejections, in: db)
    step.advance(by: reader.receivedRows)
  }

  /// Reads a kind of any size in blocks.
  private mutating func takeBlocks<Fact: ReadableFact>(
    _ kind: Fact.Type, _ source: consuming ByteSource, in db: isolated Session,
    apply: ([ReceivedRow<Fact>], isolated Session) throws -> RowOutcome
  ) throws {
    let blockRows = 50_000
    var reader = try FactReader<Fact>(source, format: format, mapping: push.mapping)
    var rows: [ReceivedRow<Fact>] = []
    var rejections: [Rejection] = []
    while let reading = try reader.next() {
      sort(reading, &rows, &rejections)
      guard rows.count + rejections.count >= blockRows else { continue }
      try settle(apply(rows, db), rejections, in: db)
      step.advance(by: rows.count + rejections.count)
      rows.removeAll(keepingCapacity: true)
      rejections.removeAll(keepingCapacity: true)
    }
    counts.duplicate += reader.repeatedRows
    try settle(apply(rows, db), rejections, in: db)
    step.advance(by: rows.count + rejections.count)
  }

  private func sort<Fact: ReadableFact>(
    _ reading: Reading<Fact>, _ rows: inout [ReceivedRow<Fact>], _ rejections: inout [Rejection]
  ) {
    switch reading {
    case .fact(let fact, let row): rows.append(ReceivedRow(fact, line: row.line, raw: row.raw))
    case .rejected(let rejection): rejections.append(rejection)
    }
  }

  private mutating func settle(
    _ outcome: RowOutcome, _ rejections: [Rejection], in db: isolated Session
  ) throws {
    counts = counts + outcome.counts
    counts.quarantined += rejections.count
    try setAside(rejections + outcome.refused.map(Rejection.init), in: db)
  }

  private mutating func setAside(_ rejections: [Rejection], in db: isolated Session) throws {
    guard !rejections.isEmpty else { return }
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
      message: rejection.sentence, raw: rejection.raw, item: rejection.item,
      location: rejection.location, day: rejection.day)
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
      }
    self.init(
      line: row.line, reason: reason, found: row.found.utf8, raw: row.raw, item: row.item,
      location: row.location, day: row.day)
  }
}
