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
  ) throws -> RowCounts {
    try db.execute("LOCK TABLE terms IN SHARE ROW EXCLUSIVE MODE")
    var reception = Reception<Key, Terms>()
    for (key, terms, revision) in try standing(in: db) {
      reception.table.know(key, terms, revision: revision)
    }
    let items = try CodeLookup.items(rows.map(\.fact.item.text), in: db)
    let locations = try CodeLookup.locations(rows.compactMap(\.fact.location?.text), in: db)
    for row in rows {
      let terms = row.fact
      guard let item = items[terms.item.text] else {
        reception.setAside(unknown("item", terms.item.text, row))
        continue
      }
      if let location = terms.location?.text, locations[location] == nil {
        reception.setAside(unknown("location", location, row))
        continue
      }
      let key = Key(item: item, location: terms.location.flatMap { locations[$0.text]?.id })
      try receive(row, key, carried, batch, &reception)
    }
    try write(reception.table, of: batch, in: db)
    try QuarantineStore.add(reception.aside, of: batch, in: db)
    return reception.counts
  }

  /// Terms that hold in a region, by item: those of a location first, those for all after.
  public static func terms(ofRegion region: RegionCode, in db: isolated Session) throws -> [Terms] {
    try db.rows(
      """
      SELECT t.item_id, t.location_id, i.code::text, l.code::text, supplier, lead_time_days,
        lead_time_sd_days, review_period_days, minimum_order_quantity, order_multiple, unit_cost,
        service_level, t.revision
      FROM terms t JOIN item i USING (item_id) LEFT JOIN location l USING (location_id)
      WHERE l.region IS NULL OR l.region = \(region)
      ORDER BY i.code, l.code
      """
    ).map { try terms($0).1 }
  }

  private static func receive(
    _ row: ReceivedRow<Terms>, _ key: Key, _ carried: [Carry<Terms>], _ batch: OpenBatch,
    _ reception: inout Reception<Key, Terms>
  ) throws {
    var terms = row.fact
    if let known = reception.table.standing[key]?.content {
      for carry in carried { carry(&terms, known) }
    }
    try reception.receive(
      key, terms, revision: batch.order(row.revision),
      asQuarantined: .conflict(
        "item", line: row.line, raw: row.raw, item: terms.item.text,
        location: terms.location?.text))
  }

  private static func unknown(
    _ field: String, _ found: String, _ row: ReceivedRow<Terms>
  ) -> QuarantinedRow {
    QuarantinedRow(
      line: row.line, code: "unknown_" + field, field: field, found: found, raw: row.raw,
      item: row.fact.item.text, location: row.fact.location?.text)
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
