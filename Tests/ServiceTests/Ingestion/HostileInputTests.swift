import TestKit
import Testing

@testable import Service

@Suite("Hostile input")
struct HostileInputTests {
  @Test("the same bytes in pieces of any size give the same rows", arguments: 0..<150)
  func splitAnywhere(seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    let bytes = seed % 2 == 0 ? hostileCSV(&random) : hostileNDJSON(&random)
    let whole = outcome(bytes, step: 65_536)
    for step in [1, 2, 3, 7, 64] { #expect(outcome(bytes, step: step) == whole, "step \(step)") }
  }

  @Test("CSV rows are what a literal reading character by character says", arguments: 0..<150)
  func literal(seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    let rows = (0..<20).map { _ in
      (0..<3).map { _ in randomField(&random) }
    }
    let lineEnd = ["\n", "\r\n", "\r"][Int(random.next() % 3)]
    let lines = rows.map { $0.map { quoted($0, &random) }.joined(separator: ",") }
    let text = (["item,day,quantity"] + lines).joined(separator: lineEnd)
    let fields = try readRows(text).map { row in
      guard case .fields(let fields, line: _) = row else { return [String]() }
      return fields
    }
    #expect(fields == rows)
  }

  @Test("random bytes after a good header never stop the reader", arguments: 0..<100)
  func randomBytes(seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    let noise = (0..<2000).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    let header = Array("item,day,quantity\n".utf8)
    let rows = try readRows(header + noise + Array("\nlast,2026-01-01,1".utf8))
    let tail = rows.suffix(2).contains { row in
      guard case .fields(let fields, line: _) = row else { return false }
      return fields == ["last", "2026-01-01", "1"]
    }
    #expect(tail)
  }

  @Test("demand of random text gives every line a fact or a rejection", arguments: 0..<50)
  func everyLine(seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    let pool = Array("A,1-0 2026.e\"é".utf8)
    var lines: [String] = []
    for _ in 0..<200 {
      let length = Int(random.next() % 30) + 1
      let bytes = (0..<length).map { _ in pool[Int(random.next() % UInt64(pool.count))] }
      lines.append("x" + String(decoding: bytes, as: UTF8.self))
    }
    let text = "item,location,day,quantity\n" + lines.joined(separator: "\n")
    var reader = try DemandReader(ByteSource(.chunks([Array(text.utf8)])))
    var block = DemandBlock()
    var starts: Set<Int> = []
    while try reader.read(into: &block) {
      starts.formUnion(block.lines.map(Int.init))
      starts.formUnion(block.rejections.map(\.line))
      #expect(block.rejections.allSatisfy { !$0.raw.isEmpty && !$0.sentence.isEmpty })
    }
    // A quoted field may join lines; it takes a quote right after a comma to do so.
    let joined = lines.filter { $0.contains(",\"") }.count
    #expect(starts.count <= 200)
    if joined == 0 { #expect(starts.count == 200) }
    #expect(starts.isSubset(of: Set(2...201)))
  }
}

/// The rows, or the failure that refused the file.
private enum Outcome: Hashable {
  case rows([ReadRow])
  case failure(ReadFailure)
}

private func outcome(_ bytes: [UInt8], step: Int) -> Outcome {
  do {
    return .rows(try readRows(bytes, step: step))
  } catch let failure as ReadFailure {
    return .failure(failure)
  } catch {
    return .failure(.outOfMemory)
  }
}

/// Text in which quotes, commas, line ends and broken UTF-8 are likely.
private func hostileCSV(_ random: inout SeededGenerator) -> [UInt8] {
  let pool: [[UInt8]] = [
    Array("\"".utf8), Array("\"\"".utf8), Array(",".utf8), Array("\n".utf8), Array("\r\n".utf8),
    Array("\r".utf8), Array("abcdefghijk".utf8), Array("é".utf8), [0xE9], Array("1".utf8), [0],
    Array(",\"".utf8), Array("\",".utf8), Array("A,2026-01-02,3\n".utf8),
  ]
  return (0..<120).reduce(into: Array("item,day,quantity\n".utf8)) { text, _ in
    text += pool[Int(random.next() % UInt64(pool.count))]
  }
}

private func hostileNDJSON(_ random: inout SeededGenerator) -> [UInt8] {
  let pool: [[UInt8]] = [
    Array("\"item\"".utf8), Array(":".utf8), Array(",".utf8), Array("{".utf8), Array("}".utf8),
    Array("\n".utf8), Array("\r\n".utf8), Array("1.5e3".utf8), Array("\\u00e9".utf8), [0xE9],
    Array("null".utf8), Array("{\"item\":\"A\",\"quantity\":".utf8),
    Array("\"\\ud83d\\ude00\"".utf8),
    Array("{\"item\":\"A\",\"day\":\"x\"}\n".utf8), Array("[".utf8), Array(" ".utf8),
  ]
  return (0..<120).reduce(into: Array("{\"item\":\"first\"}\n".utf8)) { text, _ in
    text += pool[Int(random.next() % UInt64(pool.count))]
  }
}

private func randomField(_ random: inout SeededGenerator) -> String {
  let pool = ["a", "bc", "12345678", "\"", ",", "\n", "\r\n", "\r", "é", "😀", " "]
  let count = Int(random.next() % 5) + 1
  return (0..<count).map { _ in pool[Int(random.next() % UInt64(pool.count))] }.joined()
}

/// Quoted where it must be, and sometimes where it need not.
private func quoted(_ field: String, _ random: inout SeededGenerator) -> String {
  let special = field.unicodeScalars.contains { "\",\n\r".unicodeScalars.contains($0) }
  guard special || random.next() % 3 == 0 else { return field }
  return "\"" + field.replacing("\"", with: "\"\"") + "\""
}
