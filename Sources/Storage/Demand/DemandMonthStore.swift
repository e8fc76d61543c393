internal import Inventory
internal import Postgres

/// The month arrays in the database.
enum DemandMonthStore {
  /// Loads those rows of the block, from a position on, that the database has.
  static func load(
    into block: inout MonthBlock, from first: Int, in db: isolated Session
  ) throws {
    guard first < block.keys.count else { return }
    let series = block.keys[first...].map(\.series)
    let months = block.keys[first...].map { Day(ordinal: $0.month) }
    let rows = try db.rows(
      """
      SELECT m.series_id, m.month, m.quantities, m.batch_ids, m.revisions
      FROM unnest(\(series), \(months)) AS wanted (series_id, month)
      JOIN demand_month m USING (series_id, month)
      """)
    for row in rows {
      let month: Day = try row[1]
      let quantities: [Double?] = try row[2]
      block.load(
        MonthBlock.Key(series: try row[0], month: month.ordinal),
        quantities: quantities.map { $0 ?? .nan }, batches: try row[3], revisions: try row[4])
    }
  }

  /// Writes the rows that changed, in key order, and the values that do not stand.
  static func write(_ block: MonthBlock, in db: isolated Session) throws {
    let changed = block.keys.indices.filter { block.isChanged[$0] }
    let ordered = changed.sorted { block.keys[$0] < block.keys[$1] }
    try insert(block, ordered.filter { !block.isStored[$0] }, in: db)
    try update(block, ordered.filter { block.isStored[$0] }, in: db)
    try log(block, in: db)
    try noteDays(block, changed, in: db)
  }

  /// Writes the values that do not stand.
  static func log(_ block: MonthBlock, in db: isolated Session) throws {
    try log(block.changes, of: block.batch, in: db)
    try logLate(block.late, of: block.batch, in: db)
  }

  /// Notes on which days the locations sent anything.
  private static func noteDays(
    _ block: MonthBlock, _ rows: [Int], in db: isolated Session
  ) throws {
    guard !rows.isEmpty else { return }
    let series = rows.map { block.keys[$0].series }
    let months = rows.map { Day(ordinal: block.keys[$0].month) }
    let days = rows.map(block.toldDays)
    try db.execute(
      """
      INSERT INTO location_month AS known (location_id, month, days)
      SELECT s.location_id, given.month, bit_or(given.days)
      FROM unnest(\(series), \(months), \(days)) AS given (series_id, month, days)
      JOIN series s USING (series_id)
      WHERE given.days > 0
      GROUP BY s.location_id, given.month
      ORDER BY s.location_id, given.month
      ON CONFLICT (location_id, month) DO UPDATE SET days = known.days | excluded.days
      WHERE known.days | excluded.days <> known.days
      """)
  }

  private static func insert(
    _ block: MonthBlock, _ rows: [Int], in db: isolated Session
  ) throws {
    guard !rows.isEmpty else { return }
    try copy(
      block, rows,
      into: """
        COPY demand_month (series_id, month, quantities, batch_ids, revisions)
        FROM STDIN (FORMAT binary)
        """, in: db)
  }

  private static func update(
    _ block: MonthBlock, _ rows: [Int], in db: isolated Session
  ) throws {
    guard !rows.isEmpty else { return }
    try db.script(
      """
      CREATE TEMP TABLE IF NOT EXISTS changed_month (LIKE demand_month) ON COMMIT DROP;
      TRUNCATE changed_month
      """)
    try copy(
      block, rows,
      into: """
        COPY changed_month (series_id, month, quantities, batch_ids, revisions)
        FROM STDIN (FORMAT binary)
        """, in: db)
    try db.execute(
      """
      UPDATE demand_month m SET quantities = c.quantities, batch_ids = c.batch_ids,
        revisions = c.revisions
      FROM changed_month c WHERE m.series_id = c.series_id AND m.month = c.month
      """)
  }

  private static func copy(
    _ block: MonthBlock, _ rows: [Int], into statement: SQL, in db: isolated Session
  ) throws {
    try db.copyIn(statement) { copy in
      for position in rows {
        let row = block.storedRow(position)
        try copy.row(columns: 5)
        copy.putInt32(block.keys[position].series)
        copy.putDate(daysSince1970: block.keys[position].month)
        row.quantities.withUnsafeBufferPointer { copy.putDoubles($0) }
        row.batches.withUnsafeBufferPointer { copy.putInt32s($0) }
        put(row.revisions, into: &copy)
      }
    }
  }

  private static func put(_ revisions: ArraySlice<Int64>?, into copy: inout BinaryCopyWriter) {
    guard let revisions else { return copy.putNull() }
    if revisions.contains(MonthBlock.noRevision) {
      copy.put(revisions.map { $0 == MonthBlock.noRevision ? nil : $0 })
    } else {
      revisions.withUnsafeBufferPointer { copy.putInt64s($0) }
    }
  }

  private static func log(
    _ changes: [MonthBlock.Change], of batch: Int32, in db: isolated Session
  ) throws {
    guard !changes.isEmpty else { return }
    try db.copyIn(
      """
      COPY demand_change (series_id, day, quantity, batch_id, revision, replaced_by)
      FROM STDIN (FORMAT binary)
      """
    ) { copy in
      for change in changes {
        try copy.row(columns: 6)
        copy.putInt32(change.series)
        copy.putDate(daysSince1970: change.day)
        copy.putDouble(change.quantity)
        copy.putInt32(change.batch)
        copy.put(change.revision)
        copy.putInt32(batch)
      }
    }
  }

  /// A late value that is in the day's life already, with a revision as high, is not logged again.
  private static func logLate(
    _ late: [MonthBlock.LateKey: Int64], of batch: Int32, in db: isolated Session
  ) throws {
    guard !late.isEmpty else { return }
    let values = late.map { (key: $0.key, revision: $0.value) }
    let revisions = values.map { $0.revision == MonthBlock.noRevision ? nil : $0.revision }
    try db.execute(
      """
      INSERT INTO demand_change (series_id, day, quantity, batch_id, revision)
      SELECT series, day, quantity, \(batch), revision
      FROM unnest(\(values.map(\.key.series)), \(values.map { Day(ordinal: $0.key.day) }),
        \(values.map(\.key.quantity)), \(revisions)) AS given (series, day, quantity, revision)
      WHERE NOT EXISTS (
        SELECT FROM demand_change c
        WHERE c.series_id = series AND c.day = given.day AND c.quantity = given.quantity
          AND coalesce(c.revision >= given.revision, given.revision IS NULL))
      ORDER BY series, day, quantity
      """)
  }
}
