public import Inventory
public import Postgres

/// Locations as they stand.
public enum LocationStore {
  /// Applies a batch's locations; a field in `carried` keeps its standing value.
  public static func receive(
    _ rows: some Sequence<ReceivedRow<Location>>, carried: [Carry<Location>] = [],
    of batch: OpenBatch, in db: isolated Session
  ) throws -> RowOutcome {
    try db.execute("LOCK TABLE location IN SHARE ROW EXCLUSIVE MODE")
    var intake = FactIntake<LocationCode, Location>()
    for (location, revision) in try standing(in: db) {
      intake.table.know(location.code, location, revision: revision)
    }
    for row in rows {
      var location = row.fact
      if let known = intake.table.standing[location.code]?.content {
        for carry in carried { carry(&location, known) }
      }
      try intake.receive(
        location.code, location, revision: batch.order(row.revision),
        asConflict: row.refused(
          .conflictingDuplicate, found: location.code.text, location: location.code))
    }
    try write(intake.table, of: batch, in: db)
    return intake.outcome
  }

  public static func locations(
    at version: DatasetVersion = .newest, in db: isolated Session
  ) throws -> [Location] {
    try standing(at: version, in: db).map(\.0)
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
    for (location, _) in try standing(in: db) { zones[location.code] = .some(location.timeZone) }
    return zones
  }

  private static func standing(
    at version: DatasetVersion = .newest, in db: isolated Session
  ) throws -> [(Location, Int64?)] {
    try db.rows(
      """
      SELECT code::text, region::text, name, time_zone, freshness_minutes, closed_weekdays,
        revision
      FROM \(version.rows(of: "location"))
      """
    ).map { row in
      let weekdays: String? = try row[5]
      let location = Location(
        code: try row[0], region: try row[1], name: try row[2], timeZone: try row[3],
        freshness: Freshness(minutes: try row[4]), closedWeekdays: weekdays.flatMap(Weekdays.init))
      return (location, try row[6])
    }
  }

  private static func write(
    _ table: FactTable<LocationCode, Location>, of batch: OpenBatch, in db: isolated Session
  ) throws {
    let facts = table.changedFacts
    guard !facts.isEmpty else { return }
    let freshness = facts.map { Int32($0.content.freshness.minutes) }
    try db.execute(
      """
      INSERT INTO location AS known (code, region, name, time_zone, freshness_minutes,
        closed_weekdays, revision, batch_id)
      SELECT given.*, \(batch.id) FROM unnest(\(facts.map(\.content.code)),
        \(facts.map(\.content.region)), \(facts.map(\.content.name)),
        \(facts.map(\.content.timeZone)), \(freshness),
        \(facts.map(\.content.closedWeekdays?.description)), \(facts.map(\.revision))) AS given
      ORDER BY 1
      ON CONFLICT (code) DO UPDATE SET region = excluded.region, name = excluded.name,
        time_zone = excluded.time_zone, freshness_minutes = excluded.freshness_minutes,
        closed_weekdays = excluded.closed_weekdays, revision = excluded.revision, batch_id = excluded.batch_id
      """)
  }
}
