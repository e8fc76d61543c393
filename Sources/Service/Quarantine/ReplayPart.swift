internal import Digests
internal import Inventory
internal import Planning
internal import Postgres
internal import Storage

/// Rows of one batch on their way out of quarantine, inside one transaction.
struct ReplayPart {
  private(set) var summary = ReplaySummary()
  private let original: SettlementStore.WaitingBatch
  private let request: ReplayRequest
  private let clock: ZoneClock
  private let retention: Retention

  init(
    _ original: SettlementStore.WaitingBatch, _ request: ReplayRequest, clock: ZoneClock,
    retention: Retention
  ) {
    self.original = original
    self.request = request
    self.clock = clock
    self.retention = retention
  }

  /// Every row failed: then its batch is not worth keeping.
  private struct NothingSettled: Error {
    let failures: [Int: QuarantinedRow]
  }

  mutating func replay(_ records: [QuarantineRecord], in db: isolated Session) throws {
    let mapping = try Quarantine.mapping(
      of: records.first, newest: request.usesNewestMapping, in: db)
    var readable: [(form: ReplayForm, record: QuarantineRecord)] = []
    for record in records {
      if record.isHeld, !request.confirmsUnits {
        summary.unconfirmed += 1
        continue
      }
      do {
        let form = try ReplayForm(
          of: record, mapping: mapping, isCorrected: request.correction != nil)
        readable.append((form, record))
      } catch {
        try fail([record], in: db) { _ in (record.row.code, record.row.message) }
      }
    }
    // In the order of the file, which decides nothing but how the new batch looks.
    let forms = readable.reduce(into: [ReplayForm]()) { forms, row in
      if !forms.contains(row.form) { forms.append(row.form) }
    }
    for form in forms {
      try bringIn(readable.filter { $0.form == form }.map(\.record), form, in: db)
    }
  }

  /// Brings rows of one form in, all at once where that works, and otherwise by halves.
  private mutating func bringIn(
    _ records: [QuarantineRecord], _ form: ReplayForm, in db: isolated Session
  ) throws {
    guard !records.isEmpty else { return }
    do {
      let rows = records.map { request.correction ?? $0.row.raw }
      guard let kind = SyncKind(rawValue: original.kind),
        let content = try ReplayContent(rows, form, kind: kind)
      else { return try bringInHalves(records, form, nil, in: db) }
      summary.add(
        try db.savepoint { db in try apply(content, kind, form, records, in: db) })
    } catch let nothing as NothingSettled {
      try keep(records, nothing.failures, in: db)
    } catch BatchError.foreignLocations(let locations, let owner) {
      let foreign = records.filter { $0.row.location.map(locations.contains) ?? false }
      guard !foreign.isEmpty else {
        return try bringInHalves(
          records, form, BatchError.foreignLocations(locations, owner: owner), in: db)
      }
      try refuse(foreign, owner: owner, in: db)
      try bringIn(
        records.filter { !($0.row.location.map(locations.contains) ?? false) }, form, in: db)
    } catch let error as BatchError {
      try bringInHalves(records, form, error, in: db)
    } catch let error as ReadFailure {
      try bringInHalves(records, form, error, in: db)
    }
  }

  /// Finds the row that keeps others from coming in.
  private mutating func bringInHalves(
    _ records: [QuarantineRecord], _ form: ReplayForm, _ error: (any Failure)?,
    in db: isolated Session
  ) throws {
    if records.count == 1 {
      return try fail(records, in: db) { record in
        guard let error else { return (record.row.code, record.row.message) }
        let code = error.code.split(separator: "-").joined(separator: "_")
        return (code, "line \(record.row.line): \(error.sentence)")
      }
    }
    let middle = records.count / 2
    try bringIn(Array(records[..<middle]), form, in: db)
    try bringIn(Array(records[middle...]), form, in: db)
  }

  // MARK: - One batch

  private func apply(
    _ content: ReplayContent, _ kind: SyncKind, _ form: ReplayForm, _ records: [QuarantineRecord],
    in db: isolated Session
  ) throws -> ReplaySummary {
    let push = Push(
      kind: kind, path: "quarantine", source: original.source, key: try key(records),
      generatedAt: original.generatedAt, mapping: form.mapping, shownRows: 0)
    let header = BatchHeader(
      source: original.source, kind: original.kind, key: push.key ?? "",
      contentDigest: try SHA256.digest(of: content.bytes).bytes,
      generatedAt: original.generatedAt, completeThrough: original.completeThrough)
    guard case .opened(var batch) = try BatchStore.open(header, in: db) else {
      throw BatchError.underWay(key: header.key)
    }
    try BatchStore.begin(&batch, asReplayOf: original.id, in: db)
    var intake = Intake(
      push, batch, format: form.format, clock: clock, retention: retention,
      step: Progress.Channel.silent.step("replay", unit: "rows"), isReplay: true)
    try intake.take(ReceivedContent(.chunks([content.bytes])), in: db)
    let failures = failures(of: intake, content, records)
    guard failures.count < records.count else { throw NothingSettled(failures: failures) }
    return try close(batch, intake, records, failures, in: db)
  }

