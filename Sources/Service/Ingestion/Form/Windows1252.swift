/// The code page of Western European Windows, as WHATWG's index has its upper half; the five bytes
/// that Microsoft leaves undefined (81, 8D, 8F, 90, 9D) are none here either.
enum Windows1252 {
  /// Writes bytes as UTF-8, at most three times as many, and says how many; nil if one of them is
  /// undefined.
  static func decode(
    _ bytes: UnsafeRawBufferPointer, into room: UnsafeMutablePointer<UInt8>
  ) -> Int? {
    var count = 0
    for byte in bytes {
      if byte < 0x80 {
        room[count] = byte
        count += 1
        continue
      }
      let scalar = byte < 0xA0 ? upper[Int(byte) - 0x80] : UInt16(byte)
      guard scalar > 0 else { return nil }
      if scalar < 0x800 {
        room[count] = 0xC0 | UInt8(scalar >> 6)
        room[count + 1] = 0x80 | UInt8(scalar & 0x3F)
        count += 2
      } else {
        room[count] = 0xE0 | UInt8(scalar >> 12)
        room[count + 1] = 0x80 | UInt8(scalar >> 6 & 0x3F)
        room[count + 2] = 0x80 | UInt8(scalar & 0x3F)
        count += 3
      }
    }
    return count
  }

  /// Bytes as text, for people: what is undefined is U+FFFD.
  static func text(_ bytes: [UInt8]) -> String {
    var text = ""
    for byte in bytes {
      let scalar = (0x80..<0xA0).contains(byte) ? upper[Int(byte) - 0x80] : UInt16(byte)
      text.unicodeScalars.append(Unicode.Scalar(scalar == 0 && byte != 0 ? 0xFFFD : scalar) ?? "?")
    }
    return text
  }

  /// What 80 to 9F stand for; 0 is undefined.
  private static let upper: [UInt16] = [
    0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039,
    0x0152, 0, 0x017D, 0, 0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC,
    0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E, 0x0178,
  ]
}
