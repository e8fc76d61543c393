/// Bounds of quantities, which are plain doubles elsewhere: |q| <= 10^9, exact to 15 digits.
public enum Quantity {
  public static let limit = 1e9

  /// Units wanted: finite, not negative, at most 10^9.
  public static func isDemand(_ value: Double) -> Bool { value >= 0 && value <= limit }

  /// Units held; a warehouse may owe more than it has, so it may be negative.
  public static func isStock(_ value: Double) -> Bool { value.magnitude <= limit }
}
