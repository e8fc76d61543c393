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
    /// Who brought it: an earlier batch, or an earlier block of this one.
    let batch: Int32
  }

  struct Standing {
    let line: PlacedMovement
    var revision: Int64?
    let row: ReceivedRow<Movement>
  }

  private let batch: OpenBatch
  private var stored: [MovementID: StoredLine] = [:]
  /// Lines that this block set.
  private var standing: [MovementID: Standing] = [:]
  /// Stored lines that only got a higher revision.
  private var raised: [MovementID: Int64] = [:]
  /// Rows that said once more, without a revision, what an earlier batch had said: it is no older
  /// than what else this batch says.
  private var repeated: [MovementID: ReceivedRow<Movement>] = [:]
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

  init(of batch: OpenBatch) { self.batch = batch }

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
    let resolution = try resolve(row.fact, revision, against: known)
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
    case .duplicate(raisesRevision: false):
      if known.batch != batch.id, revision == nil { repeated[id] = row }
    case .stale:
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

  private func resolve(
    _ incoming: Movement, _ revision: Int64?, against known: Known
  ) throws -> Resolution {
    let received = batch.receipt.place(of: known.batch)
    let isUnordered = revision == nil || known.revision == nil
    if received == .after, isUnordered, incoming != known.movement { return .stale }
    return try FactRule.resolve(
      incoming, revision: revision, against: known.movement, revision: known.revision,
      sameBatch: known.batch == batch.id || received == .same)
  }

  private mutating func stand(_ incoming: Standing) {
    standing[incoming.row.fact.id] = incoming
    raised[incoming.row.fact.id] = nil
  }

  /// What stands under an id, and whose it is.
  private typealias Known = (movement: Movement, revision: Int64?, batch: Int32)

  private func known(_ id: MovementID) -> Known? {
    if let own = standing[id] { return (own.row.fact, own.revision, batch.id) }
    return stored[id].map {
      ($0.movement, raised[id] ?? $0.revision, repeated[id] == nil ? $0.batch : batch.id)
    }
  }

  /// Of two different lines with one id and revision the incoming one stands.
  private mutating func displace(
    _ id: MovementID, _ known: Known, by row: ReceivedRow<Movement>
  ) {
    if standing[id] == nil, let again = repeated[id] {
      counts.setAside(\.duplicate)
      return refuse(again, .conflictingDuplicate, found: id.text, countsAlready: true)
    }
    if known.batch == batch.id { counts.setAside(\.applied) }
    if let own = standing[id] {
      return refuse(own.row, .conflictingDuplicate, found: id.text, countsAlready: true)
    }
    let fallen = known.movement
    refused.append(
      RefusedRow(
        line: row.line, reason: .conflictingDuplicate, found: id.text,
        raw: Array(fallen.row.utf8), substitute: .row(header: Movement.header),
        item: fallen.item, location: fallen.location))
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

  fileprivate static let header = "id,kind,item,location,at,quantity,of"

  /// The line below that header, for one whose own bytes are gone.
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
