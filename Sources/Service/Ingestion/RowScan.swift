let lineFeed = UInt8(ascii: "\n")
let carriageReturn = UInt8(ascii: "\r")

/// The bytes in which a row is looked for, from `start` to `end` of `base`; eight more may be read.
struct ScanBytes {
  let base: UnsafeMutablePointer<UInt8>
  let start: Int
  let end: Int
  /// Nothing comes after `end`.
  let isLast: Bool

  /// Eight bytes, the first one lowest.
  @inline(__always)
  func word(_ position: Int) -> UInt64 {
    UInt64(littleEndian: UnsafeRawPointer(base + position).loadUnaligned(as: UInt64.self))
  }
}

/// What a scanner found at `start`.
struct RowScan {
  // Without the reason, which rows rarely need: copying it would cost as much as the scan.
  enum Status { case needsMore, blank, complete, malformed }

  var status: Status
  /// Bytes of the row without its line end.
  var length = 0
  /// Where the next row begins; 0 while that is not known.
  var next = 0
  var lineEnds = 0
  /// False says nothing: the row must be looked at.
  var isASCII = false
}

/// Bytes equal to a value, eight at a time: the lowest set bit marks the first of them (Mycroft's
/// test, "Bit Twiddling Hacks", S. E. Anderson; bits above the first may be set wrongly).
@inline(__always)
func bytesEqual(_ word: UInt64, _ value: UInt8) -> UInt64 {
  let difference = word ^ (0x0101_0101_0101_0101 &* UInt64(value))
  return (difference &- 0x0101_0101_0101_0101) & ~difference & 0x8080_8080_8080_8080
}

/// Whether bytes are UTF-8 as Unicode 15, table 3-7 has it: no overlong form, no surrogate, nothing
/// above U+10FFFF.
func isValidUTF8(_ bytes: UnsafeRawBufferPointer) -> Bool {
  var position = 0
  while position < bytes.count {
    if position + 8 <= bytes.count,
      bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
    {
      position += 8
      continue
    }
    let length = sequenceLength(bytes, position)
    guard length > 0 else { return false }
    position += length
  }
  return true
}

/// The length of the UTF-8 sequence that begins here; 0 if none does.
private func sequenceLength(_ bytes: UnsafeRawBufferPointer, _ position: Int) -> Int {
  let lead = bytes[position]
  let (length, second): (Int, ClosedRange<UInt8>) =
    switch lead {
    case 0x00...0x7F: (1, 0x80...0xBF)
    case 0xC2...0xDF: (2, 0x80...0xBF)
    case 0xE0: (3, 0xA0...0xBF)
    case 0xED: (3, 0x80...0x9F)
    case 0xE1...0xEF: (3, 0x80...0xBF)
    case 0xF0: (4, 0x90...0xBF)
    case 0xF1...0xF3: (4, 0x80...0xBF)
    case 0xF4: (4, 0x80...0x8F)
    default: (0, 0x80...0xBF)
    }
  guard length > 1 else { return length }
  guard position + length <= bytes.count, second.contains(bytes[position + 1]) else { return 0 }
  for offset in 2..<max(length, 2) where bytes[position + offset] & 0xC0 != 0x80 { return 0 }
  return length
}
