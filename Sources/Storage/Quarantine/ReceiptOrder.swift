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

  /// Whether the other batch was received after this one.
  func isBefore(_ other: Int32) -> Bool { other > own && (replays[other] ?? other) > own }

  /// Whether both stand at the same place: one is the other, or they bring rows of the same batch.
  func isSame(_ other: Int32) -> Bool { other == own || (other > own && replays[other] == own) }
}
