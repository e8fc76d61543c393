internal import Glibc

/// Numbers for byte strings: equal strings have equal numbers, counted from 0 as they are met.
///
/// Open addressing over FNV-1a hashes. Files repeat the last row's codes far more often than not,
/// so the last answer is tried first. No string is made per row.
struct ByteInterner {
  private var bytes: [UInt8] = []
  private var starts: [Int] = [0]
  private var slots: [Int32] = Array(repeating: -1, count: 64)
  private var last: Int32 = -1

  var count: Int { starts.count - 1 }

  func text(_ number: Int32) -> String {
    String(decoding: bytes[starts[Int(number)]..<starts[Int(number) + 1]], as: UTF8.self)
  }

  /// The number of a string, new or known.
  mutating func number(_ field: UnsafeRawBufferPointer) -> Int32 {
    if last >= 0, matches(last, field) { return last }
    var slot = Int(truncatingIfNeeded: ByteInterner.hash(field)) & (slots.count - 1)
    while slots[slot] >= 0 {
      if matches(slots[slot], field) {
        last = slots[slot]
        return last
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    last = Int32(count)
    bytes.append(contentsOf: field)
    starts.append(bytes.count)
    slots[slot] = last
    if count * 2 > slots.count { grow() }
    return last
  }

  private func matches(_ number: Int32, _ field: UnsafeRawBufferPointer) -> Bool {
    let start = starts[Int(number)]
    guard starts[Int(number) + 1] - start == field.count else { return false }
    if field.isEmpty { return true }
    return bytes.withUnsafeBytes { known in
      memcmp(known.baseAddress! + start, field.baseAddress!, field.count) == 0
    }
  }

  private mutating func grow() {
    var larger = [Int32](repeating: -1, count: slots.count * 2)
    bytes.withUnsafeBytes { known in
      for number in 0..<count {
        let field = UnsafeRawBufferPointer(rebasing: known[starts[number]..<starts[number + 1]])
        var slot = Int(truncatingIfNeeded: ByteInterner.hash(field)) & (larger.count - 1)
        while larger[slot] >= 0 { slot = (slot + 1) & (larger.count - 1) }
        larger[slot] = Int32(number)
      }
    }
    slots = larger
  }

  private static func hash(_ field: UnsafeRawBufferPointer) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in field { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    return hash ^ (hash >> 32)
  }
}
