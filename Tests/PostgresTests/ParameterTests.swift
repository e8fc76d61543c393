import Postgres
import TestKit
import Testing

@Suite("Parameters and columns")
struct ParameterTests {
  @Test("every type of parameter comes back as the value it was")
  func roundTrip() async throws {
    try await withDatabase { session, _ in
      try await session.run { db in
        try expectRoundTrip(db, [true, false])
        try expectRoundTrip(db, [Int16.min, 0, .max])
        try expectRoundTrip(db, [Int32.min, -1, 0, .max])
        try expectRoundTrip(db, [Int64.min, -1, 0, .max])
        try expectRoundTrip(db, [Int.min, 0, .max])
        try expectRoundTrip(db, [Float.leastNonzeroMagnitude, -0.5, .greatestFiniteMagnitude])
        try expectRoundTrip(db, [Double.leastNonzeroMagnitude, -0.0, .pi, -.infinity])
        try expectRoundTrip(db, ["", "a", "Zürich 'ß' \u{1F6D2}", "line\nline\ttab\\"])
        try expectRoundTrip(db, [[UInt8](), [0, 255, 0], Array(0...255)])
        try expectRoundTrip(db, [-730_000, -1, 0, 10_957, 2_000_000].map(PostgresDate.init))
        try expectRoundTrip(
          db, [-62_000_000_000_000_000, -1, 0, 1_700_000_000_123_456].map(PostgresTimestamp.init))
        try expectRoundTrip(db, [[Int32](), [1, .min]])
        try expectRoundTrip(db, [[Int64](), [1, .min]])
        try expectRoundTrip(db, [[String?](), ["", nil, "NULL"], [nil]])
        try expectRoundTrip(db, [[Double?](), [1.5, nil, -0.0]])
        try expectRoundTrip(db, [[Bool](), [true, false]])
        try expectRoundTrip(db, [[PostgresDate?](), [PostgresDate(daysSince1970: 3), nil]])
        try expectRoundTrip(db, [Int?.none, 5])
        try expectRoundTrip(db, [[Double]?.none, []])
      }
    }
  }

  @Test("a NaN stays a NaN")
  func notANumber() async throws {
    try await withDatabase { session, _ in
      let value: Double = try await session.run { db in
        try #require(try db.rows("SELECT \(Double.nan)").first)[0]
      }
      #expect(value.isNaN)
    }
  }

  @Test("dates and times mean to the server what they mean here")
  func epochs() async throws {
    try await withDatabase { session, _ in
      try await session.run { db in
        let day = PostgresDate(daysSince1970: 16_915)
        let time = PostgresTimestamp(microsecondsSince1970: 1_461_479_400_000_001)
        let row = try #require(try db.rows("SELECT \(day)::text, \(time)::text").first)
        #expect(
          try row.decode(String.self, String.self) == (
            "2016-04-24", "2016-04-24 06:30:00.000001+00"
          ))
      }
    }
  }

  @Test("text that looks like SQL stays text")
  func injection() async throws {
    let hostile = ["'; DROP TABLE stock; --", "$1", "\" OR 1=1", "\\'; SELECT 1", "%s \u{0} x"]
    try await withDatabase { session, _ in
      try await session.run { db in
        try db.execute("CREATE TABLE stock (code text)")
        for text in hostile.dropLast() {
          #expect(try db.execute("INSERT INTO stock VALUES (\(text))") == 1)
        }
        let codes = try db.rows("SELECT code FROM stock").map { row -> String in try row[0] }
        #expect(codes == Array(hostile.dropLast()))
        let error = #expect(throws: PostgresError.self) {
          try db.execute("INSERT INTO stock VALUES (\(hostile[4]))")
        }
        #expect(error?.sqlState == "22021")
      }
    }
  }

  @Test("a hostile name is quoted into a harmless one")
  func identifiers() async throws {
    let name = "a\"; DROP TABLE b; --"
    try await withDatabase { session, _ in
      try await session.run { db in
        try db.execute("CREATE TABLE \(identifier: name) (\(identifier: "select") int)")
        let found: Int = try #require(
          try db.rows("SELECT count(*) FROM pg_class WHERE relname = \(name)").first)[0]
        #expect(found == 1)
      }
    }
  }

  @Test("a statement with a NUL is refused rather than cut off")
  func statementWithNUL() async throws {
    try await withDatabase { session, _ in
      try await session.run { db in
        #expect(throws: PostgresError.statementHoldsNUL) {
          try db.execute("DELETE FROM pg_class \u{0} WHERE false")
        }
        #expect(throws: PostgresError.statementHoldsNUL) { try db.script("SELECT 1; \u{0}") }
        try db.script("SELECT 1")
      }
    }
  }

  @Test("fragments keep their parameters in order")
  func fragments() async throws {
    let filter: SQL = "b = \(2) AND c = \("x")"
    let statement: SQL = "SELECT \(1), \(filter), \(4)"
    #expect(statement.text == "SELECT $1, b = $2 AND c = $3, $4")
    #expect(("a = \(1)" + filter as SQL).text == "a = $1b = $2 AND c = $3")
  }

  @Test(
    "a numeric is written as the server writes it",
    arguments: [
      "0", "0.00", "1", "-1", "10000", "100000000", "0.0001", "-0.00010000", "123456789.987654321",
      "99999999999999999999999999999999.5", "NaN", "Infinity", "-Infinity", "1200.0", "0.10",
      "50000000000000000000000",
    ])
  func numeric(text: String) async throws {
    try await withDatabase { session, _ in
      try await session.run { db in
        let value = PostgresNumeric(text)
        let row = try #require(try db.rows("SELECT \(value), \(value)::text").first)
        let (decoded, server) = try row.decode(String.self, String.self)
        #expect(decoded == server)
      }
    }
  }

  private func expectRoundTrip<Value: Parameter & ColumnValue & Equatable>(
    _ db: isolated Session, _ values: [Value]
  ) throws {
    for value in values {
      let row = try #require(try db.rows("SELECT \(value)").first)
      let decoded: Value = try row[0]
      #expect(decoded == value)
    }
  }
}
