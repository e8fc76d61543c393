import Postgres
import TestKit
import Testing

@Suite("COPY")
struct CopyTests {
  struct Refused: Error {}

  @Test("extremes of every type survive a binary COPY in and out")
  func extremes() async throws {
    let doubles: [[Double]] = [
      [], [.nan], [0, -0.0, .pi, .nan, .infinity], [.leastNonzeroMagnitude],
    ]
    try await withDatabase { session, _ in
      try await session.run { db in
        try db.script(
          """
          CREATE TABLE wide (small int2, few int4, many int8, narrow float4, units float8, flag bool,
            code text, day date, moment timestamptz, series float8[], thousandths int8[])
          """)
        let stored = try db.copyIn("COPY wide FROM STDIN (FORMAT binary)") { writer in
          for (index, values) in doubles.enumerated() {
            try writer.row(columns: 11)
            writer.putInt16(index == 0 ? .min : .max)
            writer.putInt32(index == 0 ? .min : .max)
            writer.putInt64(index == 0 ? .min : .max)
            writer.putFloat(.greatestFiniteMagnitude)
            writer.putDouble(-.greatestFiniteMagnitude)
            writer.putBool(index == 0)
            writer.putText(index == 0 ? "" : "Zürich\t\\N\n\u{1F6D2}")
            writer.putDate(daysSince1970: index == 0 ? -25_567 : 84_005)
            writer.putTimestamp(microsecondsSince1970: index == 0 ? -1 : 1_700_000_000_000_000)
            writer.putDoubles(values)
            writer.putInt64s(index == 0 ? [] : [.min, 0, .max])
          }
          try writer.row(columns: 11)
          for _ in 0..<11 { writer.putNull() }
        }
        #expect(stored == 5)
        var read = 0
        try db.copyOut("COPY (SELECT * FROM wide) TO STDOUT (FORMAT binary)") { reader in
          defer { read += 1 }
          guard read < 4 else {
            for _ in 0..<11 { #expect(try reader.readNull()) }
            return
          }
          let isFirst = read == 0
          #expect(try reader.readInt16() == (isFirst ? .min : .max))
          #expect(try reader.readInt32() == (isFirst ? .min : .max))
          #expect(try reader.readInt64() == (isFirst ? .min : .max))
          #expect(try reader.readFloat() == .greatestFiniteMagnitude)
          #expect(try reader.readDouble() == -.greatestFiniteMagnitude)
          #expect(try reader.readBool() == isFirst)
          #expect(try reader.readText() == (isFirst ? "" : "Zürich\t\\N\n\u{1F6D2}"))
          #expect(try reader.readDate() == (isFirst ? -25_567 : 84_005))
          #expect(try reader.readTimestamp() == (isFirst ? -1 : 1_700_000_000_000_000))
          var series = [Double](repeating: 7, count: 6)
          let count = try series.withUnsafeMutableBufferPointer { try reader.readDoubles(into: $0) }
          #expect(series[..<count].map(\.bitPattern) == doubles[read].map(\.bitPattern))
          var thousandths = [Int64](repeating: 7, count: 3)
          let length = try thousandths.withUnsafeMutableBufferPointer {
            try reader.readInt64s(into: $0)
          }
          #expect(Array(thousandths[..<length]) == (isFirst ? [] : [.min, 0, .max]))
        }
        #expect(read == 5)
      }
    }
  }

  @Test("what is written by COPY is what a query reads, missing days as NULL")
  func agreesWithQuery() async throws {
    try await withDatabase { session, _ in
      try await session.run { db in
        try db.script("CREATE TABLE history (day date, units float8[], pack int4[])")
        try db.copyIn("COPY history FROM STDIN (FORMAT binary)") { writer in
          try writer.row(columns: 3)
          writer.put(PostgresDate(daysSince1970: 16_915))
          writer.putDoubles([1, .nan, 3])
          writer.putInt32s([4, 5])
        }
        let row = try #require(try db.rows("SELECT day::text, units, pack FROM history").first)
        let (day, units, pack) = try row.decode(String.self, [Double?].self, [Int32].self)
        #expect(day == "2016-04-24" && units == [1, nil, 3] && pack == [4, 5])
      }
    }
  }

  @Test("rows far beyond the buffer arrive whole and in order")
  func volume() async throws {
    let rows = 100_000
    try await withDatabase { session, _ in
      try await session.run { db in
        try db.script("CREATE TABLE fact (n int8, units float8[], note text)")
        var generator = SeededGenerator(seed: 1)
        let values = (0..<5_000).map { _ in Double.random(in: 0..<1, using: &generator) }
        let stored = try db.copyIn("COPY fact FROM STDIN (FORMAT binary)") { writer in
          for index in 0..<rows {
            try writer.row(columns: 3)
            writer.putInt64(Int64(index))
            writer.putDoubles(index % 10_000 == 0 ? values : [1])
            if index % 50_000 == 0 {
              writer.putText(String(repeating: "x", count: 1_000_000))
            } else {
              writer.putNull()
            }
          }
        }
        #expect(stored == rows)
        var expected: Int64 = 0
        var series: [Double] = []
        try db.copyOut("COPY (SELECT n, units FROM fact) TO STDOUT (FORMAT binary)") { reader in
          let number = try reader.readInt64()
          #expect(number == expected)
          if expected % 10_000 == 0 {
            series.removeAll(keepingCapacity: true)
            #expect(try reader.readDoubles(appendingTo: &series) == 5_000)
            #expect(series == values)
          }
          expected += 1
        }
        #expect(expected == Int64(rows))
      }
    }
  }

  @Test("a writer that throws stores nothing, and the session goes on")
  func writerThrows() async throws {
    try await withDatabase { session, _ in
      try await session.run { db in
        try db.script("CREATE TABLE fact (n int8)")
        #expect(throws: Refused.self) {
          try db.copyIn("COPY fact FROM STDIN (FORMAT binary)") { writer in
            try writer.row(columns: 1)
            writer.putInt64(1)
            throw Refused()
          }
        }
        let stored = try db.rows("SELECT n FROM fact")
        #expect(stored.isEmpty)
      }
    }
  }