  /// Notes what became of the rows, and ends the batch.
  private func close(
    _ batch: OpenBatch, _ intake: Intake, _ records: [QuarantineRecord],
    _ failures: [Int: QuarantinedRow], in db: isolated Session
  ) throws -> ReplaySummary {
    let settled = records.indices.filter { failures[$0] == nil }.map { records[$0].id }
    try SettlementStore.settle(
      settled, as: request.settlement, by: batch, person: request.person,
      correction: request.correction, in: db)
    var summary = ReplaySummary()
    summary.settled = settled.count
    try intake.noteReading(in: db)
    if request.confirmsUnits, records.contains(where: \.isHeld),
      let day = try SettlementStore.firstHeldDay(ofBatch: original.id, in: db)
    {
      try BatchStore.confirmUnits(from: day, by: batch, in: db)
    }
    let moved = try Quarantine.moveWatermark(of: original, by: batch, in: db)
    let receipt = try BatchStore.close(
      batch, counts: intake.counts, watermarkMoved: moved, in: db)
    summary.batches = [receipt.batch]
    summary.counts = receipt.counts
    summary.counts.quarantined = 0
    summary.watermarkMoved = moved
    note(&summary, records, failures)
    try SettlementStore.keep(failures.map { (records[$0.key].id, $0.value) }, in: db)
    return summary
  }

  /// Names what is replayed: other rows, or the same after another failure, have another name.
  private func key(_ records: [QuarantineRecord]) throws -> String {
    let sha = try SHA256()
    for record in records {
      try sha.update(Array("\(record.id) \(record.attempts);".utf8))
    }
    try sha.update(request.correction ?? [])
    return "replay-\(try sha.digest().hexadecimal)"
  }

  private func failures(
    of intake: Intake, _ content: ReplayContent, _ records: [QuarantineRecord]
  ) -> [Int: QuarantinedRow] {
    var failures: [Int: QuarantinedRow] = [:]
    for (line, rejection) in intake.failures {
      guard let place = content.places[line] else { continue }
      var own = rejection
      own.line = records[place].row.line
      failures[place] = QuarantinedRow(own)
    }
    return failures
  }

  // MARK: - Rows that wait on

  private mutating func keep(
    _ records: [QuarantineRecord], _ failures: [Int: QuarantinedRow], in db: isolated Session
  ) throws {
    note(&summary, records, failures)
    try SettlementStore.keep(failures.map { (records[$0.key].id, $0.value) }, in: db)
  }

  private mutating func fail(
    _ records: [QuarantineRecord], in db: isolated Session,
    _ reason: (QuarantineRecord) -> (code: String, message: String)
  ) throws {
    var failures: [Int: QuarantinedRow] = [:]
    for (place, record) in records.enumerated() {
      let (code, message) = reason(record)
      failures[place] = QuarantinedRow(
        line: record.row.line, code: code, field: record.row.field, message: message, raw: [])
    }
    try keep(records, failures, in: db)
  }

  private mutating func refuse(
    _ records: [QuarantineRecord], owner: SourceCode, in db: isolated Session
  ) throws {
    try fail(records, in: db) { record in
      let rejection = Rejection(
        line: record.row.line, reason: .foreignLocation(owner: owner),
        found: (record.row.location?.text ?? "").utf8, raw: [])
      return (rejection.code.rawValue, rejection.sentence)
    }
  }

  private func note(
    _ summary: inout ReplaySummary, _ records: [QuarantineRecord],
    _ failures: [Int: QuarantinedRow]
  ) {
    summary.failed += failures.count
    for (place, row) in failures.sorted(by: { $0.key < $1.key }) {
      guard summary.firstFailed.count < ReplaySummary.shownRows else { return }
      summary.firstFailed.append(
        ReplaySummary.Failed(id: records[place].id, code: row.code, message: row.message))
    }
  }
}

extension QuarantineRecord {
  /// Whether the row waits with all of its batch for a person to confirm the units.
  var isHeld: Bool { row.code == RejectionCode.suspectedUnitChange.rawValue }
}
