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
    var numbers = (0, 0)
    for position in 0..<7 where position != 4 {
      let digit = Int(bytes[position]) - 48
      guard (0...9).contains(digit) else { return false }
      if position < 4 {
        numbers.0 = numbers.0 * 10 + digit
      } else {
        numbers.1 = numbers.1 * 10 + digit
      }
    }
    guard bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
      let first = Day(year: numbers.0, month: numbers.1, day: 1)
    else { return false }
    month = word
    before = first.ordinal - 1
    length = Int32(Day.length(ofMonth: numbers.1, year: numbers.0))
    return true
  }
}