  @Test("what the server refuses in the middle of a COPY is the error that is thrown")
  func serverRefuses() async throws {
    try await withDatabase { session, _ in
      try await session.run { db in
        try db.script("CREATE TABLE fact (n int8 CONSTRAINT small CHECK (n < 100))")
        let error = #expect(throws: PostgresError.self) {
          try db.copyIn("COPY fact FROM STDIN (FORMAT binary)") { writer in
            for value in 0..<2_000_000 {
              try writer.row(columns: 1)
              writer.putInt64(Int64(value))
            }
          }
        }
        #expect(error?.sqlState == "23514" && error?.constraint == "small")
        let stored = try db.rows("SELECT n FROM fact")
        #expect(stored.isEmpty)
      }
    }
  }

  @Test("a reader that throws cancels the rest, and the session goes on")
  func readerThrows() async throws {
    try await withDatabase { session, _ in
      try await session.run { db in
        let statement: SQL =
          "COPY (SELECT generate_series(1, 1000000000)) TO STDOUT (FORMAT binary)"
        #expect(throws: Refused.self) {
          try db.copyOut(statement) { reader in
            if try reader.readInt32() == 3 { throw Refused() }
          }
        }
        let rows = try db.execute("SELECT 1")
        #expect(rows == 1)
      }
    }
  }

  @Test("an error of the query behind a COPY is thrown after its rows")
  func queryFails() async throws {
    try await withDatabase { session, _ in
      try await session.run { db in
        let statement: SQL =
          "COPY (SELECT 10 / (5 - n) FROM generate_series(1, 9) AS n) TO STDOUT (FORMAT binary)"
        let error = #expect(throws: PostgresError.self) { try db.copyOut(statement) { _ in } }
        #expect(error?.sqlState == "22012")
        try db.script("SELECT 1")
      }
    }
  }

  @Test("a connection that breaks in a COPY is lost, whichever way the rows go")
  func connectionBreaks() async throws {
    try await withDatabase { session, target in
      // The session ends itself in the middle, as if somebody had ended it.
      try await session.script(
        """
        CREATE TABLE fact (n int8);
        CREATE FUNCTION fall() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          IF NEW.n = 50000 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF;
          RETURN NEW; END $$;
        CREATE TRIGGER fall BEFORE INSERT ON fact FOR EACH ROW EXECUTE FUNCTION fall();
        """)
      let inward = await #expect(throws: PostgresError.self) {
        try await session.copyIn("COPY fact FROM STDIN (FORMAT binary)") { writer in
          for value in 0..<2_000_000 {
            try writer.row(columns: 1)
            writer.putInt64(Int64(value))
          }
        }
      }
      #expect(inward?.isConnectionLoss == true && inward?.isTransient == true)

      let other = try await Session.connect(target)
      let outward = await #expect(throws: PostgresError.self) {
        try await other.copyOut(
          """
          COPY (SELECT n = 5000 AND pg_terminate_backend(pg_backend_pid())
            FROM generate_series(1, 9000) AS n) TO STDOUT (FORMAT binary)
          """
        ) { reader in try reader.skip() }
      }
      #expect(outward?.isConnectionLoss == true)
    }
  }

  @Test("columns read as the wrong type, past the end or into too short a buffer are errors")
  func misread() async throws {
    try await withDatabase { session, _ in
      try await session.run { db in
        let statement: SQL =
          "COPY (SELECT 1::int4, NULL::int8, ARRAY[1, 2]::float8[]) TO STDOUT (FORMAT binary)"
        try db.copyOut(statement) { reader in
          #expect(throws: PostgresError.unexpectedNull(column: "1")) {
            _ = try reader.readInt32()
            _ = try reader.readInt64()
          }
          try reader.skip()
          var short = [0.0]
          #expect(throws: PostgresError.columnOutOfRange(column: "2")) {
            _ = try short.withUnsafeMutableBufferPointer { try reader.readDoubles(into: $0) }
          }
          #expect(throws: PostgresError.noSuchColumn(name: "3")) { _ = try reader.readBool() }
        }
        try db.copyOut(statement) { reader in
          #expect(throws: PostgresError.columnMalformed(column: "0")) { _ = try reader.readInt64() }
        }
        try db.copyOut("COPY (SELECT '{1}'::int8[]) TO STDOUT (FORMAT binary)") { reader in
          var values: [Double] = []
          #expect(throws: PostgresError.columnMalformed(column: "0")) {
            try reader.readDoubles(appendingTo: &values)
          }
        }
      }
    }
  }

  @Test("a COPY is refused where it does not belong, and the session goes on")
  func misplaced() async throws {
    try await withDatabase { session, _ in
      try await session.run { db in
        try db.script("CREATE TABLE fact (n int8)")
        #expect(throws: PostgresError.self) { try db.execute("COPY fact FROM STDIN") }
        #expect(throws: PostgresError.self) { try db.execute("COPY fact TO STDOUT") }
        #expect(throws: PostgresError.self) { try db.copyIn("SELECT 1") { _ in } }
        #expect(throws: PostgresError.self) { try db.copyIn("COPY fact FROM STDIN") { _ in } }
        #expect(throws: PostgresError.self) { try db.copyOut("COPY fact TO STDOUT") { _ in } }
        #expect(throws: PostgresError.self) { try db.copyIn("COPY missing FROM STDIN") { _ in } }
        #expect(throws: PostgresError.copyHasParameters(statement: "COPY fact FROM $1")) {
          try db.copyIn("COPY fact FROM \("x")") { _ in }
        }
        let rows = try db.execute("SELECT 1")
        #expect(rows == 1)
      }
    }
  }
}
