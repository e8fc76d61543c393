/// Croston's method: sizes of sales and intervals between them, each smoothed on its own.
///
/// Croston (1972), Operational Research Quarterly 23, 289-303. Its rate is biased upwards; the
/// approximation of Syntetos and Boylan (2005), International Journal of Forecasting 21, 303-314,
/// takes a share α/2 away.
public enum Croston {
  /// Units per bucket; 0 for what never sold, nil where nothing is known.
  ///
  /// - Parameters:
  ///   - demand: units, NaN where it is not demand: the interval does not count it.
  ///   - rate: α of both sizes and intervals.
  ///   - isCorrected: the approximation of Syntetos and Boylan (SBA).
  public static func level(
    _ demand: some Sequence<Double>, rate: Double = 0.1, isCorrected: Bool = true
  ) -> Double? {
    var size: Double?
    var interval = 0.0
    var waited = 0.0
    var isKnown = false
    for value in demand where value.isFinite {
      isKnown = true
      waited += 1
      guard value > 0 else { continue }
      if let last = size {
        size = last + rate * (value - last)
        interval += rate * (waited - interval)
      } else {
        size = value
        interval = waited
      }
      waited = 0
    }
    guard isKnown else { return nil }
    guard let size else { return 0 }
    return (isCorrected ? 1 - rate / 2 : 1) * size / interval
  }
}
