import Compression
import Testing

@Suite("Inflating gzip")
struct GzipInflaterTests {
  // printf 'item,day\nA,1\n' | gzip -n9, and the same of 'B,2\n'.
  static let head: [UInt8] = [
    0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03,
    0xCB, 0x2C, 0x49, 0xCD, 0xD5, 0x49, 0x49, 0xAC, 0xE4, 0x72, 0xD4, 0x31, 0xE4, 0x02,
    0x00, 0x7A, 0x2B, 0x8B, 0xEB, 0x0D, 0x00, 0x00, 0x00,
  ]
  static let tail: [UInt8] = [
    0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03,
    0x73, 0xD2, 0x31, 0xE2, 0x02, 0x00, 0x41, 0x4D, 0xAB, 0x2C, 0x04, 0x00, 0x00, 0x00,
  ]

  @Test("members that follow each other are one text", arguments: [1, 2, 7, 1000])
  func members(step: Int) throws {
    #expect(try inflate(Self.head + Self.tail, step: step) == "item,day\nA,1\nB,2\n")
  }

  @Test("zeros that pad the end are skipped", arguments: [1, 3, 1000])
  func padding(step: Int) throws {
    let padded = Self.head + [UInt8](repeating: 0, count: 100)
    #expect(try inflate(padded, step: step) == "item,day\nA,1\n")
  }

  @Test("a stream cut anywhere is truncated, and says how much was good")
  func truncated() throws {
    for length in 0..<Self.head.count {
      #expect { try inflate(Array(Self.head.prefix(length)), step: 5) } throws: { error in
        guard case GzipError.truncated(let good) = error else { return false }
        return good <= 13
      }
    }
    #expect(throws: GzipError.truncated(goodBytes: 13)) {
      try inflate(Array(Self.head.dropLast(1)), step: 64)
    }
  }

  @Test("a cut second member counts the first one as good")
  func truncatedLater() throws {
    #expect(throws: GzipError.truncated(goodBytes: 13)) {
      try inflate(Self.head + Self.tail.prefix(10), step: 64)
    }
  }

  @Test("a wrong checksum, a wrong header and rubbish after the end are corrupt")
  func corrupt() throws {
    var checksum = Self.head
    checksum[checksum.count - 8] ^= 1
    #expect(throws: GzipError.corrupt(goodBytes: 13)) { try inflate(checksum, step: 64) }
    #expect(throws: GzipError.corrupt(goodBytes: 0)) {
      try inflate([0x1F, 0x8B, 0xFF, 0xFF], step: 64)
    }
    #expect(throws: GzipError.corrupt(goodBytes: 13)) {
      try inflate(Self.head + Array("rubbish".utf8), step: 64)
    }
  }

  @Test("two bytes decide whether it is gzip")
  func recognises() {
    #expect(GzipInflater.recognises(Self.head))
    #expect(!GzipInflater.recognises([0x1F]))
    #expect(!GzipInflater.recognises(Array("item,day".utf8)))
  }
}

private func inflate(_ bytes: [UInt8], step: Int) throws -> String {
  var inflater = try GzipInflater()
  var text: [UInt8] = []
  let output = UnsafeMutableRawBufferPointer.allocate(byteCount: step, alignment: 1)
  defer { output.deallocate() }
  for start in stride(from: 0, to: bytes.count, by: step) {
    var piece = Array(bytes[start..<min(start + step, bytes.count)])
    while true {
      let progress = try piece.withUnsafeBytes { try inflater.inflate($0, into: output) }
      text += output.prefix(progress.produced)
      piece.removeFirst(progress.consumed)
      if piece.isEmpty, progress.produced == 0 { break }
    }
  }
  try inflater.finish()
  #expect(inflater.inflatedBytes == text.count)
  return String(decoding: text, as: UTF8.self)
}
