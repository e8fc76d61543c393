import Digests
import Testing

@Suite("SHA-256")
struct SHA256Tests {
  @Test(
    "golden values of FIPS 180-4",
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
    ])
  func golden(text: String, hexadecimal: String) throws {
    #expect(try SHA256.digest(of: Array(text.utf8)).hexadecimal == hexadecimal)
  }

  @Test("the pieces do not matter, and a digest may be asked for midway")
  func pieces() throws {
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let hasher = try SHA256()
    for start in stride(from: 0, to: bytes.count, by: 37) {
      try hasher.update(Array(bytes[start..<min(start + 37, bytes.count)]))
      let midway = try SHA256.digest(of: Array(bytes.prefix(start + 37)))
      #expect(try hasher.digest() == midway)
    }
    #expect(try hasher.digest() == SHA256.digest(of: bytes))
  }

  @Test("only 32 bytes are a digest")
  func length() {
    #expect(SHA256Digest(bytes: [1, 2]) == nil)
    #expect(SHA256Digest(bytes: [UInt8](repeating: 0xAB, count: 32))?.description.count == 64)
  }

  @Test("random bytes differ from call to call")
  func random() throws {
    let first = try RandomBytes.make(count: 32)
    #expect(first.count == 32)
    #expect(try first != RandomBytes.make(count: 32))
    #expect(try RandomBytes.make(count: 0).isEmpty)
  }
}
