public import Inventory

/// A row of a small kind, as it was read.
public struct ReceivedRow<Fact: Sendable>: Sendable {
  public let fact: Fact
  public let revision: Revision?
  /// The fields it speaks of; the others stay as they are.
  public let said: SaidFields
  public let line: Int
  public let raw: [UInt8]

  public init(
    _ fact: Fact, revision: Revision? = nil, said: SaidFields = .all, line: Int, raw: [UInt8]
  ) {
    self.fact = fact
    self.revision = revision
    self.said = said
    self.line = line
    self.raw = raw
  }
}

extension ReceivedRow {
  func refused(
    _ reason: RefusalReason, found: String, item: ItemCode? = nil, location: LocationCode? = nil,
    day: Day? = nil
  ) -> RefusedRow {
    RefusedRow(
      line: line, reason: reason, found: found, raw: raw, item: item, location: location,
      day: day)
  }
}

/// Rows of one kind on their way into the database, with what becomes of them.
///
/// A row counts as applied when it set any field, as a duplicate when all that it says is known, as
/// quarantined when it set none and lost one, and as stale otherwise. Whatever it lost is set aside
/// with it, also when another of its fields stands.
struct FactIntake<Key: Hashable, Content: FactContent> {
  /// A row of this batch that told what stands.
  private struct Teller {
    let row: RefusedRow
    /// The fields that stand as it said them.
    var holds: UInt32
    var countsAs: WritableKeyPath<RowCounts, Int>
    var isSetAside = false
  }

  private(set) var table: FactTable<Key, Content>
  private var counts = RowCounts()
  private var refused: [RefusedRow] = []
  private var tellers: [Key: [Teller]] = [:]

  init(_ batch: OpenBatch, keepsFallen: Bool = false) {
    table = FactTable(batch: batch.id, receipt: batch.receipt, keepsFallen: keepsFallen)
  }

  var outcome: RowOutcome { RowOutcome(counts: counts, refused: refused) }

  mutating func know(_ key: Key, _ content: Content, _ revisions: FieldRevisions, batch: Int32) {
    table.know(key, content, revisions, batch: batch)
  }

  /// Receives a row; `asConflict` is how it looks if it, or a fact like it, must be refused.
  mutating func receive(
    _ key: Key, _ content: Content, said: SaidFields = .all, revision: Int64?,
    asConflict: @autoclosure () -> RefusedRow
  ) throws {
    let before = table.standing[key]
    let merge = try table.receive(key, content, said: said, revision: revision)
    let row = asConflict()
    if merge.felled != 0, let before { setAside(key, merge.felled, before, row) }
    let countsAs = counted(merge, isFirst: before == nil)
    counts[keyPath: countsAs] += 1
    if merge.lost != 0 { refused.append(row.losing(names(merge.lost))) }
    let holds = merge.applied | merge.duplicate
    if holds != 0 {
      release(key, merge.applied)
      tellers[key, default: []].append(
        Teller(row: row, holds: holds, countsAs: countsAs, isSetAside: merge.lost != 0))
    }
  }

  mutating func refuse(_ row: RefusedRow) {
    counts.quarantined += 1
    refused.append(row)
  }

  private func counted(
    _ merge: FactTable<Key, Content>.Merge, isFirst: Bool
  ) -> WritableKeyPath<RowCounts, Int> {
    if isFirst || merge.applied != 0 { return \.applied }
    if merge.lost != 0 { return \.quarantined }
    return merge.stale != 0 ? \.stale : \.duplicate
  }

  /// Sets aside what told the fields that had to give way: rows of this batch, or an earlier fact.
  private mutating func setAside(
    _ key: Key, _ felled: UInt32, _ before: FactTable<Key, Content>.Standing, _ row: RefusedRow
  ) {
    if felled & ~before.told != 0 {
      refused.append(row.losing(names(felled & ~before.told)).describing(before.content))
    }
    for position in (tellers[key] ?? []).indices {
      guard var teller = tellers[key]?[position], teller.holds & felled != 0 else { continue }
      if !teller.isSetAside { refused.append(teller.row.losing(names(teller.holds & felled))) }
      teller.isSetAside = true
      if teller.holds & ~felled == 0, teller.countsAs != \.quarantined {
        counts.setAside(teller.countsAs)
        teller.countsAs = \.quarantined
      }
      tellers[key]?[position] = teller
    }
  }

  private mutating func release(_ key: Key, _ fields: UInt32) {
    for position in (tellers[key] ?? []).indices { tellers[key]?[position].holds &= ~fields }
  }

  /// What the fields are called; a content that is told as a whole has none to name.
  private func names(_ bits: UInt32) -> [String] {
    guard Content.fields.count > 1 else { return [] }
    return Content.fields.enumerated().filter { bits & 1 << UInt32($0.offset) != 0 }
      .map(\.element.name)
  }
}

extension RowCounts {
  /// A row of this batch that had been counted otherwise gave way to another one.
  mutating func setAside(_ counted: WritableKeyPath<RowCounts, Int>) {
    self[keyPath: counted] -= 1
    quarantined += 1
  }
}

extension RefusedRow {
  /// The same row as one that lost these fields; none is the whole of it.
  fileprivate func losing(_ fields: [String]) -> RefusedRow {
    RefusedRow(
      line: line, reason: fields.isEmpty ? reason : .conflictingFields(fields), found: found,
      raw: raw, item: item, location: location, day: day)
  }

  /// The same row about a fact of an earlier push, whose own bytes are gone by now.
  fileprivate func describing(_ content: some FactContent) -> RefusedRow {
    RefusedRow(
      line: line, reason: reason, found: found, raw: Array(String(describing: content).utf8),
      substitute: .description, item: item, location: location, day: day)
  }
}

extension OpenBatch {
  /// What orders a fact of this batch against others; nil leaves it to receipt.
  func order(_ revision: Revision?) -> Int64? {
    revision?.order ?? header.generatedAt?.microseconds
  }

  /// The kinds of revision that facts of this batch are ordered by; `generated_at` is a time.
  func kinds(of revisions: some Sequence<Revision?>) -> Set<Revision.Kind> {
    // A file has a revision per row and two kinds of them at most.
    var (numbers, times) = (false, false)
    for revision in revisions {
      switch revision {
      case .number?: numbers = true
      case .time?: times = true
      case nil: times = times || header.generatedAt != nil
      }
    }
    var kinds: Set<Revision.Kind> = []
    if numbers { kinds.insert(.number) }
    if times { kinds.insert(.time) }
    return kinds
  }
}
