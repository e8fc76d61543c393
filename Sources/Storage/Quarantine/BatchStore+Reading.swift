public import Inventory
public import Postgres

extension BatchStore {
  /// Notes how the rows of a batch are read that has some in quarantine.
  public static func note(
    _ reading: RowReading, of batch: OpenBatch, in db: isolated Session
  ) throws {
    try db.execute(
      """
      UPDATE batch SET row_format = \(reading.format), header = \(reading.header),
        mapped_columns = \(reading.mappedColumns), ignored_columns = \(reading.ignoredColumns)
      WHERE batch_id = \(batch.id)
      """)
  }

  /// Makes the batch a replay of rows of an earlier one, with that one's place in the order of
  /// receipt.
  public static func begin(
    _ batch: inout OpenBatch, asReplayOf original: Int, in db: isolated Session
  ) throws {
    // Rows that a replay set aside stand where its own rows do.
    let first: Int32 = try db.rows(
      """
      UPDATE batch SET replays =
        (SELECT coalesce(o.replays, o.batch_id) FROM batch o WHERE o.batch_id = \(original))
      WHERE batch_id = \(batch.id) RETURNING replays
      """)[0][0]
    batch.receipt = try ReceiptOrder(
      ofReplay: batch.id, of: first, source: batch.source, in: db)
  }

  /// Notes why all rows of the batch wait for a person.
  public static func hold(
    _ batch: OpenBatch, because sentence: String, in db: isolated Session
  ) throws {
    try db.execute(
      "UPDATE batch SET held_because = \(sentence) WHERE batch_id = \(batch.id)")
  }

  /// Why all rows of a batch wait for a person; nil for nearly all batches.
  public static func heldBecause(batch: Int, in db: isolated Session) throws -> String? {
    try db.rows("SELECT held_because FROM batch WHERE batch_id = \(batch)")[0][0]
  }

  /// The newest place in the commit order, and whether a batch behind a place brought items or
  /// locations.
  public static func arrivals(
    after place: Int64, in db: isolated Session
  ) throws -> (newest: Int64, any: Bool) {
    let row = try db.rows(
      """
      SELECT coalesce(max(place), \(place)),
        coalesce(bool_or(kind IN ('items', 'locations')), false)
      FROM batch WHERE place > \(place)
      """)[0]
    return (try row[0], try row[1])
  }

  /// Notes that a person confirmed the units in which the source counts from a day on.
  public static func confirmUnits(
    from day: Day, by batch: OpenBatch, in db: isolated Session
  ) throws {
    try db.execute(
      "UPDATE batch SET units_confirmed_from = \(day) WHERE batch_id = \(batch.id)")
  }
}
