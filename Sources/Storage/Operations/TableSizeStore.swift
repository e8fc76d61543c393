public import Postgres

/// How much room a table takes.
public struct TableSize: Hashable, Sendable {
  public let table: String
  /// As PostgreSQL last estimated; nil while it never did.
  public let rows: Int?
  public let heapBytes: Int
  public let indexBytes: Int
  /// Values too long for a row, with their index.
  public let toastBytes: Int

  public init(table: String, rows: Int?, heapBytes: Int, indexBytes: Int, toastBytes: Int) {
    self.table = table
    self.rows = rows
    self.heapBytes = heapBytes
    self.indexBytes = indexBytes
    self.toastBytes = toastBytes
  }

  public var bytes: Int { heapBytes + indexBytes + toastBytes }
}

public enum TableSizeStore {
  /// Every table of this program, the largest first.
  public static func sizes(in db: isolated Session) throws -> [TableSize] {
    try db.rows(
      """
      SELECT c.relname::text, nullif(c.reltuples, -1)::bigint,
        pg_table_size(c.oid) - coalesce(pg_total_relation_size(nullif(c.reltoastrelid, 0)), 0),
        pg_indexes_size(c.oid),
        coalesce(pg_total_relation_size(nullif(c.reltoastrelid, 0)), 0)
      FROM pg_class c
      WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace
      ORDER BY pg_total_relation_size(c.oid) DESC, c.relname
      """
    ).map { row in
      try TableSize(
        table: row[0], rows: row[1], heapBytes: row[2], indexBytes: row[3], toastBytes: row[4])
    }
  }
}
