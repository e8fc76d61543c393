import CKernels
import Glibc

/// Sums of a pass by the C kernel, eight derivatives at a time. `LiteralSmoothing` says the same
/// without haste.
struct SmoothingKernel {
  private let form: ExponentialSmoothing.Form
  private let season: ckernels_season
  private let lanes = Int(CKERNELS_LANES)

  /// Nil for what the kernel does not know: a multiplicative trend, and more coordinates than it
  /// has lanes, that is seasons longer than 58 buckets.
  init?(_ form: ExponentialSmoothing.Form) {
    guard form.trend != .multiplicative,
      1 + form.parameterCount <= Int(CKERNELS_LANES * CKERNELS_MOST_BLOCKS)
    else { return nil }
    self.form = form
    season =
      switch form.season {
      case .absent: CKERNELS_NO_SEASON
      case .additive: CKERNELS_ADDED_SEASON
      case .multiplicative: CKERNELS_MULTIPLIED_SEASON
      }
  }

  /// Nil where a part that is divided by is not above 0, or something is not finite.
  ///
  /// Cost: about 2 ns per value without derivatives, 4 with up to seven, 8 with up to fifteen.
  ///
  /// - Parameter hasDerivatives: along all coordinates of `SmoothingPoint`; without them squares
  ///   and logarithms alone.
  func sums(
    over values: [Double], point: SmoothingPoint, hasDerivatives: Bool
  ) -> SmoothingSums? {
    let coordinates = hasDerivatives ? form.parameterCount : 0
    let blocks = hasDerivatives ? (coordinates + lanes) / lanes : 0
    let width = blocks * lanes
    var state = [point.start.level, point.start.trend]
    state += form.season == .absent ? [0] : point.start.seasons
    var slopes = Array(repeating: 0.0, count: state.count * width)
    var rateSlopes = Array(repeating: 0.0, count: 4 * width)
    if hasDerivatives { setDirections(point, width, &rateSlopes, &slopes) }
    var padded = Array(repeating: 0.0, count: width * width)
    var logSlopes = Array(repeating: 0.0, count: width)
    var sums = ckernels_sums(squares: 0, mantissa: 1, exponent: 0)
    let hasTrend = form.trend != .absent
    let isValid = rateSlopes.withUnsafeBufferPointer { rateSlopes in
      var smoothing = ckernels_smoothing(
        season: season, relative_error: form.hasRelativeError, has_trend: hasTrend,
        level_rate: point.rates.level,
        trend_rate: hasTrend ? point.rates.trend : 0, season_rate: point.rates.season,
        damping: hasTrend ? point.rates.damping : 0, rate_slopes: rateSlopes.baseAddress,
        period: form.period, blocks: blocks)
      return ckernels_smoothing_pass(
        &smoothing, values, values.count, &state, &slopes, &padded, &logSlopes, &sums)
    }
    guard isValid, sums.squares.isFinite else { return nil }
    return SmoothingSums(
      squares: sums.squares,
      logForecasts: log(sums.mantissa) + Double(sums.exponent) * log(2),
      gram: packed(padded, width, 1 + coordinates),
      logSlopes: Array(logSlopes.prefix(1 + coordinates)))
  }

  /// What `SmoothingPoint.directions` says, a lane per coordinate after the first.
  private func setDirections(
    _ point: SmoothingPoint, _ width: Int, _ rateSlopes: inout [Double], _ slopes: inout [Double]
  ) {
    let rates = point.rates
    var lane = 1
    rateSlopes[lane] = 1
    if form.trend != .absent { rateSlopes[width + lane] = rates.trend / rates.level }
    if form.season != .absent {
      rateSlopes[2 * width + lane] = -rates.season / (1 - rates.level)
    }
    func set(_ target: inout [Double], _ row: Int, _ slope: Double) {
      lane += 1
      target[row * width + lane] = slope
    }
    if form.trend != .absent { set(&rateSlopes, 1, rates.level) }
    if form.isDamped { set(&rateSlopes, 3, 1) }
    if form.season != .absent { set(&rateSlopes, 2, 1 - rates.level) }
    set(&slopes, 0, 1)
    if form.trend != .absent { set(&slopes, 1, 1) }
    guard form.season != .absent else { return }
    for place in 0..<form.period - 1 {
      set(&slopes, 2 + place, 1)
      slopes[(1 + form.period) * width + lane] = -1
    }
  }

  private func packed(_ padded: [Double], _ width: Int, _ size: Int) -> [Double] {
    guard width > 0 else { return [] }
    return Array(unsafeUninitializedCapacity: size * size) { packed, count in
      for row in 0..<size {
        for column in 0..<size { packed[row * size + column] = padded[row * width + column] }
      }
      count = size * size
    }
  }
}
