/// The search for the best form of a series and its estimate.
struct SmoothingSearch {
  typealias Form = ExponentialSmoothing.Form
  typealias Estimate = SmoothingEstimation.Estimate

  /// The longest history whose likelihood has several maxima worth climbing to.
  static let shortHistory = 200

  let values: [Double]
  /// Values that are known.
  let count: Int
  let isPositive: Bool
  /// Whether two values differ; without that there is nothing to estimate.
  let varies: Bool
  /// The most that β may be in shares of α.
  let mostTrendShare: Double

  init(_ values: [Double], mostTrendShare: Double = 0.9999) {
    self.mostTrendShare = mostTrendShare
    self.values = values.map { $0.isFinite ? $0 : .nan }
    var count = 0
    var isPositive = true
    var range: ClosedRange<Double>?
    for value in values where value.isFinite {
      count += 1
      if value <= 0 { isPositive = false }
      range = min(range?.lowerBound ?? value, value)...max(range?.upperBound ?? value, value)
    }
    self.count = count
    self.isPositive = isPositive
    varies = range.map { $0.lowerBound < $0.upperBound } ?? false
  }

  /// α, β / α, γ / (1 − α).
  private static let guesses = [(0.1, 0.1, 0.05), (0.5, 0.1, 0.1), (0.9, 0.1, 0.1)]

  /// Whether the values can be asked for a form's parameters.
  func canEstimate(_ form: Form) -> Bool {
    guard varies, count > form.parameterCount + 1 else { return false }
    let isRelative =
      form.hasRelativeError || form.trend == .multiplicative || form.season == .multiplicative
    return isPositive || !isRelative
  }

  func estimation(_ form: Form) -> SmoothingEstimation {
    SmoothingEstimation(
      values: values, form: form, count: count,
      bounds: SmoothingPoint.bounds(form, mostTrendShare: mostTrendShare))
  }

  /// The best estimate found for one form.
  ///
  /// - Parameter near: points of kindred forms to start from as well; alone where the history is
  ///   long.
  func estimate(
    _ form: Form, near: [SmoothingPoint] = [], _ limits: SmoothingEstimation.Limits = .init()
  ) -> Estimate? {
    guard canEstimate(form) else { return nil }
    let estimation = estimation(form)
    let isLong = count > SmoothingSearch.shortHistory
    var starts = near
    if !isLong || near.isEmpty {
      let state = SmoothingStart(values: values).state(form)
      starts += SmoothingSearch.guesses.map { level, trend, season in
        SmoothingPoint(
          rates: .init(
            level: level, trend: level * trend, season: (1 - level) * season, damping: 0.95),
          start: state)
      }
    }
    if isLong {
      let costs = starts.map(estimation.cost)
      guard let best = costs.indices.min(by: { costs[$0] < costs[$1] }) else { return nil }
      return estimation.climb(from: starts[best], limits)
    }
    return starts.compactMap { estimation.climb(from: $0, limits) }
      .min { $0.cost < $1.cost }
  }

  func fit(_ estimate: Estimate, _ form: Form) -> ExponentialSmoothing.Fit? {
    let point = estimate.point
    var rates = point.rates
    if !form.isDamped { rates.damping = 1 }
    let pass = ExponentialSmoothing.pass(
      over: values, form: form, rates: rates, from: point.start)
    let squares = pass.squares
    guard squares.isFinite else { return nil }
    return ExponentialSmoothing.Fit(
      form: form, rates: rates, start: point.start, pass: pass, logLikelihood: -estimate.cost,
      correctedCriterion: ExponentialSmoothing.correctedCriterion(
        cost: estimate.cost, form: form, count: count),
      variance: squares / Double(count - form.parameterCount))
  }
}
