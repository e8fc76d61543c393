/// Days of the week, as those on which a location is closed: not none, and not all seven.
public struct Weekdays: Hashable, Sendable, CustomStringConvertible {
  private static let names = [
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
  ]

  /// Bit n stands for the ISO weekday n + 1.
  private let bits: UInt8

  /// Reads English names, whole or their first three letters, with blanks, commas or semicolons
  /// between them, in any order and case: `saturday sunday`, `Sat,Sun`.
  public init?(_ text: String) {
    var bits: UInt8 = 0
    for word in text.split(whereSeparator: { " ,;".contains($0) }) {
      let name = word.lowercased()
      guard let place = Weekdays.names.firstIndex(where: { $0 == name || $0.prefix(3) == name })
      else { return nil }
      bits |= 1 << UInt8(place)
    }
    guard (1..<0b111_1111).contains(bits) else { return nil }
    self.bits = bits
  }

  public func contains(_ day: Day) -> Bool { bits & (1 << UInt8(day.weekday - 1)) != 0 }

  /// The names from Monday on with a blank between them, which `init` reads again.
  public var description: String {
    Weekdays.names.indices.filter { bits & (1 << UInt8($0)) != 0 }
      .map { Weekdays.names[$0] }.joined(separator: " ")
  }
}
