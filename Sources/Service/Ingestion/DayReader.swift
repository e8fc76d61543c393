internal import Inventory

/// Reads `YYYY-MM-DD`, remembering the month: files name the same one many times.
struct DayReader {
  private var month: UInt64 = 0
  /// The ordinal of the day before the month's first, and the month's length.
  private var before: Int32 = 0
  private var length: Int32 = 0

  /// The day's ordinal, or nil if there is no such date.
  @inline(__always)
  mutating func read(_ bytes: UnsafeRawBufferPointer) -> Int32? {
    guard bytes.count == 10 else { return nil }
    let word = bytes.loadUnaligned(as: UInt64.self)
    let tens = Int32(bytes[8]) - 48
    let ones = Int32(bytes[9]) - 48
    guard tens >= 0, tens < 10, ones >= 0, ones < 10 else { return nil }
    if word != month, !look(up: word, bytes) { return nil }
    let day = tens * 10 + ones
    return day >= 1 && day <= length ? before + day : nil
  }

  private mutating func look(up word: UInt64, _ bytes: UnsafeRawBufferPointer) -> Bool {
    let first = Array(bytes.prefix(8)) + [UInt8(ascii: "0"), UInt8(ascii: "1")]
    guard let start = Day(iso: first) else { return false }
    month = word
    before = start.ordinal - 1
    length = start.nextMonthStart.ordinal - start.ordinal
    return true
  }
}
