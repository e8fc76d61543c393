public import Inventory
public import Postgres

/// Terms as they stand.
public enum TermsStore {
  private struct Key: Hashable {
    let item: Int32
    let location: Int32?
  }

  /// Applies a batch's terms; rows whose item or location is unknown are set aside.
  public static func receive(
    _ rows: [ReceivedRow<Terms>], carried: [Carry<Terms>] = [], of batch: OpenBatch,
    in db: isolated Session
  ) throws -> RowOutcome {
    try db.execute("LOCK TABLE terms IN SHARE ROW EXCLUSIVE MODE")
    var intake = FactIntake<Key, Terms>()
    for (key, terms, revision) in try standing(in: db) {
      intake.table.know(key, terms, revision: revision)
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
      try receive(row, key, carried, batch, &intake)
    }
    try write(intake.table, of: batch, in: db)
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
        service_level, t.revision
      FROM \(version.rows(of: "terms")) t
      JOIN item i USING (item_id)
      LEFT JOIN \(version.rows(of: "location")) l USING (location_id)
      WHERE l.region IS NULL OR l.region = \(region)
      ORDER BY i.code, l.code
      """
    ).map { try terms($0).1 }
  }

  private static func receive(
    _ row: ReceivedRow<Terms>, _ key: Key, _ carried: [Carry<Terms>], _ batch: OpenBatch,
    _ intake: inout FactIntake<Key, Terms>
  ) throws {
    var terms = row.fact
    if let known = intake.table.standing[key]?.content {
      for carry in carried { carry(&terms, known) }
    }
    try intake.receive(
      key, terms, revision: batch.order(row.revision),
      asConflict: row.refused(
        .conflictingDuplicate, found: terms.item.text, item: terms.item, location: terms.location))
  }

  private static func standing(in db: isolated Session) throws -> [(Key, Terms, Int64?)] {
    try db.rows(
      """
      SELECT t.item_id, t.location_id, i.code::text, l.code::text, supplier, lead_time_days,
        lead_time_sd_days, review_period_days, minimum_order_quantity, order_multiple, unit_cost,
        service_level, t.revision
      FROM terms t JOIN item i USING (item_id) LEFT JOIN location l USING (location_id)
      """
    ).map(terms)
  }

  private static func terms(_ row: Row) throws -> (Key, Terms, Int64?) {
    let terms = Terms(
      item: try row[2], location: try row[3], supplier: try row[4], leadTimeDays: try row[5],
      leadTimeDeviationDays: try row[6], reviewPeriodDays: try row[7],
      minimumOrderQuantity: try row[8], orderMultiple: try row[9], unitCost: try row[10],
      serviceLevel: try row[11])
    return (Key(item: try row[0], location: try row[1]), terms, try row[12])
  }

  private static func write(
    _ table: FactTable<Key, Terms>, of batch: OpenBatch, in db: isolated Session
  ) throws {
    let facts = table.changedFacts
    guard !facts.isEmpty else { return }
    try db.execute(
      """
      INSERT INTO terms (item_id, location_id, supplier, lead_time_days, lead_time_sd_days,
        review_period_days, minimum_order_quantity, order_multiple, unit_cost, service_level,
        revision, batch_id)
      SELECT item, location, supplier, lead_time, deviation, review, minimum, multiple,
        cost::numeric, service_level, revision, \(batch.id)
      FROM unnest(\(facts.map(\.key.item)), \(facts.map(\.key.location)),
        \(facts.map(\.content.supplier)), \(facts.map(\.content.leadTimeDays)),
        \(facts.map(\.content.leadTimeDeviationDays)), \(facts.map(\.content.reviewPeriodDays)),
        \(facts.map(\.content.minimumOrderQuantity)), \(facts.map(\.content.orderMultiple)),
        \(facts.map(\.content.unitCost)), \(facts.map(\.content.serviceLevel)),
        \(facts.map(\.revision))) AS given (item, location, supplier, lead_time, deviation,
        review, minimum, multiple, cost, service_level, revision)
      ORDER BY item, location
      ON CONFLICT (item_id, location_id) DO UPDATE SET supplier = excluded.supplier,
        lead_time_days = excluded.lead_time_days, lead_time_sd_days = excluded.lead_time_sd_days,
        review_period_days = excluded.review_period_days,
        minimum_order_quantity = excluded.minimum_order_quantity,
        order_multiple = excluded.order_multiple, unit_cost = excluded.unit_cost,
        service_level = excluded.service_level, revision = excluded.revision,
        batch_id = excluded.batch_id
      """)
  }
}
