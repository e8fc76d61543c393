public import Inventory
public import Postgres

/// Prices as they stand.
public enum PriceStore {
  private struct Key: Hashable {
    let item: Int32
    let location: Int32?
    let region: RegionCode?
    let from: Day
  }

  /// Applies a batch's prices; rows whose item or location is unknown are set aside, and a field
  /// that a row does not speak of stays as it is.
  public static func receive(
    _ rows: [ReceivedRow<Price>], of batch: OpenBatch, in db: isolated Session
  ) throws -> RowOutcome {
    try db.execute("LOCK TABLE price IN SHARE ROW EXCLUSIVE MODE")
    try BatchStore.claimRevisions(batch.kinds(of: rows.lazy.map(\.revision)), for: batch, in: db)
    var intake = FactIntake<Key, Price>(batch)
    for fact in try standing(in: db) {
      intake.know(fact.key, fact.price, fact.revisions, batch: fact.batch)
    }
    let items = try CodeLookup.items(rows.map(\.fact.item), in: db)
    let locations = try CodeLookup.locations(rows.compactMap(\.fact.location), in: db)
    for row in rows {
      let (price, location) = (row.fact, row.fact.location)
      guard let item = items[price.item] else {
        intake.refuse(row.refused(.unknownItem, found: price.item.text, item: price.item))
        continue
      }
      if let location, locations[location] == nil {
        intake.refuse(
          row.refused(
            .unknownLocation, found: location.text, item: price.item, location: location))
        continue
      }
      let key = Key(
        item: item, location: location.flatMap { locations[$0]?.id }, region: price.region,
        from: price.from)
      try intake.receive(
        key, price, said: row.said, revision: batch.order(row.revision),
        asConflict: row.refused(
          .conflictingDuplicate, found: price.amount, item: price.item, location: location,
          day: price.from))
    }
    try write(intake.table.changedFacts, in: db)
    return intake.outcome
  }

  public static func prices(
    at version: DatasetVersion = .newest, in db: isolated Session
  ) throws -> [Price] {
    try standing(at: version, in: db).map(\.price)
  }

  private static func standing(
    at version: DatasetVersion = .newest, in db: isolated Session
  ) throws -> [(key: Key, price: Price, revisions: FieldRevisions, batch: Int32)] {
    let names = Price.fieldNames
    return try db.rows(
      """
      SELECT p.item_id, p.location_id, i.code::text, l.code::text, p.region::text, p.from_day,
        p.price, p.promotion, p.revision, p.field_revisions::text, p.batch_id
      FROM \(version.rows(of: "price")) p
      JOIN item i USING (item_id)
      LEFT JOIN location l USING (location_id)
      ORDER BY i.code, l.code, p.region, p.from_day
      """
    ).map { row in
      let price = Price(
        item: try row[2], from: try row[5], amount: try row[6], location: try row[3],
        region: try row[4], isPromotion: try row[7])
      let key = Key(
        item: try row[0], location: try row[1], region: price.region, from: price.from)
      return (key, price, FieldRevisions(try row[8], try row[9], names: names), try row[10])
    }
  }

  private static func write(
    _ facts: [FactTable<Key, Price>.ChangedFact], in db: isolated Session
  ) throws {
    guard !facts.isEmpty else { return }
    try db.execute(
      """
      INSERT INTO price (item_id, location_id, region, from_day, price, promotion, revision,
        field_revisions, batch_id)
      SELECT item, location, region, from_day, trim_scale(price::numeric), promotion, revision,
        field_revisions::jsonb, batch
      FROM unnest(\(facts.map(\.key.item)), \(facts.map(\.key.location)),
        \(facts.map(\.key.region)), \(facts.map(\.key.from)), \(facts.map(\.content.amount)),
        \(facts.map(\.content.isPromotion)), \(facts.map(\.revision)),
        \(facts.map(\.fieldRevisions)), \(facts.map(\.batch)))
        AS given (item, location, region, from_day, price, promotion, revision, field_revisions,
        batch)
      ORDER BY item, location, region, from_day
      ON CONFLICT (item_id, location_id, region, from_day) DO UPDATE
        SET price = excluded.price, promotion = excluded.promotion,
        revision = excluded.revision, field_revisions = excluded.field_revisions,
        batch_id = excluded.batch_id
      """)
  }
}
