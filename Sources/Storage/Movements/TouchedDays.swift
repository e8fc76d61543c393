internal import Inventory
internal import Postgres

/// What a batch's lines touched: days whose demand, and series whose stock from a moment on, must
/// be made anew. Days and ids go to temporary tables, because a file may hold any number of them.
struct TouchedDays {
  private struct DemandDay: Hashable {
    let series: Int32
    let day: Day
  }

  /// When the first day begins that was touched.
  private var since: [Int32: Instant] = [:]
  /// Series from which a line was taken away, wholly or to another day.
  private var vacated: Set<Int32> = []

  static func prepare(in db: isolated Session) throws {
    try db.script(
      """
      CREATE TEMP TABLE IF NOT EXISTS touched_demand_day (series_id integer, day date)
        ON COMMIT DROP;
      CREATE TEMP TABLE IF NOT EXISTS touched_movement (id text COLLATE "C") ON COMMIT DROP;
      CREATE TEMP TABLE IF NOT EXISTS touched_series (series_id integer, since timestamptz)
        ON COMMIT DROP;
      TRUNCATE touched_demand_day, touched_movement, touched_series
      """)
  }

  mutating func note(_ block: MovementBlock, in db: isolated Session) throws {
    var days: Set<DemandDay> = []
    var ids: [MovementID] = []
    func noteDemand(_ id: MovementID, _ series: Int32, _ day: Day) {
      days.insert(DemandDay(series: series, day: day))
      ids.append(id)
    }
    let replaced = block.replaced
    for standing in block.inserted + replaced.map(\.line) {
      let (line, movement) = (standing.line, standing.row.fact)
      touch(line.series, line.dayStart)
      if movement.kind.tellsDemand { noteDemand(movement.id, line.series, line.day) }
    }
    for (_, old) in replaced {
      touch(old.series, old.dayStart)
      vacated.insert(old.series)
      if let day = old.demandDay { noteDemand(old.movement.id, old.series, day) }
    }
    try copy(days, ids, in: db)
  }

  private mutating func touch(_ series: Int32, _ dayStart: Instant) {
    since[series] = min(since[series] ?? dayStart, dayStart)
  }

  private func copy(
    _ days: Set<DemandDay>, _ ids: [MovementID], in db: isolated Session
  ) throws {
    guard !days.isEmpty else { return }
    try db.copyIn("COPY touched_demand_day FROM STDIN (FORMAT binary)") { copy in
      for touched in days {
        try copy.row(columns: 2)
        copy.putInt32(touched.series)
        copy.putDate(daysSince1970: touched.day.ordinal)
      }
    }
    try db.copyIn("COPY touched_movement FROM STDIN (FORMAT binary)") { copy in
      for id in ids {
        try copy.row(columns: 1)
        copy.putText(id.text)
      }
    }
  }

  /// After the last block: which series were touched, and from when on.
  func writeSeries(in db: isolated Session) throws {
    try db.copyIn("COPY touched_series FROM STDIN (FORMAT binary)") { copy in
      for (series, instant) in since.sorted(by: { $0.key < $1.key }) {
        try copy.row(columns: 2)
        copy.putInt32(series)
        copy.putTimestamp(microsecondsSince1970: instant.microseconds)
      }
    }
    try db.script("ANALYZE touched_demand_day; ANALYZE touched_movement; ANALYZE touched_series")
  }

  /// A series begins with its first line, or its first demand or stock from elsewhere.
  func moveFirstDays(
    from keptFrom: Day, calendar: CivilCalendar, in db: isolated Session
  ) throws {
    try db.execute(
      """
      UPDATE series s SET first_day = line.day
      FROM touched_series t CROSS JOIN LATERAL (
        SELECT m.day FROM movement m WHERE m.series_id = t.series_id ORDER BY m.at LIMIT 1
      ) AS line
      WHERE s.series_id = t.series_id AND line.day < s.first_day
      """)
    guard !vacated.isEmpty else { return }
    let rows = try db.rows(
      """
      SELECT s.series_id, s.first_day, l.time_zone,
        (SELECT m.day FROM movement m WHERE m.series_id = s.series_id ORDER BY m.at LIMIT 1),
        (SELECT min(k.as_of) FROM stock k WHERE k.series_id = s.series_id),
        (SELECT min(d.month + (q.place - 1)::integer)
          FROM demand_month d CROSS JOIN LATERAL unnest(d.quantities)
            WITH ORDINALITY AS q (quantity, place)
          WHERE d.series_id = s.series_id AND q.quantity IS NOT NULL)
      FROM series s JOIN location l USING (location_id)
      WHERE s.series_id = ANY (\(vacated.sorted())) AND s.first_day >= \(keptFrom)
      """)
    var moved: [(series: Int32, day: Day)] = []
    for row in rows {
      let stock: Instant? = try row[4]
      let zone: String? = try row[2]
      let days: [Day?] = [try row[3], stock.map { calendar.day($0, zone) }, try row[5]]
      // A series that nothing speaks of any more has not begun.
      let first = days.compactMap { $0 }.min() ?? .latest
      if first != (try row[1] as Day) { moved.append((try row[0], first)) }
    }
    try db.execute(
      """
      UPDATE series s SET first_day = moved.day
      FROM unnest(\(moved.map(\.series)), \(moved.map(\.day))) AS moved (series_id, day)
      WHERE s.series_id = moved.series_id
      """)
  }
}
