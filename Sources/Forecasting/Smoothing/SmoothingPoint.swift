/// A place in the search: rates and initial state, and their free coordinates.
///
/// The coordinates are α, then β / α, φ, γ / (1 − α) as far as the form has them, the initial level
/// and trend, and all initial effects but the last, which follows from their sum: 0 for an additive
/// season, m for a multiplicative one.
struct SmoothingPoint {
  typealias Form = ExponentialSmoothing.Form

  var rates: ExponentialSmoothing.Rates
  var start: ExponentialSmoothing.State

  /// The usual bounds: 1e-4 <= α <= 0.9999, β < α or less, 0.8 <= φ <= 0.98, γ < 1 − α.
  static func bounds(_ form: Form, mostTrendShare: Double) -> [ClosedRange<Double>] {
    let share = 1e-4...0.9999
    var bounds = [share]
    if form.trend != .absent { bounds.append(1e-4...mostTrendShare) }
    if form.isDamped { bounds.append(0.8...0.98) }
    if form.season != .absent { bounds.append(share) }
    return bounds
  }

  func coordinates(_ form: Form, within bounds: [ClosedRange<Double>]) -> [Double] {
    var coordinates = [rates.level]
    if form.trend != .absent { coordinates.append(rates.trend / rates.level) }
    if form.isDamped { coordinates.append(rates.damping) }
    if form.season != .absent { coordinates.append(rates.season / (1 - rates.level)) }
    for (index, range) in bounds.enumerated() {
      coordinates[index] = min(max(coordinates[index], range.lowerBound), range.upperBound)
    }
    coordinates.append(start.level)
    if form.trend != .absent { coordinates.append(start.trend) }
    coordinates += start.seasons.dropLast()
    return coordinates
  }

  init(rates: ExponentialSmoothing.Rates, start: ExponentialSmoothing.State) {
    self.rates = rates
    self.start = start
  }

  init(_ coordinates: [Double], _ form: Form) {
    var place = 0
    func next() -> Double {
      defer { place += 1 }
      return coordinates[place]
    }
    rates = ExponentialSmoothing.Rates(level: next())
    if form.trend != .absent { rates.trend = rates.level * next() }
    if form.isDamped { rates.damping = next() }
    if form.season != .absent { rates.season = (1 - rates.level) * next() }
    start = ExponentialSmoothing.State(level: next())
    if form.trend != .absent { start.trend = next() }
    if form.season != .absent {
      start.seasons = Array(coordinates[place...])
      let total = form.season == .multiplicative ? Double(form.period) : 0
      start.seasons.append(start.seasons.reduce(total, -))
    }
  }

  /// How rates and initial state move with each coordinate.
  func directions(_ form: Form) -> [SmoothingDirection] {
    let still = Array(repeating: 0.0, count: start.seasons.count)
    var directions: [SmoothingDirection] = []
    func add(_ change: (inout SmoothingDirection) -> Void) {
      var direction = SmoothingDirection(
        rates: .init(level: 0, damping: 0), start: .init(level: 0, seasons: still))
      change(&direction)
      directions.append(direction)
    }
    add {
      $0.rates.level = 1
      $0.rates.trend = form.trend == .absent ? 0 : rates.trend / rates.level
      $0.rates.season = form.season == .absent ? 0 : -rates.season / (1 - rates.level)
    }
    if form.trend != .absent { add { $0.rates.trend = rates.level } }
    if form.isDamped { add { $0.rates.damping = 1 } }
    if form.season != .absent { add { $0.rates.season = 1 - rates.level } }
    add { $0.start.level = 1 }
    if form.trend != .absent { add { $0.start.trend = 1 } }
    for place in still.indices.dropLast() {
      add {
        $0.start.seasons[place] = 1
        $0.start.seasons[still.count - 1] = -1
      }
    }
    return directions
  }
}

/// The derivative of a point along one coordinate.
struct SmoothingDirection {
  var rates: ExponentialSmoothing.Rates
  var start: ExponentialSmoothing.State
}
