internal import Inventory
internal import Planning
internal import Postgres

/// Reads demand as it stands, or as it stood: the one path for training and for showing.
///
/// At an earlier version the months are read as they stand, values of later batches are left out,
/// and those that they replaced are put in their place.
struct HistoryReading {
  enum Scope {
    /// Every series of the regions' locations that have demand.
    case regions([RegionCode])
    case series(Int32)
  }

  /// A series being read.
  struct Outline {
    let id: Int32
    let series: Series
    let start: Day
    let ended: Day?
    /// From `start` through the last day read.
    var values: [Double]

    /// Does nothing on other days than those read.
    mutating func set(_ value: Double, on day: Day) {
      let place = day - start
      if values.indices.contains(place) { values[place] = value }
    }

    func history(stockouts days: [Day]) -> DemandHistory {
      let places = days.map { $0 - start }.filter { values.indices.contains($0) }
      return DemandHistory(series: series, start: start, values: values, stockouts: places)
    }
  }

  let scope: Scope
  /// The last day read.
  let last: Day
  let version: DatasetVersion

  /// The series that there are, by number, every day of them as one without a row.
  ///
  /// A series begins with the earlier of its item's launch and its first row, but not before its
  /// location's first row: what a location sold before it sent anything is unknown, not zero.
  func outlines(unsaid: Double, in db: isolated Session) throws -> [Outline] {
    try db.rows(
      """
      SELECT s.series_id, i.code::text, l.code::text, l.region::text, i.category::text, i.ended,
        least(s.first_day, CASE WHEN i.launched IS NOT NULL THEN
          greatest(i.launched, s.first_of_location) END)
      FROM (
        SELECT series_id, item_id, location_id, first_day,
          min(first_day) OVER (PARTITION BY location_id) AS first_of_location
        FROM \(version.rows(of: "series")) AS known \(siblings)
      ) AS s
      JOIN \(version.rows(of: "item")) i USING (item_id)
      JOIN \(version.rows(of: "location")) l USING (location_id)
      WHERE \(isWanted) AND s.first_day < \(Day.latest)
      ORDER BY s.series_id
      """
    ).compactMap { row in
      let start: Day = try row[6]
      guard start <= last else { return nil }
      let series = Series(
        item: try row[1], location: try row[2], region: try row[3], category: try row[4])
      return Outline(
        id: try row[0], series: series, start: start, ended: try row[5],
        values: Array(repeating: unsaid, count: last - start + 1))
    }
  }

  /// Puts in what rows told.
  func fill(_ outlines: inout [Outline], in db: isolated Session) throws {
    // COPY takes no parameters, but a setting of the transaction does.
    try db.execute(
      """
      SELECT set_config('quartermaster.regions', \(regions)::text[]::text, true),
        set_config('quartermaster.through', \(last)::text, true)
      """)
    let later = try LaterBatches(than: version, in: db)
    var cursor = Cursor()
    try withUnsafeTemporaryAllocation(of: Double.self, capacity: MonthBlock.places) { days in
      try db.copyOut(
        """
        COPY (
          SELECT m.series_id, m.month, m.quantities, \(later.column)
          FROM demand_month m JOIN series s USING (series_id)
          JOIN \(version.rows(of: "location")) l USING (location_id)
          WHERE \(isWantedInCopy) AND m.month <= current_setting('quartermaster.through')::date
          ORDER BY m.series_id, m.month
        ) TO STDOUT (FORMAT binary)
        """
      ) { row in
        guard let position = cursor.position(of: try row.readInt32(), in: outlines) else { return }
        let offset = Day(ordinal: try row.readDate()) - outlines[position].start
        let count = try row.readDoubles(into: days)
        try later.blank(days, &row)
        let last = outlines[position].values.count
        for place in 0..<count where !days[place].isNaN {
          if (0..<last).contains(offset + place) {
            outlines[position].values[offset + place] = days[place]
          }
        }
      }
    }
    try putBack(&outlines, in: db)
  }

  /// Puts in what stood at the version and was replaced after it.
  private func putBack(_ outlines: inout [Outline], in db: isolated Session) throws {
    guard case .at = version else { return }
    var cursor = Cursor()
    try db.copyOut(
      """
      COPY (
        SELECT c.series_id, c.day, c.quantity
        FROM \(version.rows(of: "replaced_demand")) c JOIN series s USING (series_id)
        JOIN \(version.rows(of: "location")) l USING (location_id)
        WHERE \(isWantedInCopy) ORDER BY c.series_id
      ) TO STDOUT (FORMAT binary)
      """
    ) { row in
      guard let position = cursor.position(of: try row.readInt32(), in: outlines) else { return }
      let day = Day(ordinal: try row.readDate())
      outlines[position].set(try row.readDouble(), on: day)
    }
  }

  /// Days whose row waits in quarantine, by series.
  func waitingDays(in db: isolated Session) throws -> [Int32: Set<Day>] {
    // Codes and series are never taken away: as they stand they name those of any version. Of a
    // conflict the other fact stands; a row that lost one only when it was replayed waited before.
    try db.rows(
      """
      SELECT DISTINCT s.series_id, q.day
      FROM quarantine q
      JOIN batch b USING (batch_id)
      JOIN item i ON i.code = q.item
      JOIN location l ON l.code = q.location
      JOIN series s ON s.item_id = i.item_id AND s.location_id = l.location_id
      WHERE b.kind = 'demand' AND q.day IS NOT NULL
        AND (q.code <> 'conflicting_duplicate' OR q.attempts > 0)
        AND \(version.isWaiting) AND (\(only)::integer IS NULL OR s.series_id = \(only))
      """
    ).reduce(into: [:]) { days, row in days[try row[0], default: []].insert(try row[1]) }
  }

