public import Inventory
public import Postgres

/// A snapshot row of one item at one location.
public struct StockFact: Hashable, Sendable {
  public let item: ItemCode
  public let location: LocationCode
  public let snapshot: StockSnapshot

  public init(item: ItemCode, location: LocationCode, snapshot: StockSnapshot) {
    self.item = item
    self.location = location
    self.snapshot = snapshot
  }
}

/// Stock snapshots.
public enum StockStore {
  private struct Key: Hashable {
    let series: Int32
    let asOf: Instant
  }

  private typealias Intake = FactIntake<Key, StockSnapshot>

  /// Applies a block of a batch's snapshots. Rows whose item or location is unknown, or whose
  /// moment has not come yet at the location, are set aside.
  ///
  /// - Parameters:
  ///   - units: what each row is counted in, by the table; nil for the item's own unit.
  ///   - firstDay: the first day that is kept; earlier snapshots are refused.
  ///   - lastMoment: the end of today in a time zone; later snapshots are refused.
  ///   - civilDay: the civil date of a moment in a time zone (nil: the deployment's).
  public static func receive(
    _ rows: [ReceivedRow<StockFact>], units: [String?] = [], table: UnitTable = UnitTable(),
    of batch: OpenBatch, firstDay: (_ timeZone: String?) -> Day = { _ in .earliest },
    lastMoment: (_ timeZone: String?) -> Instant, civilDay: DatasetStore.CivilDay,
    in db: isolated Session
  ) throws -> RowOutcome {
    var conversion = UnitConversion(table)
    let (rows, uncounted) = try conversion.convert(rows, units: units, in: db)
    let items = try CodeLookup.items(rows.map(\.fact.item), in: db)
    let locations = try CodeLookup.locations(rows.map(\.fact.location), in: db)
    try SeriesStore.claim(
      Set(locations.values.map(\.id)), as: .stock, for: batch, in: db)
    try BatchStore.claimRevisions(batch.kinds(of: rows.lazy.map(\.revision)), for: batch, in: db)
    var intake = Intake(batch, keepsFallen: true)
    for row in uncounted { intake.refuse(row) }
    var admitted: [(row: ReceivedRow<StockFact>, pair: SeriesStore.Pair)] = []
    var firstDays: [SeriesStore.Pair: Day] = [:]
    for row in rows {
      guard let item = items[row.fact.item] else {
        intake.refuse(row.refused(.unknownItem, found: row.fact.item.text))
        continue
      }
      guard let location = locations[row.fact.location] else {
        intake.refuse(row.refused(.unknownLocation, found: row.fact.location.text))
        continue
      }
      let asOf = row.fact.snapshot.asOf
      let last = lastMoment(location.timeZone)
      guard asOf <= last else {
        let reason = RefusalReason.futureDay(
          column: "as_of", today: civilDay(last, location.timeZone))
        intake.refuse(row.refused(reason, found: asOf.description))
        continue
      }
      let pair = SeriesStore.Pair(item: item, location: location.id)
      let day = civilDay(asOf, location.timeZone)
      let first = firstDay(location.timeZone)
      guard day >= first else {
        intake.refuse(
          row.refused(.beforeRetention(column: "as_of", earliest: first), found: day.description))
        continue
      }
      firstDays[pair] = min(firstDays[pair] ?? day, day)
      admitted.append((row, pair))
    }
    let series = try SeriesStore.resolve(firstDays, in: db)
    let keyed = admitted.compactMap { admission in
      series[admission.pair].map {
        (admission.row, Key(series: $0, asOf: admission.row.fact.snapshot.asOf))
      }
    }
    try know(keyed.map(\.1), &intake, in: db)
    for (row, key) in keyed {
      try intake.receive(
        key, row.fact.snapshot, revision: batch.order(row.revision),
        asConflict: row.refused(
          .conflictingDuplicate, found: String(row.fact.snapshot.onHand)))
    }
    try write(intake.table.changedFacts, in: db)
    try log(intake.table.fallen ?? [], of: batch, in: db)
    return intake.outcome
  }

