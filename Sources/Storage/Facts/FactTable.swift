internal import Digests

/// Standing facts of one kind, and what a batch does to them: for the kinds whose rows fit in
/// memory (all but demand).
struct FactTable<Key: Hashable, Content: FactContent> {
  struct Standing {
    var content: Content
    var revisions: FieldRevisions
    /// Who brought the content first.
    var batch: Int32
    /// The fields whose value this batch has told.
    var told: UInt32
  }

  /// A content that had to give way, or never stood.
  struct Fallen {
    let key: Key
    let content: Content
    let revision: Int64?
    let batch: Int32
    /// Whether it stood when the batch began; otherwise it came late or lost a conflict.
    let hasStood: Bool
  }

  /// What became of the fields that a row says, as bits by field.
  struct Merge: Equatable {
    var applied: UInt32 = 0
    var duplicate: UInt32 = 0
    var stale: UInt32 = 0
    /// Lost against another value of the same revision.
    var lost: UInt32 = 0
    /// Where the value that stood had to give way to one of the same revision.
    var felled: UInt32 = 0
  }

  let batch: Int32
  private let receipt: ReceiptOrder
  private let fields = Content.fields
  private(set) var standing: [Key: Standing] = [:]
  /// Facts this batch set or whose revisions it raised: what must be written.
  private(set) var changed: Set<Key> = []
  /// Nil for kinds whose values have no life of their own; their fields stand for themselves.
  private(set) var fallen: [Fallen]?

  /// - Parameter receipt: where the batch stands in the order of receipt; nil for one that is no
  ///   replay.
  init(batch: Int32, receipt: ReceiptOrder? = nil, keepsFallen: Bool = false) {
    self.batch = batch
    self.receipt = receipt ?? ReceiptOrder(of: batch)
    fallen = keepsFallen ? [] : nil
  }

  /// - Parameter batch: who brought it.
  mutating func know(_ key: Key, _ content: Content, _ revisions: FieldRevisions, batch: Int32) {
    standing[key] = Standing(
      content: content, revisions: revisions, batch: batch,
      told: batch == self.batch ? .max : 0)
  }

  mutating func receive(
    _ key: Key, _ content: Content, said: SaidFields = .all, revision: Int64?
  ) throws(DigestError) -> Merge {
    guard let known = standing[key] else {
      let told = said.bits(of: fields.count)
      standing[key] = Standing(
        content: content,
        revisions: FieldRevisions(revision, of: said, count: fields.count), batch: batch,
        told: told)
      changed.insert(key)
      return Merge(applied: told)
    }
    var merged = known
    let merge = try merge(content, said, revision, into: &merged)
    remember(key, content, revision, known, merge)
    if merge.applied != 0 { merged.batch = batch }
    if merge.applied != 0 || merged.revisions != known.revisions { changed.insert(key) }
    standing[key] = merged
    return merge
  }

  private func merge(
    _ content: Content, _ said: SaidFields, _ revision: Int64?, into fact: inout Standing
  ) throws(DigestError) -> Merge {
    var merge = Merge()
    let received = fact.batch == batch ? .before : receipt.place(of: fact.batch)
    for (number, field) in fields.enumerated() where said.bits & 1 << UInt32(number) != 0 {
      let bit = UInt32(1) << UInt32(number)
      let isSame = field.isSame(content, fact.content)
      if received == .after, !isSame, revision == nil || fact.revisions[number] == nil {
        merge.stale |= bit
        continue
      }
      let resolution = try FactRule.resolve(
        isSame: isSame, revision: revision, against: fact.revisions[number],
        sameBatch: fact.told & bit != 0 || received == .same
      ) { () throws(DigestError) in
        try FactRule.precedes(field.canonicalBytes(content), field.canonicalBytes(fact.content))
      }
      switch resolution {
      case .applied, .conflict(incomingStands: true):
        if resolution != .applied { merge.felled |= bit }
        merge.applied |= bit
        field.take(&fact.content, content)
        fact.revisions.set(number, to: revision, count: fields.count)
        fact.told |= bit
      case .duplicate(let raisesRevision):
        merge.duplicate |= bit
        if raisesRevision { fact.revisions.set(number, to: revision, count: fields.count) }
        fact.told |= bit
      case .stale: merge.stale |= bit
      case .conflict(incomingStands: false): merge.lost |= bit
      }
    }
    return merge
  }

  private mutating func remember(
    _ key: Key, _ content: Content, _ revision: Int64?, _ known: Standing, _ merge: Merge
  ) {
    guard fallen != nil else { return }
    if merge.applied != 0 {
      fallen?.append(
        Fallen(
          key: key, content: known.content, revision: known.revisions[0], batch: known.batch,
          hasStood: known.batch != batch))
    } else if merge.lost != 0 || merge.stale != 0, !fields[0].isSame(content, known.content) {
      fallen?.append(
        Fallen(key: key, content: content, revision: revision, batch: batch, hasStood: false))
    }
  }

  struct ChangedFact {
    let key: Key
    let content: Content
    let revisions: FieldRevisions
    let batch: Int32

    var revision: Int64? { revisions.highest }
  }

  /// What must be written, in no particular order.
  var changedFacts: [ChangedFact] {
    changed.compactMap { key in
      standing[key].map {
        ChangedFact(key: key, content: $0.content, revisions: $0.revisions, batch: $0.batch)
      }
    }
  }
}

extension FactTable.ChangedFact where Content: PartialFact {
  /// What stands in `field_revisions`.
  var fieldRevisions: String? { revisions.object(names: Content.fieldNames) }
}
