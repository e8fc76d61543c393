public import Inventory
public import Postgres

/// Terms as they stand.
public enum TermsStore {
  private struct Key: Hashable {
    let item: Int32
    let location: Int32?
  }

  /// Applies a batch's terms; rows whose item or location is unknown are set aside, and fields that
  /// a row does not speak of stay as they are.
  public static func receive(
    _ rows: [ReceivedRow<Terms>], of batch: OpenBatch, in db: isolated Session
  ) throws -> RowOutcome {
    try db.execute("LOCK TABLE terms IN SHARE ROW EXCLUSIVE MODE")
    try BatchStore.claimRevisions(batch.kinds(of: rows.lazy.map(\.revision)), for: batch, in: db)
    var intake = FactIntake<Key, Terms>(batch)
    for fact in try standing(in: db) {
      intake.know(fact.key, fact.terms, fact.revisions, batch: fact.batch)
    }
    let items = try CodeLookup.items(rows.map(\.fact.item), in: db)
    let locations = try CodeLookup.locations(rows.compactMap(\.fact.location), in: db)
    for row in rows {
      let (terms, location) = (row.fact, row.fact.location)
      guard let item = items[terms.item] else {
        intake.refuse(row.refused(.unknownItem, found: terms.item.text, item: terms.item))
        continue
      }
      if let location, locations[location] == nil {
        intake.refuse(
          row.refused(
            .unknownLocation, found: location.text, item: terms.item, location: location))
        continue
      }
      let key = Key(item: item, location: location.flatMap { locations[$0]?.id })
      try intake.receive(
        key, terms, said: row.said, revision: batch.order(row.revision),
        asConflict: row.refused(
          .conflictingDuplicate, found: terms.item.text, item: terms.item, location: location))
    }
    try write(intake.table.changedFacts, in: db)
    return intake.outcome
  }

  /// Terms that hold in a region, by item: those of a location first, those for all after.
  public static func terms(
    ofRegion region: RegionCode, at version: DatasetVersion = .newest, in db: isolated Session
  ) throws -> [Terms] {
    try db.rows(
      """
      SELECT t.item_id, t.location_id, i.code::text, l.code::text, supplier, lead_time_days,
        lead_time_sd_days, review_period_days, minimum_order_quantity, order_multiple, unit_cost,
        service_level
      FROM \(version.rows(of: "terms")) t
      JOIN item i USING (item_id)
      LEFT JOIN \(version.rows(of: "location")) l USING (location_id)
      WHERE l.region IS NULL OR l.region = \(region)
      ORDER BY i.code, l.code
      """
    ).map(terms)
  }

  private static func standing(
    in db: isolated Session
  ) throws -> [(key: Key, terms: Terms, revisions: FieldRevisions, batch: Int32)] {
    let names = Terms.fieldNames
    return try db.rows(
      """
      SELECT t.item_id, t.location_id, i.code::text, l.code::text, supplier, lead_time_days,
        lead_time_sd_days, review_period_days, minimum_order_quantity, order_multiple, unit_cost,
        service_level, t.revision, t.field_revisions::text, t.batch_id
      FROM terms t JOIN item i USING (item_id) LEFT JOIN location l USING (location_id)
      """
    ).map { row in
      let revisions = FieldRevisions(try row[12], try row[13], names: names)
      return (
        Key(item: try row[0], location: try row[1]), try terms(row), revisions, try row[14]
      )
    }
  }

  private static func terms(_ row: Row) throws -> Terms {
    Terms(
      item: try row[2], location: try row[3], supplier: try row[4], leadTimeDays: try row[5],
      leadTimeDeviationDays: try row[6], reviewPeriodDays: try row[7],
      minimumOrderQuantity: try row[8], orderMultiple: try row[9], unitCost: try row[10],
      serviceLevel: try row[11])
  }

  private static func write(
    _ facts: [FactTable<Key, Terms>.ChangedFact], in db: isolated Session
  ) throws {
    guard !facts.isEmpty else { return }
    try db.execute(
      """
      INSERT INTO terms (item_id, location_id, supplier, lead_time_days, lead_time_sd_days,
        review_period_days, minimum_order_quantity, order_multiple, unit_cost, service_level,
        revision, field_revisions, batch_id)
      SELECT item, location, supplier, lead_time, deviation, review, minimum, multiple,
        trim_scale(cost::numeric), service_level, revision, field_revisions::jsonb, batch
      FROM unnest(\(facts.map(\.key.item)), \(facts.map(\.key.location)),
        \(facts.map(\.content.supplier)), \(facts.map(\.content.leadTimeDays)),
        \(facts.map(\.content.leadTimeDeviationDays)), \(facts.map(\.content.reviewPeriodDays)),
        \(facts.map(\.content.minimumOrderQuantity)), \(facts.map(\.content.orderMultiple)),
        \(facts.map(\.content.unitCost)), \(facts.map(\.content.serviceLevel)),
        \(facts.map(\.revision)), \(facts.map(\.fieldRevisions)), \(facts.map(\.batch)))
        AS given (item, location, supplier, lead_time, deviation, review, minimum, multiple, cost,
        service_level, revision, field_revisions, batch)
      ORDER BY item, location
      ON CONFLICT (item_id, location_id) DO UPDATE SET supplier = excluded.supplier,
        lead_time_days = excluded.lead_time_days, lead_time_sd_days = excluded.lead_time_sd_days,
        review_period_days = excluded.review_period_days,
        minimum_order_quantity = excluded.minimum_order_quantity,
        order_multiple = excluded.order_multiple, unit_cost = excluded.unit_cost,
        service_level = excluded.service_level, revision = excluded.revision,
        field_revisions = excluded.field_revisions, batch_id = excluded.batch_id
      """)
  }
}
