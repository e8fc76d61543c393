import Glibc

/// The sums of `SmoothingKernel`, one derivative after the other, for all thirty forms: what the
/// kernel is tested by, and the way of forms it does not know.
enum LiteralSmoothing {
  private typealias Derivative = (level: Double, trend: Double, seasons: [Double])

  /// Nil where a part that is divided by is not above 0, or something is not finite.
  ///
  /// Cost: about 10 ns per value and coordinate; 60 with a multiplicative trend.
  static func sums(
    over values: [Double], form: ExponentialSmoothing.Form, point: SmoothingPoint,
    directions: [SmoothingDirection]
  ) -> SmoothingSums? {
    let width = 1 + directions.count
    var sums = SmoothingSums(
      squares: 0, logForecasts: 0, gram: Array(repeating: 0, count: width * width),
      logSlopes: Array(repeating: 0, count: width))
    var state = point.start
    if form.season == .absent { state.seasons = [0] }
    var slopes: [Derivative] = directions.map {
      ($0.start.level, $0.start.trend, form.season == .absent ? [0] : $0.start.seasons)
    }
    var errors = Array(repeating: 0.0, count: width)
    for (index, value) in values.enumerated() {
      let place = index % form.period
      guard
        let bucket = Bucket(
          value, level: state.level, trend: state.trend, season: state.seasons[place], form,
          point.rates)
      else { return nil }
      for (coordinate, direction) in directions.enumerated() {
        var slope = slopes[coordinate]
        var effect = slope.seasons[place]
        let forecast = bucket.move(&slope.level, &slope.trend, &effect, along: direction.rates)
        slopes[coordinate].level = slope.level
        slopes[coordinate].trend = slope.trend
        slopes[coordinate].seasons[place] = effect
        guard bucket.isKnown else { continue }
        errors[coordinate + 1] = -forecast
        if form.hasRelativeError {
          sums.logSlopes[coordinate + 1] += forecast / bucket.forecast
          errors[coordinate + 1] = -value * forecast / (bucket.forecast * bucket.forecast)
        }
      }
      bucket.move(&state.level, &state.trend, &state.seasons[place])
      guard bucket.isKnown else { continue }
      errors[0] = value - bucket.forecast
      if form.hasRelativeError {
        errors[0] /= bucket.forecast
        sums.logForecasts += log(bucket.forecast)
      }
      sums.squares += errors[0] * errors[0]
      for row in 0..<width {
        for column in 0...row { sums.gram[row * width + column] += errors[row] * errors[column] }
      }
    }
    return sums.squares.isFinite ? sums : nil
  }

  /// One bucket of the recursion, and how its results move with what it starts from.
  private struct Bucket {
    let form: ExponentialSmoothing.Form
    let rates: ExponentialSmoothing.Rates
    let value: Double
    let level: Double
    let trend: Double
    let season: Double
    let drift: Double
    let base: Double
    let forecast: Double
    /// How far the value, freed of its season, lies from `base`.
    let pull: Double
    /// How far the value, freed of `base`, lies from the season.
    let seasonPull: Double

    var isKnown: Bool { value.isFinite }

    init?(
      _ value: Double, level: Double, trend: Double, season: Double,
      _ form: ExponentialSmoothing.Form, _ rates: ExponentialSmoothing.Rates
    ) {
      (self.form, self.rates, self.value) = (form, rates, value)
      (self.level, self.trend, self.season) = (level, trend, season)
      switch form.trend {
      case .absent:
        drift = 0
        base = level
      case .additive:
        drift = rates.damping * trend
        base = level + drift
      case .multiplicative:
        guard level > 0, trend > 0 else { return nil }
        drift = pow(trend, rates.damping)
        base = level * drift
      }
      switch form.season {
      case .absent:
        forecast = base
        pull = value - base
        seasonPull = 0
      case .additive:
        forecast = base + season
        pull = value - season - base
        seasonPull = value - base - season
      case .multiplicative:
        guard base > 0, season > 0 else { return nil }
        forecast = base * season
        pull = value / season - base
        seasonPull = value / base - season
      }
      if form.hasRelativeError, !(forecast > 0) { return nil }
    }

    func move(_ level: inout Double, _ trend: inout Double, _ season: inout Double) {
      let scale = form.trend == .multiplicative ? 1 / self.level : 1
      level = base
      trend = drift
      guard isKnown else { return }
      level += rates.level * pull
      if form.trend != .absent { trend += rates.trend * pull * scale }
      if form.season != .absent { season += rates.season * seasonPull }
    }

    /// Moves derivatives through the bucket; returns that of the forecast.
    func move(
      _ level: inout Double, _ trend: inout Double, _ season: inout Double,
      along direction: ExponentialSmoothing.Rates
    ) -> Double {
      let (oldLevel, oldSeason) = (level, season)
      var driftSlope = 0.0
      var baseSlope = level
      switch form.trend {
      case .absent: break
      case .additive:
        driftSlope = rates.damping * trend + direction.damping * self.trend
        baseSlope = level + driftSlope
      case .multiplicative:
        driftSlope =
          drift * (rates.damping * trend / self.trend + direction.damping * log(self.trend))
        baseSlope = level * drift + self.level * driftSlope
      }
      (level, trend) = (baseSlope, driftSlope)
      var forecastSlope = baseSlope
      var pullSlope = -baseSlope
      var seasonPullSlope = 0.0
      switch form.season {
      case .absent: break
      case .additive:
        forecastSlope = baseSlope + oldSeason
        pullSlope = -forecastSlope
        seasonPullSlope = -forecastSlope
      case .multiplicative:
        forecastSlope = baseSlope * self.season + base * oldSeason
        pullSlope = -value / (self.season * self.season) * oldSeason - baseSlope
        seasonPullSlope = -value / (base * base) * baseSlope - oldSeason
      }
      guard isKnown else { return forecastSlope }
      level += direction.level * pull + rates.level * pullSlope
      if form.trend == .additive {
        trend += direction.trend * pull + rates.trend * pullSlope
      } else if form.trend == .multiplicative {
        trend +=
          (direction.trend * pull + rates.trend * (pullSlope - pull * oldLevel / self.level))
          / self.level
      }
      if form.season != .absent {
        season += direction.season * seasonPull + rates.season * seasonPullSlope
      }
      return forecastSlope
    }
  }
}
