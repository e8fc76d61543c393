import Postgres
import TestKit
import Testing

@Suite("Rows")
struct RowTests {
  @Test("a column of another type, a NULL and a missing column are errors that name it")
  func wrongColumns() async throws {
    try await withDatabase { session, _ in
      try await session.run { db in
        let statement: SQL = "SELECT 1::int4 AS few, NULL::float8 AS units, 'a' AS \"Code\""
        let row = try #require(try db.rows(statement).first)
        #expect(throws: PostgresError.columnType(column: "few", expected: "String", found: .int4)) {
          let _: String = try row[0]
        }
        #expect(throws: PostgresError.unexpectedNull(column: "units")) {
          let _: Double = try row["units"]
        }
        #expect(throws: PostgresError.noSuchColumn(name: "code")) {
          let _: String = try row["code"]
        }
        for column in [-1, 3, .max] {
          #expect(throws: PostgresError.noSuchColumn(name: String(column))) {
            let _: String = try row[column]
          }
        }
        let code: String = try row["Code"]
        let units: Double? = try row[1]
        #expect(code == "a" && units == nil)
      }
    }
  }

  @Test("an integer is read by every integer type that holds it, and by no other")
  func widths() async throws {
    try await withDatabase { session, _ in
      try await session.run { db in
        let row = try #require(try db.rows("SELECT 7::int2, 70000::int8 AS wide, -1 AS less").first)
        let (seven, wide, less) = try row.decode(Int.self, Int32.self, Int16.self)
        #expect(seven == 7 && wide == 70_000 && less == -1)
        #expect(throws: PostgresError.columnOutOfRange(column: "wide")) {
          let _: Int16 = try row[1]
        }
        #expect(throws: PostgresError.columnOutOfRange(column: "less")) {
          let _: UInt8 = try row[2]
        }
      }
    }
  }

  @Test("dates without a day, arrays of arrays and NULL elements are refused, never a crash")
  func unreadable() async throws {
    try await withDatabase { session, _ in
      try await session.run { db in
        let row = try #require(
          try db.rows(
            """
            SELECT 'infinity'::date AS d, '-infinity'::timestamptz AS t,
              ARRAY[[1, 2]] AS nested, ARRAY[1.5, NULL]::float8[] AS holed
            """
          ).first)
        #expect(throws: PostgresError.columnOutOfRange(column: "d")) {
          let _: PostgresDate = try row[0]
        }
        #expect(throws: PostgresError.columnOutOfRange(column: "t")) {
          let _: PostgresTimestamp = try row[1]
        }
        #expect(throws: PostgresError.columnMalformed(column: "nested")) {
          let _: [Int32] = try row[2]
        }
        #expect(throws: PostgresError.unexpectedNull(column: "holed")) {
          let _: [Double] = try row[3]
        }
        #expect(
          throws: PostgresError.columnType(column: "holed", expected: "Int32", found: .float8)
        ) {
          let _: [Int32?] = try row[3]
        }
      }
    }
  }

  @Test("json and jsonb are read as text")
  func json() async throws {
    try await withDatabase { session, _ in
      try await session.run { db in
        let row = try #require(try db.rows("SELECT '{\"a\":1}'::json, '{\"a\":1}'::jsonb").first)
        #expect(try row.decode(String.self, String.self) == ("{\"a\":1}", "{\"a\": 1}"))
      }
    }
  }

  @Test("rows outlive the session that fetched them")
  func outlive() async throws {
    try await withDatabase { session, _ in
      let rows = try await session.rows("SELECT n, n * 2 FROM generate_series(1, 3) AS n")
      await session.close()
      let pairs = try rows.map { row in try row.decode(Int.self, Int.self).1 }
      #expect(pairs == [2, 4, 6])
    }
  }
}
