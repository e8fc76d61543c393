/// Innovations of simple exponential smoothing: v_t − l_(t−1), with
/// l_t = l_(t−1) + a (v_t − l_(t−1)) and l_0 the mean of the first buckets.
///
/// Passing the regressors through the same filter as the data makes least squares on the
/// innovations generalised least squares for a local level with regressors (Harvey 1989,
/// "Forecasting, Structural Time Series Models and the Kalman Filter", section 3.4).
enum ExponentialFilter {
  static func innovations(
    of values: UnsafeMutableBufferPointer<Double>, rate: Double, start: Int
  ) {
    var level = initialLevel(UnsafeBufferPointer(values), start: start)
    for index in values.indices {
      let innovation = values[index] - level
      level += rate * innovation
      values[index] = innovation
    }
  }

  /// The mean of the first `start` values, or of all where there are fewer.
  static func initialLevel(_ values: UnsafeBufferPointer<Double>, start: Int) -> Double {
    let count = min(start, values.count)
    guard count > 0 else { return 0 }
    return values.prefix(count).reduce(0, +) / Double(count)
  }
}
