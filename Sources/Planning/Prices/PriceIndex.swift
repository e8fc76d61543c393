/// A price relative to the item's own recent mean.
///
///     x_t = ln p_t - mean of ln p over the 26 weeks up to t
///
/// Zero where no price is known, during promotions (which are events), and beyond 15 %: deeper cuts
/// are mostly clearance, after which sales run below their level, not above it.
enum PriceIndex {
  static let weeks = 26
  static let trusted = 0.15

  /// - Parameters:
  ///   - logarithms: ln of the price in force, NaN where it is not known.
  ///   - window: buckets whose mean is the recent one.
  static func relative(_ logarithms: [Double], window: Int) -> [Double] {
    var values = [Double](repeating: 0, count: logarithms.count)
    var (sum, count) = (0.0, 0)
    for place in logarithms.indices {
      if !logarithms[place].isNaN {
        sum += logarithms[place]
        count += 1
      }
      if place >= window, !logarithms[place - window].isNaN {
        sum -= logarithms[place - window]
        count -= 1
      }
      guard !logarithms[place].isNaN, count > 0 else { continue }
      let value = logarithms[place] - sum / Double(count)
      // What is left of rounding is no change of price.
      values[place] = abs(value) < 1e-9 || abs(value) > trusted ? 0 : value
    }
    return values
  }
}
