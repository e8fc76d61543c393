public import Inventory
public import Postgres

/// Items as they stand.
public enum ItemStore {
  /// Applies a batch's items; a field in `carried` keeps its standing value.
  public static func receive(
    _ rows: some Sequence<ReceivedRow<Item>>, carried: [Carry<Item>] = [], of batch: OpenBatch,
    in db: isolated Session
  ) throws -> RowOutcome {
    try db.execute("LOCK TABLE item IN SHARE ROW EXCLUSIVE MODE")
    var intake = FactIntake<ItemCode, Item>()
    for (item, revision) in try standing(in: db) {
      intake.table.know(item.code, item, revision: revision)
    }
    for row in rows {
      var item = row.fact
      if let known = intake.table.standing[item.code]?.content {
        for carry in carried { carry(&item, known) }
      }
      try intake.receive(
        item.code, item, revision: batch.order(row.revision),
        asConflict: row.refused(
          .conflictingDuplicate, found: item.code.text, item: item.code))
    }
    try write(intake.table, of: batch, in: db)
    return intake.outcome
  }

  public static func items(
    at version: DatasetVersion = .newest, in db: isolated Session
  ) throws -> [Item] {
    try standing(at: version, in: db).map(\.0)
  }

  private static func standing(
    at version: DatasetVersion = .newest, in db: isolated Session
  ) throws -> [(Item, Int64?)] {
    try db.rows(
      """
      SELECT code::text, name, category::text, unit, pack_size, launched, ended,
        predecessor::text, revision
      FROM \(version.rows(of: "item"))
      """
    ).map { row in
      let item = Item(
        code: try row[0], name: try row[1], category: try row[2], unit: try row[3],
        packSize: try row[4], launched: try row[5], ended: try row[6], predecessor: try row[7])
      return (item, try row[8])
    }
  }

  private static func write(
    _ table: FactTable<ItemCode, Item>, of batch: OpenBatch, in db: isolated Session
  ) throws {
    let facts = table.changedFacts
    guard !facts.isEmpty else { return }
    try db.execute(
      """
      INSERT INTO item AS known (code, name, category, unit, pack_size, launched, ended,
        predecessor, revision, batch_id)
      SELECT given.*, \(batch.id) FROM unnest(\(facts.map(\.content.code)),
        \(facts.map(\.content.name)), \(facts.map(\.content.category)),
        \(facts.map(\.content.unit)), \(facts.map(\.content.packSize)),
        \(facts.map(\.content.launched)), \(facts.map(\.content.ended)),
        \(facts.map(\.content.predecessor)), \(facts.map(\.revision))) AS given
      ORDER BY 1
      ON CONFLICT (code) DO UPDATE SET name = excluded.name, category = excluded.category,
        unit = excluded.unit, pack_size = excluded.pack_size, launched = excluded.launched,
        ended = excluded.ended, predecessor = excluded.predecessor, revision = excluded.revision,
        batch_id = excluded.batch_id
      """)
  }
}
