import Glibc

extension ExponentialSmoothing {
  /// Runs the recursion of any of the thirty models over a series.
  ///
  /// With q the level and damped trend joined, and p the value freed of its season:
  /// l = q + α (p − q); the trend moves by β/α towards the level's change; the season moves by γ
  /// towards the value freed of q. Written so, one recursion serves additive and relative errors
  /// alike (R forecast, function etscalc, by the same authors). Where a value is missing, the state
  /// moves on without an error.
  public static func pass(
    over values: [Double], form: Form, rates: Rates, from start: State
  ) -> Pass {
    precondition(
      start.seasons.count == (form.season == .absent ? 0 : form.period), "one effect per bucket")
    var state = start
    var fitted = Array(repeating: Double.nan, count: values.count)
    var errors = fitted
    var place = 0
    let trendRate = rates.level > 0 ? rates.trend / rates.level : 0
    for (index, value) in values.enumerated() {
      let drift = damped(state.trend, form, rates.damping)
      let base = joined(state.level, drift, form.trend)
      let season = form.season == .absent ? 0 : state.seasons[place]
      let forecast = joined(base, season, form.season)
      var level = base
      var trend = drift
      if value.isFinite {
        fitted[index] = forecast
        errors[index] = form.hasRelativeError ? (value - forecast) / forecast : value - forecast
        level += rates.level * (parted(value, season, form.season) - base)
        if form.trend != .absent {
          trend += trendRate * (parted(level, state.level, form.trend) - drift)
        }
        if form.season != .absent {
          state.seasons[place] += rates.season * (parted(value, base, form.season) - season)
        }
      }
      state.level = level
      state.trend = trend
      if form.season != .absent { place = place + 1 == form.period ? 0 : place + 1 }
    }
    state.seasons = Array(state.seasons[place...] + state.seasons[..<place])
    return Pass(fitted: fitted, errors: errors, state: state)
  }

  /// Point forecasts: the recursion without errors. For models with a multiplicative part this is
  /// close to the mean, but not equal to it (chapter 6, classes 4 and 5).
  public static func points(from state: State, form: Form, rates: Rates, horizon: Int) -> [Double] {
    var state = state
    return (0..<horizon).map { lead in
      state.trend = damped(state.trend, form, rates.damping)
      state.level = joined(state.level, state.trend, form.trend)
      return form.season == .absent
        ? state.level : joined(state.level, state.seasons[lead % form.period], form.season)
    }
  }

  /// Forecast variances in shares of the error's variance: 1 + Σ c_j² over the leads before, with
  /// c_j = α + β (φ + … + φ^j) + γ where j is a whole number of seasons (class 1, equation 6.11).
  ///
  /// Exact for additive models and known parameters.
  public static func variances(form: Form, rates: Rates, horizon: Int) -> [Double] {
    precondition(form.isAdditive, "class 1 holds for additive models")
    var sum = 1.0
    let responses = responses(form: form, rates: rates, count: max(horizon - 1, 0))
    let later = responses.map { response in
      sum += response * response
      return sum
    }
    return Array(([1] + later).prefix(horizon))
  }

  private static func damped(_ trend: Double, _ form: Form, _ damping: Double) -> Double {
    guard form.isDamped else { return trend }
    return form.trend == .multiplicative ? pow(trend, damping) : damping * trend
  }

  private static func joined(_ left: Double, _ right: Double, _ join: Join) -> Double {
    switch join {
    case .absent: left
    case .additive: left + right
    case .multiplicative: left * right
    }
  }

  private static func parted(_ whole: Double, _ part: Double, _ join: Join) -> Double {
    switch join {
    case .absent: whole
    case .additive: whole - part
    case .multiplicative: whole / part
    }
  }
}
