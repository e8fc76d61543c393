import TestKit
import Testing

@testable import Postgres

@Suite("Reading damaged COPY data")
struct BinaryCopyReaderTests {
  /// One row of everything the reader knows, as the server sends it.
  private static let message: [UInt8] = {
    var bytes = Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    bytes += [0, 6]
    bytes += [0, 0, 0, 4, 0, 0, 1, 0]
    bytes += [0, 0, 0, 8] + [UInt8](repeating: 0, count: 8)
    bytes += [0xFF, 0xFF, 0xFF, 0xFF]
    bytes += [0, 0, 0, 2] + Array("ab".utf8)
    bytes += [0, 0, 0, 36, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 2, 0xBD, 0, 0, 0, 2, 0, 0, 0, 1]
    bytes += [0, 0, 0, 8] + [UInt8](repeating: 0, count: 8) + [0xFF, 0xFF, 0xFF, 0xFF]
    bytes += [0, 0, 0, 32, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 20, 0, 0, 0, 1, 0, 0, 0, 1]
    bytes += [0, 0, 0, 8] + [UInt8](repeating: 1, count: 8)
    return bytes + [0xFF, 0xFF]
  }()

  @Test("whole data give their row")
  func whole() throws {
    let row = try read(Self.message)
    #expect(row == [256, 946_684_800_000_000, 2, 2, 1])
  }

  @Test("data cut off anywhere are an error or no row, never a crash")
  func truncated() {
    // A header alone is a COPY without rows.
    for length in 0..<Self.message.count - 2 where length != 19 {
      #expect(throws: PostgresError.self) { try read(Array(Self.message[..<length])) }
    }
    #expect(throws: Never.self) { try read(Array(Self.message[..<19])) }
  }

  @Test("data with bytes changed are a row or an error, never a crash")
  func damaged() {
    var generator = SeededGenerator(seed: 20_160_424)
    var refused = 0
    for _ in 0..<20_000 {
      var bytes = Self.message
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        bytes[place] = UInt8.random(in: .min ... .max, using: &generator)
      }
      if case .failure = Result(catching: { try read(bytes) }) { refused += 1 }
    }
    #expect((5_000..<20_000).contains(refused))
  }

  /// What the columns of the first row hold; empty when there is no row.
  private func read(_ bytes: [UInt8]) throws -> [Int64] {
    var reader = BinaryCopyReader()
    return try bytes.withUnsafeBytes { buffer in
      reader.receive(buffer)
      guard try reader.nextRow() else { return [] }
      var values = [Int64(try reader.readInt32()), try reader.readTimestamp()]
      if try !reader.readNull() { try reader.skip() }
      values.append(Int64(try reader.readText().utf8.count))
      var doubles: [Double] = []
      values.append(Int64(try reader.readDoubles(appendingTo: &doubles)))
      var integers = [Int64](repeating: 0, count: 4)
      let count = try integers.withUnsafeMutableBufferPointer { try reader.readInt64s(into: $0) }
      values.append(Int64(count))
      while try reader.nextRow() {}
      return values
    }
  }
}