  /// The newest snapshot of each series of a region not after a moment.
  public static func newest(
    inRegion region: RegionCode, notAfter now: Instant, in db: isolated Session
  ) throws -> [StockFact] {
    try db.rows(
      """
      SELECT DISTINCT ON (s.series_id) i.code::text, l.code::text, k.as_of, k.on_hand,
        k.on_order, k.reserved
      FROM series s
      JOIN location l USING (location_id)
      JOIN item i USING (item_id)
      JOIN stock k USING (series_id)
      WHERE l.region = \(region) AND k.as_of <= \(now)
      ORDER BY s.series_id, k.as_of DESC
      """
    ).map { row in
      StockFact(
        item: try row[0], location: try row[1],
        snapshot: StockSnapshot(
          asOf: try row[2], onHand: try row[3], onOrder: try row[4], reserved: try row[5]))
    }
  }

  private static func know(
    _ keys: [Key], _ intake: inout Intake, in db: isolated Session
  ) throws {
    let rows = try db.rows(
      """
      SELECT k.series_id, k.as_of, k.on_hand, k.on_order, k.reserved, k.revision, k.batch_id
      FROM (SELECT DISTINCT * FROM unnest(\(keys.map(\.series)), \(keys.map(\.asOf))))
        AS wanted (series_id, as_of)
      JOIN stock k USING (series_id, as_of)
      """)
    for row in rows {
      let key = Key(series: try row[0], asOf: try row[1])
      let snapshot = StockSnapshot(
        asOf: key.asOf, onHand: try row[2], onOrder: try row[3], reserved: try row[4])
      intake.know(key, snapshot, FieldRevisions(try row[5], count: 1), batch: try row[6])
    }
  }

  private static func write(
    _ facts: [FactTable<Key, StockSnapshot>.ChangedFact], in db: isolated Session
  ) throws {
    guard !facts.isEmpty else { return }
    try db.execute(
      """
      INSERT INTO stock (series_id, as_of, on_hand, on_order, reserved, revision, batch_id)
      SELECT given.* FROM unnest(\(facts.map(\.key.series)),
        \(facts.map(\.key.asOf)), \(facts.map(\.content.onHand)),
        \(facts.map(\.content.onOrder)), \(facts.map(\.content.reserved)),
        \(facts.map(\.revision)), \(facts.map(\.batch))) AS given
      ORDER BY 1, 2
      ON CONFLICT (series_id, as_of) DO UPDATE SET on_hand = excluded.on_hand,
        on_order = excluded.on_order, reserved = excluded.reserved, revision = excluded.revision,
        batch_id = excluded.batch_id
      """)
  }

  /// Logs what was replaced, and what came late or lost a conflict unless the log has it already.
  private static func log(
    _ fallen: [FactTable<Key, StockSnapshot>.Fallen], of batch: OpenBatch, in db: isolated Session
  ) throws {
    guard !fallen.isEmpty else { return }
    let replacers = fallen.map { $0.hasStood ? batch.id : nil }
    try db.execute(
      """
      INSERT INTO stock_change (series_id, as_of, on_hand, on_order, reserved, revision, batch_id,
        replaced_by)
      SELECT series, as_of, on_hand, on_order, reserved, max(revision), min(batch), replaced_by
      FROM unnest(\(fallen.map(\.key.series)), \(fallen.map(\.key.asOf)),
        \(fallen.map(\.content.onHand)), \(fallen.map(\.content.onOrder)),
        \(fallen.map(\.content.reserved)), \(fallen.map(\.revision)), \(fallen.map(\.batch)),
        \(replacers)) AS given (series, as_of, on_hand, on_order, reserved, revision, batch,
        replaced_by)
      WHERE replaced_by IS NOT NULL OR NOT EXISTS (
        SELECT FROM stock_change c
        WHERE c.series_id = series AND c.as_of = given.as_of AND c.on_hand = given.on_hand
          AND c.on_order = given.on_order AND c.reserved = given.reserved
          AND coalesce(c.revision >= given.revision, given.revision IS NULL))
      GROUP BY series, as_of, on_hand, on_order, reserved, replaced_by
      """)
  }
}

extension ReceivedRow<StockFact> {
  fileprivate func refused(_ reason: RefusalReason, found: String) -> RefusedRow {
    refused(reason, found: found, item: fact.item, location: fact.location)
  }
}
