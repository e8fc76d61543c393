internal import Inventory

/// A line's place in time and among the series.
struct PlacedMovement: Sendable {
  let series: Int32
  let at: Instant
  let day: Day
  /// The first moment of that day at the location.
  let dayStart: Instant
}

/// Lines of one batch beside those that stand under the same ids, and the merge of the former into
/// the latter.
struct MovementBlock {
  /// A line as the database has it.
  struct StoredLine {
    let movement: Movement
    let series: Int32
    let day: Day
    let dayStart: Instant
    let demandDay: Day?
    let revision: Int64?
    /// Whether an earlier block of this batch brought it.
    let isIncoming: Bool
  }

  struct Standing {
    let line: PlacedMovement
    var revision: Int64?
    let row: ReceivedRow<Movement>
  }

  private var stored: [MovementID: StoredLine] = [:]
  /// Lines that this block set.
  private var standing: [MovementID: Standing] = [:]
  /// Stored lines that only got a higher revision.
  private var raised: [MovementID: Int64] = [:]
  private(set) var counts = RowCounts()
  private(set) var refused: [RefusedRow] = []
  /// Which lines those refused would have been, but for conflicts: there another line stands.
  private(set) var waiting: [WaitingMovement] = []

  /// What must be written: lines that are not there yet, in the order of the file.
  var inserted: [Standing] {
    standing.values.filter { stored[$0.row.fact.id] == nil }.sorted { $0.row.line < $1.row.line }
  }

  /// Lines that say something else than the stored one, with that.
  var replaced: [(line: Standing, old: StoredLine)] {
    standing.values.compactMap { line in
      guard let old = stored[line.row.fact.id], old.movement != line.row.fact else { return nil }
      return (line, old)
    }.sorted { $0.line.row.line < $1.line.row.line }
  }

  /// Stored lines whose revision alone changed.
  var revised: [(id: MovementID, revision: Int64)] {
    let restored = standing.values.compactMap { line -> (id: MovementID, revision: Int64)? in
      guard let old = stored[line.row.fact.id], old.movement == line.row.fact else { return nil }
      return line.revision.map { (line.row.fact.id, $0) }
    }
    return restored + raised.map { ($0.key, $0.value) }
  }

  mutating func know(_ line: StoredLine) { stored[line.movement.id] = line }

  mutating func receive(
    _ row: ReceivedRow<Movement>, at line: PlacedMovement, revision: Int64?
  ) throws {
    let id = row.fact.id
    let incoming = Standing(line: line, revision: revision, row: row)
    guard let known = known(id) else {
      stand(incoming)
      counts.applied += 1
      return
    }
    let resolution = try FactRule.resolve(
      row.fact, revision: revision, against: known.movement, revision: known.revision,
      sameBatch: known.isOwn)
    counts.count(resolution)
    switch resolution {
    case .applied:
      stand(incoming)
    case .conflict(incomingStands: true):
      displace(id, known, by: row)
      stand(incoming)
    case .conflict(incomingStands: false):
      refuse(row, .conflictingDuplicate, found: id.text, countsAlready: true)
    case .duplicate(raisesRevision: true):
      if standing[id] == nil { raised[id] = revision } else { standing[id]?.revision = revision }
    case .duplicate, .stale:
      break
    }
  }

  /// Sets a row aside for what only the database knows.
  mutating func refuse(
    _ row: ReceivedRow<Movement>, _ reason: RefusalReason, found: String, day: Day? = nil,
    countsAlready: Bool = false
  ) {
    if !countsAlready {
      counts.quarantined += 1
      waiting.append(WaitingMovement(line: row.line, id: row.fact.id))
    }
    // Only a line that tells demand makes its day missing.
    refused.append(
      row.refused(
        reason, found: found, item: row.fact.item, location: row.fact.location,
        day: row.fact.kind.tellsDemand ? day : nil))
  }

  private mutating func stand(_ incoming: Standing) {
    standing[incoming.row.fact.id] = incoming
    raised[incoming.row.fact.id] = nil
  }

  private func known(
    _ id: MovementID
  ) -> (movement: Movement, revision: Int64?, isOwn: Bool)? {
    if let own = standing[id] { return (own.row.fact, own.revision, true) }
    return stored[id].map { ($0.movement, raised[id] ?? $0.revision, $0.isIncoming) }
  }

  /// Of two different lines with one id and revision the incoming one stands.
  private mutating func displace(
    _ id: MovementID, _ known: (movement: Movement, revision: Int64?, isOwn: Bool),
    by row: ReceivedRow<Movement>
  ) {
    if known.isOwn { counts.setAside(\.applied) }
    let fallen =
      standing[id]?.row
      ?? ReceivedRow(known.movement, line: row.line, raw: Array(known.movement.row.utf8))
    refuse(fallen, .conflictingDuplicate, found: id.text, countsAlready: true)
  }
}

extension Movement: FieldValue {
  func put(into fields: inout CanonicalFields) {
    fields.put(kind.rawValue)
    fields.put(item)
    fields.put(location)
    fields.put(at.description)
    fields.put(quantity)
    fields.put(undoes)
  }

  /// The line in the order of the format's columns, for one whose own bytes are gone.
  fileprivate var row: String {
    [
      id.text, kind.rawValue, item.text, location.text, at.description, String(quantity),
      undoes?.text ?? "",
    ].map(quoted).joined(separator: ",")
  }
}

/// A field as CSV has it.
private func quoted(_ field: String) -> String {
  guard field.contains(where: { $0 == "," || $0 == "\"" }) else { return field }
  return "\""
    + field.split(separator: "\"", omittingEmptySubsequences: false)
    .joined(separator: "\"\"") + "\""
}
