public import Postgres

extension QuarantineStore {
  /// Rows in the order in which they were set aside.
  public static func records(
    _ query: QuarantineQuery, in db: isolated Session
  ) throws -> [QuarantineRecord] {
    try db.rows(
      """
      SELECT q.quarantine_id, q.batch_id, s.code::text, b.kind, b.key, b.received_at, q.line,
        q.code, q.field, q.message, q.raw, q.own_header, q.is_description, q.item::text,
        q.location::text, q.day, q.attempts, b.row_format, b.header, b.mapped_columns,
        b.ignored_columns, b.held_because, q.settlement, q.settled_at, q.settled_by,
        q.settled_by_person, q.settled_because, q.correction, b.mapping_version
      FROM quarantine q JOIN batch b USING (batch_id) JOIN source s USING (source_id)
      WHERE q.quarantine_id > \(query.after)
        AND (\(query.includesSettled) OR q.settled_at IS NULL)
        \(narrowed(query))
      ORDER BY q.quarantine_id LIMIT \(query.limit)
      """
    ).map(record)
  }

  /// How many rows wait, by code, the most first.
  public static func waitingByCode(
    _ query: QuarantineQuery, in db: isolated Session
  ) throws -> [(code: String, rows: Int)] {
    try db.rows(
      """
      SELECT q.code, count(*)
      FROM quarantine q JOIN batch b USING (batch_id) JOIN source s USING (source_id)
      WHERE q.settled_at IS NULL \(narrowed(query))
      GROUP BY q.code ORDER BY count(*) DESC, q.code
      """
    ).map { (try $0[0], try $0[1]) }
  }

  /// Conditions for what the query asks for, so that each plan is made for just those.
  static func narrowed(_ query: QuarantineQuery) -> SQL {
    var conditions: SQL = ""
    if let ids = query.ids { conditions = conditions + " AND q.quarantine_id = ANY (\(ids))" }
    if let source = query.source { conditions = conditions + " AND s.code = \(source)" }
    if let code = query.code { conditions = conditions + " AND q.code = \(code)" }
    if let item = query.item { conditions = conditions + " AND q.item = \(item)" }
    if let location = query.location {
      conditions = conditions + " AND q.location = \(location)"
    }
    if let batch = query.batch { conditions = conditions + " AND q.batch_id = \(batch)" }
    return conditions
  }

  private static func record(_ row: Row) throws -> QuarantineRecord {
    let header: String? = try row[11]
    let isDescription: Bool = try row[12]
    let substitute = isDescription ? .description : header.map { Substitute.row(header: $0) }
    return QuarantineRecord(
      id: try row[0],
      row: QuarantinedRow(
        line: try row[6], code: try row[7], field: try row[8], message: try row[9],
        raw: try row[10], substitute: substitute, item: try row[13], location: try row[14],
        day: try row[15]),
      batch: try row[1], source: try row[2], kind: try row[3], key: try row[4],
      receivedAt: try row[5], reading: try reading(row), heldBecause: try row[21],
      attempts: try row[16], end: try end(row))
  }

  private static func reading(_ row: Row) throws -> RowReading? {
    guard let format: String = try row[17] else { return nil }
    return RowReading(
      format: format, header: try row[18], mappedColumns: try row[19],
      ignoredColumns: try row[20], mappingVersion: try row[28])
  }

  private static func end(_ row: Row) throws -> QuarantineRecord.End? {
    guard let word: String = try row[22] else { return nil }
    guard let settlement = Settlement(rawValue: word) else {
      throw StorageError.unknownWord(table: "quarantine")
    }
    return QuarantineRecord.End(
      settlement: settlement, at: try row[23], batch: try row[24], by: try row[25],
      because: try row[26], correction: try row[27])
  }
}
