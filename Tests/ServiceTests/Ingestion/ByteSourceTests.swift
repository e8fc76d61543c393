import Digests
import Foundation
import Testing

@testable import Service

@Suite("Sources of bytes")
struct ByteSourceTests {
  @Test("gzip is told by its bytes, and both forms have the digest of the text", arguments: [1, 7])
  func gzip(step: Int) throws {
    let text = Array("item\nA\nB\n".utf8)
    let plain = try rows(of: text, step: step)
    let packed = try rows(of: gzipped("item\nA\nB\n"), step: step)
    #expect(plain.rows == [["A"], ["B"]])
    #expect(packed.rows == plain.rows)
    #expect(packed.digest == plain.digest)
    #expect(try plain.digest == SHA256.digest(of: text))
  }

  @Test("a cut gzip file says how many bytes were good")
  func truncated() throws {
    let packed = Array(try gzipped("item\nA\nB\n").dropLast(4))
    #expect(throws: ReadFailure.truncatedGzip(name: "the content", goodBytes: 9)) {
      try rows(of: packed, step: 5)
    }
  }

  @Test("rubbish after a gzip header is damage")
  func corrupt() {
    #expect(throws: ReadFailure.corruptGzip(name: "the content", goodBytes: 0)) {
      try rows(of: [0x1F, 0x8B, 9, 9, 9, 9], step: 64)
    }
  }

  @Test("a missing file and a folder say so in one sentence")
  func unreadable() {
    #expect {
      try ByteSource.digest(of: .file("/nonexistent/sales.csv"))
    } throws: { error in
      (error as? ReadFailure)?.sentence
        == "cannot read /nonexistent/sales.csv: No such file or directory"
    }
    #expect {
      try ByteSource.digest(of: .file("/"))
    } throws: { error in
      (error as? ReadFailure)?.sentence == "cannot read /: Is a directory"
    }
  }

  @Test("a file is read from disk, and its size is known for progress")
  func file() throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).csv")
    try Data("item\nA\n".utf8).write(to: url)
    defer { try? FileManager.default.removeItem(at: url) }
    var reader = try RowReader(
      ByteSource(.init(path: url.path)), columns: [.item], required: [.item])
    #expect(try reader.next() == .row)
    #expect(reader.progress.bytesTotal == 7)
    let whole = try ByteSource.digest(of: .file(url.path))
    #expect(try reader.contentDigest() == whole)
    #expect(reader.progress.bytesRead == 7)
  }

  @Test("the digest covers what was not read as rows")
  func digestOfRest() throws {
    let text = Array("item\n".utf8) + [UInt8](repeating: 65, count: 3_000_000)
    var reader = try RowReader(ByteSource(.chunks([text])), columns: [.item], required: [.item])
    #expect(try reader.contentDigest() == SHA256.digest(of: text))
  }
}

private func rows(
  of bytes: [UInt8], step: Int
) throws -> (rows: [[String]], digest: SHA256Digest) {
  let pieces = stride(from: 0, to: bytes.count, by: step).map {
    Array(bytes[$0..<min($0 + step, bytes.count)])
  }
  var reader = try RowReader(ByteSource(.chunks(pieces)), columns: [.item], required: [.item])
  var rows: [[String]] = []
  while try reader.next() == .row {
    rows.append([String(decoding: reader.field(0), as: UTF8.self)])
  }
  return (rows, try reader.contentDigest())
}

/// A gzip member whose deflate data is one stored block (RFC 1951, section 3.2.4).
private func gzipped(_ text: String) throws -> [UInt8] {
  let bytes = Array(text.utf8)
  func littleEndian(_ value: UInt32, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt32($0 * 8)) }
  }
  let length = UInt32(bytes.count)
  let header: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1]
  return header + littleEndian(length, 2) + littleEndian(~length, 2) + bytes
    + littleEndian(checksum(bytes), 4) + littleEndian(length, 4)
}

/// CRC-32 as RFC 1952, section 8 has it, bit by bit.
private func checksum(_ bytes: [UInt8]) -> UInt32 {
  ~bytes.reduce(UInt32.max) { register, byte in
    (0..<8).reduce(register ^ UInt32(byte)) { value, _ in
      value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1
    }
  }
}
