public import Inventory
public import Postgres

/// Items as they stand.
public enum ItemStore {
  /// Applies a batch's items; fields that a row does not speak of stay as they are.
  public static func receive(
    _ rows: some Sequence<ReceivedRow<Item>>, of batch: OpenBatch, in db: isolated Session
  ) throws -> RowOutcome {
    try db.execute("LOCK TABLE item IN SHARE ROW EXCLUSIVE MODE")
    try BatchStore.claimRevisions(batch.kinds(of: rows.lazy.map(\.revision)), for: batch, in: db)
    var intake = FactIntake<ItemCode, Item>(batch)
    for fact in try standing(in: db) {
      intake.know(fact.item.code, fact.item, fact.revisions, batch: fact.batch)
    }
    for row in rows {
      let item = row.fact
      try intake.receive(
        item.code, item, said: row.said, revision: batch.order(row.revision),
        asConflict: row.refused(
          .conflictingDuplicate, found: item.code.text, item: item.code))
    }
    try write(intake.table.changedFacts, in: db)
    return intake.outcome
  }

  public static func items(
    at version: DatasetVersion = .newest, in db: isolated Session
  ) throws -> [Item] {
    try standing(at: version, in: db).map(\.item)
  }

  private static func standing(
    at version: DatasetVersion = .newest, in db: isolated Session
  ) throws -> [(item: Item, revisions: FieldRevisions, batch: Int32)] {
    let names = Item.fieldNames
    return try db.rows(
      """
      SELECT code::text, name, category::text, unit, pack_size, launched, ended,
        predecessor::text, revision, field_revisions::text, batch_id
      FROM \(version.rows(of: "item"))
      """
    ).map { row in
      let item = Item(
        code: try row[0], name: try row[1], category: try row[2], unit: try row[3],
        packSize: try row[4], launched: try row[5], ended: try row[6], predecessor: try row[7])
      return (item, FieldRevisions(try row[8], try row[9], names: names), try row[10])
    }
  }

  private static func write(
    _ facts: [FactTable<ItemCode, Item>.ChangedFact], in db: isolated Session
  ) throws {
    guard !facts.isEmpty else { return }
    try db.execute(
      """
      INSERT INTO item AS known (code, name, category, unit, pack_size, launched, ended,
        predecessor, revision, field_revisions, batch_id)
      SELECT code, name, category, unit, pack_size, launched, ended, predecessor, revision,
        field_revisions::jsonb, batch
      FROM unnest(\(facts.map(\.content.code)),
        \(facts.map(\.content.name)), \(facts.map(\.content.category)),
        \(facts.map(\.content.unit)), \(facts.map(\.content.packSize)),
        \(facts.map(\.content.launched)), \(facts.map(\.content.ended)),
        \(facts.map(\.content.predecessor)), \(facts.map(\.revision)),
        \(facts.map(\.fieldRevisions)), \(facts.map(\.batch)))
        AS given (code, name, category, unit, pack_size, launched, ended, predecessor, revision,
        field_revisions, batch)
      ORDER BY code
      ON CONFLICT (code) DO UPDATE SET name = excluded.name, category = excluded.category,
        unit = excluded.unit, pack_size = excluded.pack_size, launched = excluded.launched,
        ended = excluded.ended, predecessor = excluded.predecessor, revision = excluded.revision,
        field_revisions = excluded.field_revisions, batch_id = excluded.batch_id
      """)
  }
}
