internal import Postgres

/// Where batches stand in the order of receipt, which decides between facts without a revision.
///
/// A batch stands where it was received. A replay stands where the batch stood whose rows it brings
/// once more: so a row that waited overwrites nothing that came after it, and the end is the same
/// whenever it is replayed.
struct ReceiptOrder: Sendable {
  /// Where this batch stands.
  let own: Int32
  /// Where replays stand that were received after that place, the one at hand among them; nothing
  /// to look up for a batch that is none itself, because it comes after all others of its source.
  private let replays: [Int32: Int32]

  init(of batch: Int32) {
    own = batch
    replays = [:]
  }

  /// The order as a replay sees it.
  init(ofReplay batch: Int32, of original: Int32, source: Int32, in db: isolated Session) throws {
    own = original
    var replays: [Int32: Int32] = [batch: original]
    let rows = try db.rows(
      """
      SELECT batch_id, replays FROM batch
      WHERE replays IS NOT NULL AND batch_id > \(original) AND source_id = \(source)
      """)
    for row in rows { replays[try row[0]] = try row[1] }
    self.replays = replays
  }

  /// Where another batch stands.
  enum Place { case before, same, after }

  /// Where another batch stands, as this one sees it. For a batch that is no replay all others come
  /// before it, also those of other sources that began later and ended sooner.
  @inline(__always)
  func place(of other: Int32) -> Place {
    if other <= own || replays.isEmpty { return other == own ? .same : .before }
    let place = replays[other] ?? other
    return place == own ? .same : place > own ? .after : .before
  }
}
