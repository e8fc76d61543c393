import Glibc

extension ExponentialSmoothing {
  /// Mean and variance of the buckets to come, for known parameters.
  public struct Moments: Hashable, Sendable {
    public var means: [Double]
    public var variances: [Double]
  }

  /// Mean and variance of the next buckets.
  ///
  /// In closed form for additive models (class 1: `variances`) and for relative errors around an
  /// additive trend and season (class 2): with μ_h the point forecast and c_j as in class 1,
  /// θ_h = μ_h² + σ² Σ c_j² θ_(h−j) over j = 1 ..< h, variance (1 + σ²) θ_h − μ_h² (Hyndman,
  /// Koehler, Ord and Snyder 2008, sections 6.3 and 6.4). For all others, the moments of simulated
  /// paths.
  ///
  /// - Parameter paths: simulated ones; relative to its size a mean is known to
  ///   deviation / √paths.
  public static func moments(
    of fit: Fit, horizon: Int, paths: Int = 5000, seed: UInt64 = 1
  ) -> Moments {
    let form = fit.form
    if form.trend == .multiplicative || form.season == .multiplicative {
      return simulated(fit, horizon: horizon, paths: paths, seed: seed)
    }
    let points = points(from: fit.pass.state, form: form, rates: fit.rates, horizon: horizon)
    guard form.hasRelativeError else {
      let shares = variances(form: form, rates: fit.rates, horizon: horizon)
      return Moments(means: points, variances: shares.map { $0 * fit.variance })
    }
    let responses = responses(form: form, rates: fit.rates, count: max(horizon - 1, 0))
    var sums: [Double] = []
    for (lead, point) in points.enumerated() {
      var carried = 0.0
      for earlier in 0..<lead {
        carried += responses[lead - earlier - 1] * responses[lead - earlier - 1] * sums[earlier]
      }
      sums.append(point * point + fit.variance * carried)
    }
    return Moments(
      means: points,
      variances: zip(sums, points).map { (1 + fit.variance) * $0 - $1 * $1 })
  }

  /// Sums over paths are taken around the first path, so that large levels lose no digits.
  private static func simulated(
    _ fit: Fit, horizon: Int, paths: Int, seed: UInt64
  ) -> Moments {
    precondition(paths > 1, "a variance needs two paths")
    var generator = SeededGenerator(seed: seed)
    let deviation = fit.variance.squareRoot()
    let anchors = points(
      from: fit.pass.state, form: fit.form, rates: fit.rates, horizon: horizon)
    var sums = Array(repeating: 0.0, count: horizon)
    var squares = sums
    for _ in 0..<paths {
      let path = path(fit, errors: (0..<horizon).map { _ in deviation * generator.normal() })
      for (lead, value) in path.enumerated() {
        let distance = value - anchors[lead]
        sums[lead] += distance
        squares[lead] += distance * distance
      }
    }
    let count = Double(paths)
    return Moments(
      means: zip(anchors, sums).map { $0 + $1 / count },
      variances: zip(squares, sums).map { ($0 - $1 * $1 / count) / (count - 1) })
  }

  /// The values that given errors lead to. A relative error below −0.999 would turn the level
  /// round; such a draw, beyond anything a sensible σ allows, is cut there.
  static func path(_ fit: Fit, errors: [Double]) -> [Double] {
    var state = fit.pass.state
    return errors.map { error in
      let point = points(from: state, form: fit.form, rates: fit.rates, horizon: 1)[0]
      let value = fit.form.hasRelativeError ? point * (1 + max(error, -0.999)) : point + error
      state = pass(over: [value], form: fit.form, rates: fit.rates, from: state).state
      return value
    }
  }

  /// c_j = α + β (φ + … + φ^j) + γ where j is a whole number of seasons: how an error j buckets ago
  /// moves the forecast, j = 1 ... count.
  static func responses(form: Form, rates: Rates, count: Int) -> [Double] {
    var power = 1.0
    var drift = 0.0
    return (0..<count).map { index in
      power *= form.isDamped ? rates.damping : 1
      drift += power
      var response = rates.level
      if form.trend != .absent { response += rates.trend * drift }
      if form.season != .absent, (index + 1).isMultiple(of: form.period) {
        response += rates.season
      }
      return response
    }
  }
}
