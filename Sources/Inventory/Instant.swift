/// A moment, in microseconds since 1970-01-01T00:00:00Z: PostgreSQL's resolution.
public struct Instant: Hashable, Comparable, Sendable, CustomStringConvertible {
  public let microseconds: Int64

  public init(microseconds: Int64) { self.microseconds = microseconds }

  /// Reads RFC 3339: `2026-04-24T06:30:00Z`, with up to six digits of a second and any offset.
  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count >= 20, let day = Day(iso: bytes[0..<10]),
      bytes[10] == UInt8(ascii: "T") || bytes[10] == UInt8(ascii: "t") || bytes[10] == 32,
      let clock = Instant.clock(bytes[11..<19])
    else { return nil }
    var rest = bytes[19...]
    guard let fraction = Instant.takeFraction(&rest), let offset = Instant.offset(rest) else {
      return nil
    }
    let seconds = Int64(day.ordinal) * 86_400 + clock - offset
    microseconds = seconds * 1_000_000 + fraction
  }

  /// The civil date of this moment in UTC.
  public var day: Day {
    Day(ordinal: Int32(microseconds.flooredQuotient(by: 86_400_000_000)))
  }

  public var description: String {
    let inDay = microseconds - Int64(day.ordinal) * 86_400_000_000
    let seconds = inDay / 1_000_000
    let fraction = inDay % 1_000_000
    let clock = [seconds / 3600, seconds / 60 % 60, seconds % 60].map(twoDigits)
    let digits = fraction == 0 ? "" : "." + String(String(1_000_000 + fraction).dropFirst())
    return "\(day)T\(clock.joined(separator: ":"))\(digits)Z"
  }

  public static func < (left: Instant, right: Instant) -> Bool {
    left.microseconds < right.microseconds
  }

  private static func clock(_ bytes: ArraySlice<UInt8>) -> Int64? {
    let first = bytes.startIndex
    guard bytes[first + 2] == UInt8(ascii: ":"), bytes[first + 5] == UInt8(ascii: ":"),
      let hour = number(bytes[first..<first + 2]), hour < 24,
      let minute = number(bytes[first + 3..<first + 5]), minute < 60,
      let second = number(bytes[first + 6..<first + 8]), second < 60
    else { return nil }
    return hour * 3600 + minute * 60 + second
  }

  private static func takeFraction(_ rest: inout ArraySlice<UInt8>) -> Int64? {
    guard rest.first == UInt8(ascii: ".") else { return 0 }
    let digits = rest.dropFirst().prefix { (48...57).contains($0) }
    guard (1...6).contains(digits.count), let value = number(digits) else { return nil }
    rest = rest[digits.endIndex...]
    return (digits.count..<6).reduce(value) { scaled, _ in scaled * 10 }
  }

  private static func offset(_ bytes: ArraySlice<UInt8>) -> Int64? {
    guard let sign = bytes.first else { return nil }
    if sign == UInt8(ascii: "Z") || sign == UInt8(ascii: "z") { return bytes.count == 1 ? 0 : nil }
    let first = bytes.startIndex
    guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"), bytes.count == 6,
      bytes[first + 3] == UInt8(ascii: ":"),
      let hours = number(bytes[first + 1..<first + 3]), hours < 24,
      let minutes = number(bytes[first + 4..<first + 6]), minutes < 60
    else { return nil }
    return (sign == UInt8(ascii: "-") ? -1 : 1) * (hours * 3600 + minutes * 60)
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
    var value: Int64 = 0
    for byte in digits {
      guard (48...57).contains(byte) else { return nil }
      value = value * 10 + Int64(byte - 48)
    }
    return value
  }
}

private func twoDigits(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }

extension Int64 {
  fileprivate func flooredQuotient(by divisor: Int64) -> Int64 {
    let quotient = self / divisor
    return self % divisor < 0 ? quotient - 1 : quotient
  }
}
