/// How a source writes numbers: the sign before the fraction, and the one between thousands.
public struct NumberForm: Hashable, Sendable {
  /// Stands before the fraction.
  public enum Point: String, CaseIterable, Hashable, Sendable {
    case point = "."
    case comma = ","
  }

  /// Stands between groups of three digits. A space is also a no-break space, U+00A0 or U+202F.
  public enum Thousands: String, CaseIterable, Hashable, Sendable {
    case point = "."
    case comma = ","
    case space = " "
    case apostrophe = "'"
  }

  public let point: Point
  /// Nil where thousands stand together.
  public let thousands: Thousands?

  /// Nil when both are the same sign.
  public init?(point: Point = .point, thousands: Thousands? = nil) {
    guard thousands?.rawValue != point.rawValue else { return nil }
    self.point = point
    self.thousands = thousands
  }

  private init() { (point, thousands) = (.point, nil) }

  /// A decimal point, and nothing between thousands.
  public static let plain = NumberForm()

  /// As a sentence shows it.
  var example: String { "1\(thousands?.rawValue ?? "")234\(point.rawValue)5" }

  /// Longer ones are no numbers that anybody wrote down.
  private static let limitBytes = 64

  /// The number, or nil if the bytes are none in this form: groups are of three digits, but for the
  /// first, and all of the whole part is grouped or nothing of it.
  func read(_ bytes: UnsafeRawBufferPointer) -> Double? {
    if self == .plain { return DecimalNumber.read(bytes) }
    return withUnsafeTemporaryAllocation(byteCount: NumberForm.limitBytes, alignment: 1) { room in
      guard let count = rewrite(bytes, into: room) else { return nil }
      return DecimalNumber.read(UnsafeRawBufferPointer(rebasing: room[..<count]))
    }
  }

  /// The number with a decimal point, as money is kept; nil if it is none.
  func plainText(_ bytes: UnsafeRawBufferPointer) -> String? {
    if self == .plain { return String(decoding: bytes, as: UTF8.self) }
    return withUnsafeTemporaryAllocation(byteCount: NumberForm.limitBytes, alignment: 1) { room in
      rewrite(bytes, into: room).map { String(decoding: room[..<$0], as: UTF8.self) }
    }
  }

  /// Writes the number as `DecimalNumber` reads it and says how long it is.
  private func rewrite(
    _ bytes: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer
  ) -> Int? {
    guard bytes.count <= NumberForm.limitBytes else { return nil }
    let mark = UInt8(ascii: point == .comma ? "," : ".")
    var (position, count) = (0, 0)
    func keep(_ byte: UInt8) {
      room[count] = byte
      (position, count) = (position + 1, count + 1)
    }
    if bytes.first == UInt8(ascii: "-") { keep(UInt8(ascii: "-")) }
    var (digits, groups) = (0, 0)
    while position < bytes.count {
      if bytes[position] &- 48 < 10 {
        keep(bytes[position])
        digits += 1
      } else if let width = separator(bytes, position) {
        guard groups == 0 ? (1...3).contains(digits) : digits == 3 else { return nil }
        (digits, groups, position) = (0, groups + 1, position + width)
      } else {
        break
      }
    }
    guard groups == 0 || digits == 3 else { return nil }
    while position < bytes.count {
      let byte = bytes[position]
      // A point where a comma stands before the fraction, or the other way round.
      if byte != mark, byte == UInt8(ascii: ".") || byte == UInt8(ascii: ",") { return nil }
      keep(byte == mark ? UInt8(ascii: ".") : byte)
    }
    return count
  }

  /// How many bytes of a sign between thousands stand here; nil where there is none.
  private func separator(_ bytes: UnsafeRawBufferPointer, _ position: Int) -> Int? {
    switch thousands {
    case nil: return nil
    case .point: return bytes[position] == UInt8(ascii: ".") ? 1 : nil
    case .comma: return bytes[position] == UInt8(ascii: ",") ? 1 : nil
    case .apostrophe: return bytes[position] == UInt8(ascii: "'") ? 1 : nil
    case .space:
      if bytes[position] == UInt8(ascii: " ") { return 1 }
      let rest = bytes[position...]
      if rest.starts(with: [0xC2, 0xA0]) { return 2 }
      return rest.starts(with: [0xE2, 0x80, 0xAF]) ? 3 : nil
    }
  }
}
