public import Inventory
public import Postgres

/// A line of a file that is set aside, as far as its name could be read.
public struct WaitingMovement: Hashable, Sendable {
  let line: Int
  let id: MovementID

  public init(line: Int, id: MovementID) {
    self.line = line
    self.id = id
  }
}

/// The lines of the journals as they stand.
public enum MovementStore {
  /// The first day that lines may say. Held until the transaction ends: no line is pruned while
  /// demand and stock are made from lines.
  static func keptFrom(in db: isolated Session) throws -> Day {
    try db.execute("LOCK TABLE movement_floor IN SHARE MODE")
    return try db.rows("SELECT kept_from FROM movement_floor")[0][0]
  }

  /// Deletes lines of days before one, at most so many, and says how many there were. From the
  /// first call on, lines of those days are refused; demand and stock stay as they are.
  public static func prune(
    before day: Day, limit: Int, in db: isolated Session
  ) throws -> Int {
    try db.execute("UPDATE movement_floor SET kept_from = greatest(kept_from, \(day))")
    return try db.execute(
      """
      DELETE FROM movement WHERE (source_id, id) IN (
        SELECT source_id, id FROM movement WHERE day < \(day) LIMIT \(limit))
      """)
  }

  /// Remembers which lines the rows set aside would have been.
  static func note(
    _ waiting: [WaitingMovement], of batch: OpenBatch, in db: isolated Session
  ) throws {
    guard !waiting.isEmpty else { return }
    try db.execute(
      """
      INSERT INTO movement_refused (batch_id, line, id)
      SELECT \(batch.id), given.* FROM unnest(\(waiting.map { Int64($0.line) }),
        \(waiting.map(\.id))) AS given
      ON CONFLICT DO NOTHING
      """)
  }

  /// Tells the block what stands under the ids.
  static func load(
    _ ids: [MovementID], into block: inout MovementBlock, of batch: OpenBatch,
    dayStart: (LocationCode, Day) -> Instant, in db: isolated Session
  ) throws {
    let rows = try db.rows(
      """
      SELECT m.id::text, m.kind, i.code::text, l.code::text, m.at, m.day, m.is_plain_day,
        m.quantity, m.undoes::text, m.series_id, m.demand_day, m.revision, m.batch_id
      FROM unnest(\(ids)) AS wanted (id)
      JOIN movement m ON m.source_id = \(batch.source) AND m.id = wanted.id
      JOIN series s USING (series_id)
      JOIN item i USING (item_id)
      JOIN location l USING (location_id)
      """)
    for row in rows {
      let day: Day = try row[5]
      let isPlainDay: Bool = try row[6]
      let kind: String = try row[1]
      let movement = Movement(
        id: try row[0], kind: try MovementStore.kind(kind), item: try row[2],
        location: try row[3], at: isPlainDay ? .day(day) : .moment(try row[4]),
        quantity: try row[7], undoes: try row[8])
      block.know(
        MovementBlock.StoredLine(
          movement: movement, series: try row[9], day: day,
          dayStart: dayStart(movement.location, day), demandDay: try row[10],
          revision: try row[11], batch: try row[12]))
    }
  }

  private static func kind(_ word: String) throws -> Movement.Kind {
    guard let kind = Movement.Kind(rawValue: word) else {
      throw StorageError.unknownWord(table: "movement")
    }
    return kind
  }

  /// Writes what the block set, and keeps what it replaced.
  static func write(
    _ block: MovementBlock, of batch: OpenBatch, in db: isolated Session
  ) throws {
    try insert(block.inserted, of: batch, in: db)
    try replace(block.replaced.map(\.line), of: batch, in: db)
    let revised = block.revised
    guard !revised.isEmpty else { return }
    try db.execute(
      """
      UPDATE movement m SET revision = revised.revision
      FROM unnest(\(revised.map(\.id)), \(revised.map(\.revision))) AS revised (id, revision)
      WHERE m.source_id = \(batch.source) AND m.id = revised.id
      """)
  }

  private static func insert(
    _ lines: [MovementBlock.Standing], of batch: OpenBatch, in db: isolated Session
  ) throws {
    guard !lines.isEmpty else { return }
    try copy(
      lines, of: batch,
      into: """
        COPY movement (source_id, id, kind, series_id, at, day, is_plain_day, quantity, undoes,
          demand_day, revision, batch_id)
        FROM STDIN (FORMAT binary)
        """, in: db)
  }

  private static func replace(
    _ lines: [MovementBlock.Standing], of batch: OpenBatch, in db: isolated Session
  ) throws {
    guard !lines.isEmpty else { return }
    try db.script(
      """
      CREATE TEMP TABLE IF NOT EXISTS changed_movement (LIKE movement) ON COMMIT DROP;
      TRUNCATE changed_movement
      """)
    try copy(
      lines, of: batch,
      into: """
        COPY changed_movement (source_id, id, kind, series_id, at, day, is_plain_day, quantity,
          undoes, demand_day, revision, batch_id)
        FROM STDIN (FORMAT binary)
        """, in: db)
    try db.execute(
      """
      INSERT INTO movement_change (source_id, id, kind, series_id, at, is_plain_day, quantity,
        undoes, revision, batch_id, replaced_by)
      SELECT m.source_id, m.id, m.kind, m.series_id, m.at, m.is_plain_day, m.quantity, m.undoes,
        m.revision, m.batch_id, c.batch_id
      FROM changed_movement c JOIN movement m USING (source_id, id)
      WHERE m.batch_id <> c.batch_id
      """)
    try db.execute(
      """
      UPDATE movement m SET kind = c.kind, series_id = c.series_id, at = c.at, day = c.day,
        is_plain_day = c.is_plain_day, quantity = c.quantity, undoes = c.undoes,
        demand_day = c.demand_day, revision = c.revision, batch_id = c.batch_id
      FROM changed_movement c WHERE m.source_id = c.source_id AND m.id = c.id
      """)
  }

  private static func copy(
    _ lines: [MovementBlock.Standing], of batch: OpenBatch, into statement: SQL,
    in db: isolated Session
  ) throws {
    try db.copyIn(statement) { copy in
      for standing in lines {
        let (line, movement) = (standing.line, standing.row.fact)
        try copy.row(columns: 12)
        copy.putInt32(batch.source)
        copy.putText(movement.id.text)
        copy.putText(movement.kind.rawValue)
        copy.putInt32(line.series)
        copy.putTimestamp(microsecondsSince1970: line.at.microseconds)
        copy.putDate(daysSince1970: line.day.ordinal)
        if case .day = movement.at { copy.putBool(true) } else { copy.putBool(false) }
        copy.putDouble(movement.quantity)
        copy.put(movement.undoes)
        copy.put(movement.kind.tellsDemand ? line.day : nil)
        copy.put(standing.revision)
        copy.putInt32(batch.id)
      }
    }
  }
}
