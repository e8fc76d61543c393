public import Inventory
public import Postgres

/// Locations as they stand.
public enum LocationStore {
  /// Applies a batch's locations; fields that a row does not speak of stay as they are.
  public static func receive(
    _ rows: some Sequence<ReceivedRow<Location>>, of batch: OpenBatch, in db: isolated Session
  ) throws -> RowOutcome {
    try db.execute("LOCK TABLE location IN SHARE ROW EXCLUSIVE MODE")
    try BatchStore.claimRevisions(batch.kinds(of: rows.lazy.map(\.revision)), for: batch, in: db)
    var intake = FactIntake<LocationCode, Location>(batch)
    for fact in try standing(in: db) {
      intake.know(fact.location.code, fact.location, fact.revisions, batch: fact.batch)
    }
    for row in rows {
      let location = row.fact
      try intake.receive(
        location.code, location, said: row.said, revision: batch.order(row.revision),
        asConflict: row.refused(
          .conflictingDuplicate, found: location.code.text, location: location.code))
    }
    try write(intake.table.changedFacts, in: db)
    return intake.outcome
  }

  public static func locations(
    at version: DatasetVersion = .newest, in db: isolated Session
  ) throws -> [Location] {
    try db.rows(
      """
      SELECT code::text, region::text, name, time_zone, freshness_minutes, closed_weekdays
      FROM \(version.rows(of: "location"))
      """
    ).map(location)
  }

  /// The region that a location is in; nil where it is not known.
  public static func region(
    of location: LocationCode, in db: isolated Session
  ) throws -> RegionCode? {
    try db.rows("SELECT region::text FROM location WHERE code = \(location)").first.map {
      try $0[0]
    }
  }

  /// Every location's time zone; nil for the deployment's.
  public static func timeZones(in db: isolated Session) throws -> [LocationCode: String?] {
    var zones: [LocationCode: String?] = [:]
    for location in try locations(in: db) { zones[location.code] = .some(location.timeZone) }
    return zones
  }

  private static func standing(
    in db: isolated Session
  ) throws -> [(location: Location, revisions: FieldRevisions, batch: Int32)] {
    let names = Location.fieldNames
    return try db.rows(
      """
      SELECT code::text, region::text, name, time_zone, freshness_minutes, closed_weekdays,
        revision, field_revisions::text, batch_id
      FROM location
      """
    ).map { row in
      let revisions = FieldRevisions(try row[6], try row[7], names: names)
      return (try location(row), revisions, try row[8])
    }
  }

  private static func location(_ row: Row) throws -> Location {
    let weekdays: String? = try row[5]
    return Location(
      code: try row[0], region: try row[1], name: try row[2], timeZone: try row[3],
      freshness: Freshness(minutes: try row[4]), closedWeekdays: weekdays.flatMap(Weekdays.init))
  }

  private static func write(
    _ facts: [FactTable<LocationCode, Location>.ChangedFact], in db: isolated Session
  ) throws {
    guard !facts.isEmpty else { return }
    let freshness = facts.map { Int32($0.content.freshness.minutes) }
    try db.execute(
      """
      INSERT INTO location AS known (code, region, name, time_zone, freshness_minutes,
        closed_weekdays, revision, field_revisions, batch_id)
      SELECT code, region, name, time_zone, freshness_minutes, closed_weekdays, revision,
        field_revisions::jsonb, batch
      FROM unnest(\(facts.map(\.content.code)),
        \(facts.map(\.content.region)), \(facts.map(\.content.name)),
        \(facts.map(\.content.timeZone)), \(freshness),
        \(facts.map(\.content.closedWeekdays?.description)), \(facts.map(\.revision)),
        \(facts.map(\.fieldRevisions)), \(facts.map(\.batch)))
        AS given (code, region, name, time_zone, freshness_minutes, closed_weekdays, revision,
        field_revisions, batch)
      ORDER BY code
      ON CONFLICT (code) DO UPDATE SET region = excluded.region, name = excluded.name,
        time_zone = excluded.time_zone, freshness_minutes = excluded.freshness_minutes,
        closed_weekdays = excluded.closed_weekdays, revision = excluded.revision,
        field_revisions = excluded.field_revisions, batch_id = excluded.batch_id
      """)
  }
}