  /// Days with a sale or return that waits in quarantine: what other lines told of them is not all,
  /// until a later batch brings that line.
  func waitingMovements(in db: isolated Session) throws -> [Int32: Set<Day>] {
    try db.rows(
      """
      SELECT DISTINCT s.series_id, q.day
      FROM quarantine q
      JOIN batch b USING (batch_id)
      JOIN item i ON i.code = q.item
      JOIN location l ON l.code = q.location
      JOIN series s ON s.item_id = i.item_id AND s.location_id = l.location_id
      WHERE b.kind = 'movements' AND q.day IS NOT NULL
        AND (q.code <> 'conflicting_duplicate' OR q.attempts > 0)
        AND \(version.isWaiting) AND (\(only)::integer IS NULL OR s.series_id = \(only))
        AND NOT EXISTS (
          SELECT FROM movement_refused r JOIN (
            SELECT source_id, id, batch_id FROM movement
            UNION ALL SELECT source_id, id, batch_id FROM movement_change
          ) AS told ON told.source_id = b.source_id AND told.id = r.id
          JOIN batch t ON t.batch_id = told.batch_id
          WHERE r.batch_id = q.batch_id AND r.line = q.line AND told.batch_id > q.batch_id
            AND (\(place)::bigint IS NULL OR t.place <= \(place)))
      """
    ).reduce(into: [:]) { days, row in days[try row[0], default: []].insert(try row[1]) }
  }

  /// Days at whose start and end the snapshots in force both say that nothing is on hand.
  func stockouts(
    _ civilDay: DatasetStore.CivilDay, in db: isolated Session
  ) throws -> [Int32: [Day]] {
    let rows = try db.rows(
      """
      SELECT series_id, time_zone, as_of, until
      FROM (
        SELECT k.series_id, l.time_zone, k.as_of, k.on_hand,
          lead(k.as_of) OVER (PARTITION BY k.series_id ORDER BY k.as_of) AS until
        FROM \(version.rows(of: "stock")) k JOIN series s USING (series_id)
        JOIN \(version.rows(of: "location")) l USING (location_id)
        WHERE \(isWanted)
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
      let end = min(
        until.map { civilDay(Instant(microseconds: $0.microseconds - 1), zone) } ?? last + 1,
        last + 1)
      if first <= end { midnights[try row[0], default: []].formUnion(first...end) }
    }
    return midnights.mapValues { starts in
      starts.filter { starts.contains($0 + 1) }.sorted()
    }
  }
}

// MARK: - What is wanted

extension HistoryReading {
  private var regions: [RegionCode] {
    if case .regions(let regions) = scope { return regions }
    return []
  }

  private var place: Int64? {
    if case .at(let place) = version { return place }
    return nil
  }

  private var only: Int32? {
    if case .series(let id) = scope { return id }
    return nil
  }

  /// A condition on a series `s` at a location `l`.
  private var isWanted: SQL {
    switch scope {
    case .regions(let regions):
      "l.region = ANY (\(regions)) AND l.demand_source_id IS NOT NULL"
    case .series(let id): "s.series_id = \(id)"
    }
  }

  /// The same without parameters.
  private var isWantedInCopy: SQL {
    switch scope {
    case .regions:
      "l.region = ANY (current_setting('quartermaster.regions')::text[])"
    case .series(let id): "s.series_id = \(unescaped: String(id))"
    }
  }

  /// Keeps the series of the locations in question, among which a location's first day is found.
  private var siblings: SQL {
    switch scope {
    case .regions: ""
    case .series(let id):
      "WHERE location_id = (SELECT location_id FROM series WHERE series_id = \(id))"
    }
  }
}

/// Walks along outlines while rows come in the order of their series.
private struct Cursor {
  private var position = 0

  mutating func position(of id: Int32, in outlines: [HistoryReading.Outline]) -> Int? {
    while position < outlines.count, outlines[position].id < id { position += 1 }
    return position < outlines.count && outlines[position].id == id ? position : nil
  }
}

/// The batches that came after a version: their values were not known then.
private struct LaterBatches {
  private let ids: Set<Int64>?

  init(than version: DatasetVersion, in db: isolated Session) throws {
    guard case .at(let place) = version else {
      ids = nil
      return
    }
    ids = Set(
      try db.rows("SELECT batch_id::bigint FROM batch WHERE place > \(place)").map { try $0[0] })
  }

  /// Whose the values of a month `m` are; NULL where that does not matter.
  var column: SQL { ids == nil ? "NULL::bigint[]" : "m.batch_ids::bigint[]" }

  /// Reads that column and leaves out what came later.
  func blank(
    _ days: UnsafeMutableBufferPointer<Double>, _ row: inout BinaryCopyReader
  ) throws {
    guard let ids, try !row.readNull() else { return }
    try withUnsafeTemporaryAllocation(of: Int64.self, capacity: MonthBlock.places) { batches in
      let count = try row.readInt64s(into: batches)
      if count == 1 {
        if ids.contains(batches[0]) { days.update(repeating: .nan) }
        return
      }
      // Days next to each other mostly came with one batch.
      var latest = (batch: batches[0], isLater: ids.contains(batches[0]))
      for place in 0..<count {
        if batches[place] != latest.batch {
          latest = (batches[place], ids.contains(batches[place]))
        }
        if latest.isLater { days[place] = .nan }
      }
    }
  }
}
