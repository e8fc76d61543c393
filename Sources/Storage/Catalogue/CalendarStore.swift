public import Inventory
public import Postgres

/// Calendar events as they stand.
public enum CalendarStore {
  /// An event's day, name and scope; what is said of it is its kind.
  private struct Key: Hashable {
    let day: Day
    let name: String
    let scope: CalendarEvent.Scope
  }

  public static func receive(
    _ rows: some Sequence<ReceivedRow<CalendarEvent>>, of batch: OpenBatch,
    in db: isolated Session
  ) throws -> RowOutcome {
    try db.execute("LOCK TABLE calendar_event IN SHARE ROW EXCLUSIVE MODE")
    try BatchStore.claimRevisions(batch.kinds(of: rows.lazy.map(\.revision)), for: batch, in: db)
    var intake = FactIntake<Key, CalendarEvent.Kind>(batch)
    for fact in try standing(in: db) {
      intake.know(key(fact.event), fact.event.kind, fact.revisions, batch: fact.batch)
    }
    for row in rows {
      try intake.receive(
        key(row.fact), row.fact.kind, revision: batch.order(row.revision),
        asConflict: row.refused(
          .conflictingDuplicate, found: row.fact.kind.rawValue, day: row.fact.day))
    }
    try write(intake.table.changedFacts, in: db)
    return intake.outcome
  }

  public static func events(
    at version: DatasetVersion = .newest, in db: isolated Session
  ) throws -> [CalendarEvent] {
    try standing(at: version, in: db).map(\.event)
  }

  private static func key(_ event: CalendarEvent) -> Key {
    Key(day: event.day, name: event.name, scope: event.scope)
  }

  private static func standing(
    at version: DatasetVersion = .newest, in db: isolated Session
  ) throws -> [(event: CalendarEvent, revisions: FieldRevisions, batch: Int32)] {
    try db.rows(
      """
      SELECT day, name, kind, region::text, location::text, item::text, category::text, revision,
        batch_id
      FROM \(version.rows(of: "calendar_event"))
      ORDER BY day, name, region, location, item, category
      """
    ).map { row in
      let kind: String = try row[2]
      let scope = CalendarEvent.Scope(
        region: try row[3], location: try row[4], item: try row[5], category: try row[6])
      let event = CalendarEvent(
        day: try row[0], name: try row[1], kind: CalendarEvent.Kind(rawValue: kind) ?? .event,
        scope: scope)
      return (event, FieldRevisions(try row[7], count: 1), try row[8])
    }
  }

  private static func write(
    _ facts: [FactTable<Key, CalendarEvent.Kind>.ChangedFact], in db: isolated Session
  ) throws {
    guard !facts.isEmpty else { return }
    try db.execute(
      """
      INSERT INTO calendar_event (day, name, kind, region, location, item, category, revision,
        batch_id)
      SELECT given.* FROM unnest(\(facts.map(\.key.day)), \(facts.map(\.key.name)),
        \(facts.map(\.content.rawValue)), \(facts.map(\.key.scope.region)),
        \(facts.map(\.key.scope.location)), \(facts.map(\.key.scope.item)),
        \(facts.map(\.key.scope.category)), \(facts.map(\.revision)), \(facts.map(\.batch)))
        AS given
      ORDER BY 1, 2
      ON CONFLICT (day, name, region, location, item, category) DO UPDATE
        SET kind = excluded.kind, revision = excluded.revision, batch_id = excluded.batch_id
      """)
  }
}
