/// Units (or days) of a report, exact to a thousandth.
///
/// A figure is rounded once, when it becomes an amount; sums and differences of amounts are then
/// exact, so that a report adds up however it is shown. |amount| <= 9 × 10^15 thousandths.
public struct Amount: Hashable, Comparable, Sendable, CustomStringConvertible {
  public let thousandths: Int64

  public static let zero = Amount(thousandths: 0)

  public init(thousandths: Int64) { self.thousandths = thousandths }

  /// Rounds to the nearest thousandth, halves away from zero. What is not finite becomes zero, what
  /// is beyond the limit becomes the limit.
  public init(_ value: Double) {
    let scaled = (value * 1000).rounded()
    let limit = 9e15
    thousandths = scaled.isNaN ? 0 : Int64(min(max(scaled, -limit), limit))
  }

  public var value: Double { Double(thousandths) / 1000 }

  /// Rounds to a number of decimals from 0 to 3, halves away from zero.
  public func rounded(toDecimals decimals: Int) -> Amount {
    let step: Int64 = [1000, 100, 10, 1][min(max(decimals, 0), 3)]
    let magnitude = (abs(thousandths) + step / 2) / step * step
    return Amount(thousandths: thousandths < 0 ? -magnitude : magnitude)
  }

  /// Decimal, with no more digits than needed: `12`, `12.5`, `-0.125`.
  public var description: String {
    let magnitude = thousandths.magnitude
    var text = (thousandths < 0 ? "-" : "") + String(magnitude / 1000)
    let fraction = magnitude % 1000
    guard fraction > 0 else { return text }
    var digits = Substring(String(1000 + fraction).dropFirst())
    while digits.last == "0" { digits.removeLast() }
    text += "." + digits
    return text
  }

  public static func < (left: Amount, right: Amount) -> Bool {
    left.thousandths < right.thousandths
  }
  public static func + (left: Amount, right: Amount) -> Amount {
    Amount(thousandths: left.thousandths + right.thousandths)
  }
  public static func - (left: Amount, right: Amount) -> Amount {
    Amount(thousandths: left.thousandths - right.thousandths)
  }
}
