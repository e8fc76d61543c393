import Digests

/// What demand must look like after batches in the order in which they were committed, written down
/// as plainly as the rule is said: the highest revision stands; of two that are equal the fact with
/// the smaller digest; without revisions the later receipt, and within a batch the digest.
struct FactModel {
  struct Standing: Hashable {
    var quantity: Double
    var revision: Int64?
    var batch: Int
    /// The batch that said the same again, without a revision.
    var repeatedBy: Int?

    func isTold(by number: Int) -> Bool { batch == number || repeatedBy == number }
  }

  struct Counts: Hashable, Codable, Sendable {
    var received = 0
    var applied = 0
    var duplicate = 0
    var stale = 0
    var quarantined = 0
  }

  private(set) var standing: [SentFact.Place: Standing] = [:]

  /// Applies a batch and says its receipt, and how many rows of it are set aside under each code;
  /// facts of earlier batches that gave way are among them.
  mutating func apply(
    _ batch: SentBatch, number: Int
  ) throws -> (counts: Counts, setAside: [String: Int]) {
    var counts = Counts(received: batch.rows.count)
    var setAside: [String: Int] = [:]
    for row in batch.rows {
      if let code = row.code {
        counts.quarantined += 1
        setAside[code, default: 0] += 1
      } else if let fact = row.fact {
        try apply(fact, number, &counts, &setAside)
      }
    }
    return (counts, setAside)
  }

  private mutating func apply(
    _ fact: SentFact, _ batch: Int, _ counts: inout Counts, _ setAside: inout [String: Int]
  ) throws {
    let incoming = Standing(quantity: fact.quantity, revision: fact.revision, batch: batch)
    guard let known = standing[fact.place] else {
      counts.applied += 1
      standing[fact.place] = incoming
      return
    }
    let isSame = known.quantity == fact.quantity
    if let new = fact.revision, let old = known.revision, new != old {
      if new < old {
        counts.stale += 1
      } else if isSame {
        counts.duplicate += 1
        standing[fact.place]?.revision = new
      } else {
        counts.applied += 1
        standing[fact.place] = incoming
      }
      return
    }
    let isOrdered = fact.revision != nil && known.revision != nil
    if isSame {
      counts.duplicate += 1
      if known.revision == nil { standing[fact.place]?.revision = fact.revision }
      if fact.revision == nil { standing[fact.place]?.repeatedBy = batch }
      return
    }
    guard isOrdered || known.isTold(by: batch) else {
      counts.applied += 1
      standing[fact.place] = incoming
      return
    }
    setAside["conflicting_duplicate", default: 0] += 1
    guard try digest(fact.quantity).lexicographicallyPrecedes(digest(known.quantity)) else {
      counts.quarantined += 1
      return
    }
    standing[fact.place] = incoming
    counts.applied += 1
    guard known.isTold(by: batch) else { return }
    // The row that fell was counted when it came.
    if known.batch == batch { counts.applied -= 1 } else { counts.duplicate -= 1 }
    counts.quarantined += 1
  }

  private func digest(_ quantity: Double) throws -> [UInt8] {
    let bits = quantity.bitPattern
    let bytes = (0..<8).map { UInt8(truncatingIfNeeded: bits >> (56 - 8 * $0)) }
    return try SHA256.digest(of: bytes).bytes
  }
}
