internal import Digests
public import Inventory
public import Planning
public import Postgres

/// A location as training and status see it.
public struct LocationState: Hashable, Sendable {
  public let code: LocationCode
  public let region: RegionCode
  public let timeZone: String?
  public let freshness: Freshness
  public let completeThrough: Day?
}

/// What one run saw: an immutable place in the commit order, and the histories as of it.
public struct Dataset: Sendable {
  public let version: Int64
  public let histories: [DemandHistory]
  public let events: [CalendarEvent]
  public let prices: [Price]
  public let observations: Int
  /// SHA-256 over every series' codes, first day and values.
  public let contentDigest: [UInt8]
}

/// Reads what training needs, inside one repeatable-read transaction.
public enum DatasetStore {
  /// The civil date of a moment in a time zone (nil: the deployment's).
  public typealias CivilDay = (Instant, _ timeZone: String?) -> Day

  /// The locations that have demand, with their watermarks.
  public static func locations(in db: isolated Session) throws -> [LocationState] {
    try db.rows(
      """
      SELECT l.code::text, l.region::text, l.time_zone, l.freshness_minutes,
        (SELECT max(w.complete_through) FROM watermark w WHERE w.location_id = l.location_id)
      FROM location l WHERE l.demand_source_id IS NOT NULL
      ORDER BY l.region, l.code
      """
    ).map { row in
      LocationState(
        code: try row[0], region: try row[1], timeZone: try row[2],
        freshness: Freshness(minutes: try row[3]), completeThrough: try row[4])
    }
  }

  /// The histories of the regions' series up to a day through which all of them are complete.
  public static func dataset(
    ofRegions regions: [RegionCode], through origin: Day, civilDay: CivilDay,
    in db: isolated Session
  ) throws -> Dataset {
    let version = try BatchStore.version(in: db)
    var outlines = try outlines(ofRegions: regions, through: origin, in: db)
    try fill(&outlines, ofRegions: regions, through: origin, in: db)
    try blankQuarantined(&outlines, in: db)
    let stockouts = try stockouts(ofRegions: regions, through: origin, civilDay, in: db)
    let histories = outlines.map { outline in
      outline.history(stockouts: stockouts[outline.id] ?? [])
    }
    return Dataset(
      version: version, histories: histories,
      events: try CalendarStore.events(in: db) + closures(outlines, after: origin),
      prices: try PriceStore.prices(in: db),
      observations: histories.reduce(0) { $0 + $1.values.count },
      contentDigest: try digest(histories))
  }

  /// A series being read.
  private struct Outline {
    let id: Int32
    let series: Series
    let start: Day
    let ended: Day?
    var values: [Double]

    func history(stockouts days: [Day]) -> DemandHistory {
      let places = days.map { $0 - start }.filter { values.indices.contains($0) }
      return DemandHistory(series: series, start: start, values: values, stockouts: places)
    }
  }

  /// Every series with zeros from its first day on: a day without a row is zero demand.
  ///
  /// A series begins with the earlier of its item's launch and its first row, but not before its
  /// location's first row: what a location sold before it sent anything is unknown, not zero.
  private static func outlines(
    ofRegions regions: [RegionCode], through origin: Day, in db: isolated Session
  ) throws -> [Outline] {
    try db.rows(
      """
      SELECT s.series_id, i.code::text, l.code::text, l.region::text, i.category::text, i.ended,
        least(s.first_day, CASE WHEN i.launched IS NOT NULL THEN
          greatest(i.launched, min(s.first_day) OVER (PARTITION BY s.location_id)) END)
      FROM series s JOIN item i USING (item_id) JOIN location l USING (location_id)
      WHERE l.region = ANY (\(regions)) AND l.demand_source_id IS NOT NULL
      ORDER BY s.series_id
      """
    ).compactMap { row in
      let start: Day = try row[6]
      guard start <= origin else { return nil }
      let series = Series(
        item: try row[1], location: try row[2], region: try row[3], category: try row[4])
      return Outline(
        id: try row[0], series: series, start: start, ended: try row[5],
        values: Array(repeating: 0, count: origin - start + 1))
    }
  }

