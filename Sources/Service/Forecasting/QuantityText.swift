internal import Glibc

/// A quantity as written in a file.
enum QuantityText: Hashable {
  case number(Double)
  case empty
  case notANumber

  /// Reads a decimal number, with or without an exponent.
  ///
  /// Up to 15 digits are gathered as an integer and divided by a power of ten at most 10^22: both
  /// are exact, so the quotient is the double nearest to the text (Clinger 1990, "How to Read
  /// Floating Point Numbers Accurately"). Everything else goes the slow way.
  init(_ bytes: UnsafeRawBufferPointer) {
    if bytes.isEmpty {
      self = .empty
      return
    }
    var position = 0
    let isNegative = bytes[0] == UInt8(ascii: "-")
    if isNegative || bytes[0] == UInt8(ascii: "+") { position = 1 }
    var digits = 0
    var mantissa: Int64 = 0
    var decimals = 0
    var seenPoint = false
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "."), !seenPoint {
        seenPoint = true
      } else if byte >= 48, byte <= 57, digits < 15 {
        mantissa = mantissa * 10 + Int64(byte - 48)
        digits += 1
        if seenPoint { decimals += 1 }
      } else {
        self = QuantityText(slowly: bytes)
        return
      }
      position += 1
    }
    guard digits > 0 else {
      self = .notANumber
      return
    }
    let value = Double(mantissa) / QuantityText.powers[decimals]
    self = .number(isNegative ? -value : value)
  }

  private init(slowly bytes: UnsafeRawBufferPointer) {
    let isPlain = bytes.allSatisfy { byte in
      (48...57).contains(byte) || [43, 45, 46, 69, 101].contains(byte)
    }
    if isPlain, let value = Double(String(decoding: bytes, as: UTF8.self)), value.isFinite {
      self = .number(value)
    } else {
      self = .notANumber
    }
  }

  private static let powers: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
  ]
}
