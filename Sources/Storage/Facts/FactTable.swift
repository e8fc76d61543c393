internal import Digests

/// Standing facts of one kind, and what a batch does to them: for the kinds whose rows fit in
/// memory (all but demand).
struct FactTable<Key: Hashable, Content: FactContent> {
  struct Standing {
    var content: Content
    var revision: Int64?
    /// Whether this batch set it.
    var isIncoming: Bool
  }

  struct Replacement {
    let key: Key
    let content: Content
    let revision: Int64?
  }

  private(set) var standing: [Key: Standing] = [:]
  /// Facts this batch set or whose revision it raised: what must be written.
  private(set) var changed: Set<Key> = []
  /// Facts of earlier batches that this one replaced, once each.
  private(set) var replaced: [Key: Replacement] = [:]

  mutating func know(
    _ key: Key, _ content: Content, revision: Int64?, isIncoming: Bool = false
  ) {
    standing[key] = Standing(content: content, revision: revision, isIncoming: isIncoming)
  }

  mutating func receive(_ key: Key, _ content: Content, revision: Int64?)
    throws(DigestError) -> Resolution
  {
    guard let fact = standing[key] else {
      standing[key] = Standing(content: content, revision: revision, isIncoming: true)
      changed.insert(key)
      return .applied
    }
    let resolution = try FactRule.resolve(
      content, revision: revision, against: fact.content, revision: fact.revision,
      sameBatch: fact.isIncoming)
    switch resolution {
    case .applied, .conflict(incomingStands: true):
      if !fact.isIncoming {
        replaced[key] = Replacement(key: key, content: fact.content, revision: fact.revision)
      }
      standing[key] = Standing(content: content, revision: revision, isIncoming: true)
      changed.insert(key)
    case .duplicate(raisesRevision: true):
      standing[key]?.revision = revision
      changed.insert(key)
    case .duplicate, .stale, .conflict:
      break
    }
    return resolution
  }

  struct ChangedFact {
    let key: Key
    let content: Content
    let revision: Int64?
  }

  /// What must be written, in no particular order.
  var changedFacts: [ChangedFact] {
    changed.compactMap { key in
      standing[key].map { ChangedFact(key: key, content: $0.content, revision: $0.revision) }
    }
  }
}
