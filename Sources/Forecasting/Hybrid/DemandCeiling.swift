/// Tells wrong entries (a price in the quantity's place, an order typed twice over) from demand.
///
/// A value above 25 times the 99th percentile of its history is not demand. Promotions stay far
/// below that; an entry a thousand times too large would otherwise bend the fit for the hundred
/// days that the filter remembers, before cleaning could pull it in.
public enum DemandCeiling {
  static let fewest = 10
  static let multiple = 25.0
  static let percentile = 0.99

  /// Units; infinite where the history is too short, or too sparse, to tell.
  static func ceiling(of values: UnsafeBufferPointer<Double>) -> Double {
    var known = values.filter(\.isFinite)
    guard known.count >= fewest else { return .infinity }
    let rank = min(known.count - 2, Int(percentile * Double(known.count - 1)))
    let high = known.withUnsafeMutableBufferPointer { Selection.select(rank, in: $0) }
    return high > 0 ? multiple * high : .infinity
  }

  /// Units; infinite where nothing stands out.
  public static func ceiling(of values: [Double]) -> Double {
    // A value that is no 25 means high cannot be 25 times what is already high.
    var sum = 0.0
    var count = 0.0
    var largest = 0.0
    for value in values where value.isFinite {
      sum += value
      count += 1
      largest = max(largest, value)
    }
    guard largest * count > multiple * sum else { return .infinity }
    return values.withUnsafeBufferPointer(ceiling)
  }

  /// The values, with NaN for what is not finite or above the ceiling.
  static func demand(in values: UnsafeBufferPointer<Double>, below ceiling: Double) -> [Double] {
    values.map { $0.isFinite && $0 <= ceiling ? $0 : .nan }
  }
}