  private static func fill(
    _ outlines: inout [Outline], ofRegions regions: [RegionCode], through origin: Day,
    in db: isolated Session
  ) throws {
    // COPY takes no parameters, but a setting of the transaction does.
    try db.execute(
      """
      SELECT set_config('quartermaster.regions', \(regions)::text[]::text, true),
        set_config('quartermaster.through', \(origin)::text, true)
      """)
    var position = 0
    try withUnsafeTemporaryAllocation(of: Double.self, capacity: MonthBlock.places) { days in
      try db.copyOut(
        """
        COPY (
          SELECT m.series_id, m.month, m.quantities
          FROM demand_month m JOIN series s USING (series_id) JOIN location l USING (location_id)
          WHERE l.region = ANY (current_setting('quartermaster.regions')::text[])
            AND m.month <= current_setting('quartermaster.through')::date
          ORDER BY m.series_id, m.month
        ) TO STDOUT (FORMAT binary)
        """
      ) { row in
        let id = try row.readInt32()
        while position < outlines.count, outlines[position].id < id { position += 1 }
        guard position < outlines.count, outlines[position].id == id else { return }
        let offset = Day(ordinal: try row.readDate()) - outlines[position].start
        let count = try row.readDoubles(into: days)
        let last = outlines[position].values.count
        for place in 0..<count where !days[place].isNaN {
          if (0..<last).contains(offset + place) {
            outlines[position].values[offset + place] = days[place]
          }
        }
      }
    }
  }

  /// A day whose row waits in quarantine is missing, unless another row told it.
  private static func blankQuarantined(
    _ outlines: inout [Outline], in db: isolated Session
  ) throws {
    var positions: [Int32: Int] = [:]
    for (position, outline) in outlines.enumerated() { positions[outline.id] = position }
    let rows = try db.rows(
      """
      SELECT DISTINCT s.series_id, q.day
      FROM quarantine q
      JOIN batch b USING (batch_id)
      JOIN item i ON i.code = q.item
      JOIN location l ON l.code = q.location
      JOIN series s ON s.item_id = i.item_id AND s.location_id = l.location_id
      WHERE q.settled_at IS NULL AND b.kind = 'demand' AND q.day IS NOT NULL AND q.code <> 'conflicting_duplicate'
        AND NOT EXISTS (
          SELECT FROM demand_month m WHERE m.series_id = s.series_id
            AND m.month = date_trunc('month', q.day)::date
            AND m.quantities[extract(day FROM q.day)::integer] IS NOT NULL)
      """)
    for row in rows {
      let day: Day = try row[1]
      guard let position = positions[try row[0]] else { continue }
      let place = day - outlines[position].start
      if outlines[position].values.indices.contains(place) {
        outlines[position].values[place] = .nan
      }
    }
  }

  /// Days at whose start and end the snapshots in force both say that nothing is on hand.
  private static func stockouts(
    ofRegions regions: [RegionCode], through origin: Day, _ civilDay: CivilDay,
    in db: isolated Session
  ) throws -> [Int32: [Day]] {
    let rows = try db.rows(
      """
      SELECT series_id, time_zone, as_of, until
      FROM (
        SELECT k.series_id, l.time_zone, k.as_of, k.on_hand,
          lead(k.as_of) OVER (PARTITION BY k.series_id ORDER BY k.as_of) AS until
        FROM stock k JOIN series s USING (series_id) JOIN location l USING (location_id)
        WHERE l.region = ANY (\(regions))
      ) AS in_force
      WHERE on_hand <= 0 ORDER BY series_id, as_of
      """)
    var midnights: [Int32: Set<Day>] = [:]
    for row in rows {
      let zone: String? = try row[1]
      let from: Instant = try row[2]
      let until: Instant? = try row[3]
      // A snapshot is in force at midnight when it was taken then or before.
      let first = civilDay(Instant(microseconds: from.microseconds - 1), zone) + 1
      let last = min(
        until.map { civilDay(Instant(microseconds: $0.microseconds - 1), zone) } ?? origin + 1,
        origin + 1)
      if first <= last { midnights[try row[0], default: []].formUnion(first...last) }
    }
    return midnights.mapValues { starts in
      starts.filter { starts.contains($0 + 1) }.sorted()
    }
  }

  /// An item that has ended is not sold from the day after on.
  private static func closures(_ outlines: [Outline], after origin: Day) -> [CalendarEvent] {
    let horizon = 400
    var ended: [ItemCode: Day] = [:]
    for outline in outlines {
      guard let item = outline.series.item, let day = outline.ended else { continue }
      ended[item] = day
    }
    return ended.sorted { $0.key < $1.key }.flatMap { item, day -> [CalendarEvent] in
      let first = max(day, origin) + 1
      guard first <= origin + horizon else { return [] }
      return (first...origin + horizon).map {
        CalendarEvent(day: $0, name: "ended", kind: .closed, scope: .init(item: item))
      }
    }
  }

  private static func digest(_ histories: [DemandHistory]) throws -> [UInt8] {
    let sha = try SHA256()
    for history in histories {
      var fields = CanonicalFields()
      fields.put(history.series.item)
      fields.put(history.series.location)
      fields.put(history.series.region)
      fields.put(history.series.category)
      fields.put(history.start)
      try sha.update(fields.bytes)
      try sha.update(history.values.withUnsafeBytes { Array($0) })
      try sha.update(history.stockouts.withUnsafeBytes { Array($0) })
    }
    return try sha.digest().bytes
  }
}
