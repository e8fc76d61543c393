/// Looks for a step of the level at the end of a history, which smoothing would follow slowly.
///
/// With l the simple exponential smoothing of r, the mean of k buckets less the level before them,
/// d_k(s) = mean r[s ..< s + k] − l[s − 1], has a typical size sd_k = ½ rms d_k + ½ 1.4826 median
/// |d_k| over the last two years. The newest d_k is t = |d_k| / (c sd_k) times what chance allows;
/// the k with the largest t stands for the step.
struct StepTest {
  /// t: above 1 is a step.
  let strength: Double
  /// k: how many buckets old the step seems.
  let buckets: Int
  /// The mean of r over the last buckets since the step.
  let recentMean: Double

  /// Nil where the history is too short to know what chance does, or never varied.
  init?(
    _ residual: UnsafeBufferPointer<Double>, isSum: Bool, parameters: Hybrid.Parameters
  ) {
    let rule = parameters.step
    guard let longest = rule.lengths.last, residual.count >= parameters.start + 8 * longest else {
      return nil
    }
    let levels = StepTest.levels(residual, rate: rule.rate, start: parameters.start)
    let allowed = isSum ? rule.sumThreshold : rule.seriesThreshold
    var best: (strength: Double, buckets: Int)?
    for length in rule.lengths {
      let jumps = StepTest.jumps(
        residual, levels, length: length, window: parameters.deviationWindow)
      guard let newest = jumps.last else { continue }
      let squares = jumps.reduce(0) { $0 + $1 * $1 } / Double(jumps.count)
      let typical =
        0.5 * squares.squareRoot() + 0.5 * 1.4826 * Selection.median(jumps.map(\.magnitude))
      // Below a billionth of the scale only rounding varies.
      let strength = typical > 1e-9 ? newest.magnitude / (allowed * typical) : 0
      if strength > best?.strength ?? 0 { best = (strength, length) }
    }
    guard let best, best.strength > 0 else { return nil }
    let recent = residual.suffix(min(best.buckets, rule.longestMean))
    strength = best.strength
    buckets = best.buckets
    recentMean = recent.reduce(0, +) / Double(recent.count)
  }

  /// l before each bucket.
  private static func levels(
    _ residual: UnsafeBufferPointer<Double>, rate: Double, start: Int
  ) -> [Double] {
    var level = ExponentialFilter.initialLevel(residual, start: start)
    return residual.map { value in
      defer { level += rate * (value - level) }
      return level
    }
  }

  /// d_k of the last `window` places.
  private static func jumps(
    _ residual: UnsafeBufferPointer<Double>, _ levels: [Double], length: Int, window: Int
  ) -> [Double] {
    let last = residual.count - length
    let first = max(0, last - window + 1)
    var sum = residual[first..<first + length].reduce(0, +)
    return (first...last).map { place in
      defer {
        if place < last { sum += residual[place + length] - residual[place] }
      }
      return sum / Double(length) - levels[place]
    }
  }
}
