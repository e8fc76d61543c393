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

  /// What is said of a price; "1.50" and "1.5" say the same.
  struct Content: FactContent {
    var amount: String
    var isPromotion: Bool

    static func == (left: Content, right: Content) -> Bool {
      Double(left.amount) == Double(right.amount) && left.isPromotion == right.isPromotion
    }

    var canonicalBytes: [UInt8] {
      var fields = CanonicalFields()
      fields.put(Double(amount))
      return fields.bytes + [isPromotion ? 1 : 0]
    }
  }

  /// Applies a batch's prices; rows whose item or location is unknown are set aside.
  public static func receive(
    _ rows: [ReceivedRow<Price>], carried: [Carry<Price>] = [], of batch: OpenBatch,
    in db: isolated Session
  ) throws -> RowOutcome {
    try db.execute("LOCK TABLE price IN SHARE ROW EXCLUSIVE MODE")
    var intake = FactIntake<Key, Content>()
    for (key, price, revision) in try standing(in: db) {
      intake.table.know(key, content(price), revision: revision)
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
      try receive(row, key, carried, batch, &intake)
    }
    try write(intake.table, of: batch, in: db)
    return intake.outcome
  }

  public static func prices(
    at version: DatasetVersion = .newest, in db: isolated Session
  ) throws -> [Price] {
    try standing(at: version, in: db).map(\.1)
  }

  private static func receive(
    _ row: ReceivedRow<Price>, _ key: Key, _ carried: [Carry<Price>], _ batch: OpenBatch,
    _ intake: inout FactIntake<Key, Content>
  ) throws {
    var price = row.fact
    if let known = intake.table.standing[key]?.content {
      let before = Price(
        item: price.item, from: price.from, amount: known.amount, location: price.location,
        region: price.region, isPromotion: known.isPromotion)
      for carry in carried { carry(&price, before) }
    }
    try intake.receive(
      key, content(price), revision: batch.order(row.revision),
      asConflict: row.refused(
        .conflictingDuplicate, found: price.amount, item: price.item, location: price.location,
        day: price.from))
  }

  private static func content(_ price: Price) -> Content {
    Content(amount: price.amount, isPromotion: price.isPromotion)
  }

  private static func standing(
    at version: DatasetVersion = .newest, in db: isolated Session
  ) throws -> [(Key, Price, Int64?)] {
    try db.rows(
      """
      SELECT p.item_id, p.location_id, i.code::text, l.code::text, p.region::text, p.from_day,
        p.price, p.promotion, p.revision
      FROM \(version.rows(of: "price")) p JOIN item i USING (item_id) LEFT JOIN location l USING (location_id)
      ORDER BY i.code, l.code, p.region, p.from_day
      """
    ).map { row in
      let price = Price(
        item: try row[2], from: try row[5], amount: try row[6], location: try row[3],
        region: try row[4], isPromotion: try row[7])
      let key = Key(
        item: try row[0], location: try row[1], region: price.region, from: price.from)
      return (key, price, try row[8])
    }
  }

  private static func write(
    _ table: FactTable<Key, Content>, of batch: OpenBatch, in db: isolated Session
  ) throws {
    let facts = table.changedFacts
    guard !facts.isEmpty else { return }
    try db.execute(
      """
      INSERT INTO price (item_id, location_id, region, from_day, price, promotion, revision,
        batch_id)
      SELECT item, location, region, from_day, price::numeric, promotion, revision, \(batch.id)
      FROM unnest(\(facts.map(\.key.item)), \(facts.map(\.key.location)),
        \(facts.map(\.key.region)), \(facts.map(\.key.from)), \(facts.map(\.content.amount)),
        \(facts.map(\.content.isPromotion)), \(facts.map(\.revision)))
        AS given (item, location, region, from_day, price, promotion, revision)
      ORDER BY item, location, region, from_day
      ON CONFLICT (item_id, location_id, region, from_day) DO UPDATE
        SET price = excluded.price, promotion = excluded.promotion,
        revision = excluded.revision, batch_id = excluded.batch_id
      """)
  }
}
