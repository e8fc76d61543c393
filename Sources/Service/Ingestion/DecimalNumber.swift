/// Decimal numbers of files: `12`, `-3`, `12.5`, `.5`, `1e3`; no sign +, comma, space, hexadecimal,
/// infinity or NaN.
enum DecimalNumber {
  /// The nearest double, or nil if the bytes are no decimal number. Beyond the range of doubles it
  /// is infinite or zero; zero has no sign, because 0 and -0 are one value with two forms.
  ///
  /// An integer of up to 15 digits times or over a power of ten up to 10^22 is exact in one
  /// rounding (W. D. Clinger, "How to read floating point numbers accurately", PLDI 1990, section
  /// 3); anything else, which data rarely holds, goes through the standard library.
  static func read(_ bytes: UnsafeRawBufferPointer) -> Double? {
    var cursor = Cursor(bytes: bytes)
    let isNegative = cursor.take(UInt8(ascii: "-"))
    let whole = cursor.takeDigits()
    var fraction = 0
    if cursor.take(UInt8(ascii: ".")) { fraction = cursor.takeDigits() }
    guard whole + fraction > 0 else { return nil }
    var exponent = 0
    if cursor.take(UInt8(ascii: "e")) || cursor.take(UInt8(ascii: "E")) {
      guard let power = cursor.takeExponent() else { return nil }
      exponent = power
    }
    guard cursor.position == bytes.count else { return nil }
    exponent -= fraction
    guard whole + fraction <= 15, (-22...22).contains(exponent) else {
      return Double(String(decoding: bytes, as: UTF8.self)).map { $0 == 0 ? 0 : $0 }
    }
    let magnitude = Double(cursor.mantissa)
    let value =
      exponent == 0
      ? magnitude : exponent < 0 ? magnitude / power(-exponent) : magnitude * power(exponent)
    return isNegative ? 0 - value : value
  }

  private struct Cursor {
    let bytes: UnsafeRawBufferPointer
    var position = 0
    /// All digits so far; meaningless, but never a trap, beyond 19 of them.
    var mantissa: UInt64 = 0

    @inline(__always)
    mutating func take(_ byte: UInt8) -> Bool {
      guard position < bytes.count, bytes[position] == byte else { return false }
      position += 1
      return true
    }

    /// Adds digits to the mantissa and says how many there were.
    @inline(__always)
    mutating func takeDigits() -> Int {
      let from = position
      while position < bytes.count {
        let digit = bytes[position] &- 48
        guard digit < 10 else { break }
        mantissa = mantissa &* 10 &+ UInt64(digit)
        position += 1
      }
      return position - from
    }

    /// Capped, because what lies beyond is infinite or zero anyway.
    mutating func takeExponent() -> Int? {
      let isNegative = take(UInt8(ascii: "-"))
      if !isNegative { _ = take(UInt8(ascii: "+")) }
      var value = 0
      let from = position
      while position < bytes.count, bytes[position] &- 48 < 10 {
        value = min(value * 10 + Int(bytes[position] &- 48), 100_000)
        position += 1
      }
      guard position > from else { return nil }
      return isNegative ? 0 - value : value
    }
  }

  @inline(__always)
  private static func power(_ exponent: Int) -> Double {
    powers.withUnsafeBufferPointer { $0[exponent] }
  }

  private static let powers: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
  ]
}
