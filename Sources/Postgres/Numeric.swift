/// A `numeric` as a parameter, in the decimal text PostgreSQL reads: the server checks it.
public struct PostgresNumeric: Hashable, Sendable, Parameter {
  public let text: String

  public init(_ text: String) { self.text = text }

  public static var postgresType: PostgresType { .numeric }

  public func encode(into value: inout ParameterValue) {
    value.isText = true
    value.bytes.append(contentsOf: text.utf8)
  }
}

/// The decimal text of a `numeric`'s binary form, as the server would write it; nil when malformed.
///
/// The form (`numeric_send` in numeric.c): number of base-10000 digits, weight of the first (its
/// power of 10000), sign (0, 0x4000 negative, 0xC000 NaN, 0xD000 and 0xF000 infinities), decimal
/// digits to show, then the digits.
func numericText(_ bytes: UnsafeRawBufferPointer) -> String? {
  var cursor = ByteCursor(bytes)
  guard let count = cursor.take(Int16.self), let weight = cursor.take(Int16.self),
    let sign = cursor.take(UInt16.self), let scale = cursor.take(Int16.self),
    count >= 0, scale >= 0
  else { return nil }
  switch sign {
  case 0xC000: return "NaN"
  case 0xD000: return "Infinity"
  case 0xF000: return "-Infinity"
  case 0, 0x4000: break
  default: return nil
  }
  var digits: [Int16] = []
  for _ in 0..<count {
    guard let digit = cursor.take(Int16.self), (0..<10_000).contains(digit) else { return nil }
    digits.append(digit)
  }
  func group(_ power: Int) -> String {
    let position = Int(weight) - power
    let digit = digits.indices.contains(position) ? digits[position] : 0
    return String(String(10_000 + Int(digit)).dropFirst())
  }
  var whole = weight >= 0 ? (0...Int(weight)).reversed().map(group).joined() : ""
  whole = String(whole.drop { $0 == "0" })
  let groups = (Int(scale) + 3) / 4
  let fraction = (0..<groups).map { group(-1 - $0) }.joined().prefix(Int(scale))
  return (sign == 0x4000 ? "-" : "") + (whole.isEmpty ? "0" : whole)
    + (scale > 0 ? "." + fraction : "")
}
