/// What exponential smoothing finds in a series' residual r = z − Xβ, for up to eight candidate
/// rates α at once: each lane of a vector is one candidate, and all cost what one does.
struct ResidualLevel {
  typealias Lanes = SIMD8<Double>

  /// Mean squared error of l_(s−1) as forecast of the mean of r over the H buckets from s; NaN
  /// where the history is too short to tell.
  private(set) var blockError: Lanes
  /// l at the origin.
  private(set) var level: Lanes
  /// What the level moves by per bucket ahead.
  private(set) var slope: Double
  /// One level per phase of the short season, of mean 0, ready for the H leads.
  private(set) var weekday: [Lanes]
  /// φ times the innovations of a year before the H leads.
  private(set) var echo: [Lanes]
  /// The innovations' deviation, each pulled in to four of its own deviations.
  private(set) var deviation: Lanes
  /// The mean square of observed z less its one-step forecast.
  private(set) var variance: Lanes
  /// The last buckets that were asked for: z, NaN where it is not demand, and its innovations.
  private(set) var recent: [(current: Double, innovation: Lanes)] = []
  /// How far forecasts from the last `Parameters.trial` buckets were off; nil without any.
  private(set) var trial: LevelTrial?

  /// - Parameters:
  ///   - residual: r over the window.
  ///   - observed: z as observed, NaN where it is not demand.
  ///   - current: z as the fit saw it.
  ///   - speeds: of each lane.
  init(
    residual: UnsafeBufferPointer<Double>, observed: UnsafeBufferPointer<Double>,
    current: UnsafeBufferPointer<Double>, speeds: LevelLanes, horizon: Int, season: Int, year: Int,
    parameters: Hybrid.Parameters
  ) {
    let length = residual.count
    var innovations: [Lanes] = []
    innovations.reserveCapacity(length)
    var slow = Lanes(
      repeating: ExponentialFilter.initialLevel(residual, start: parameters.start))
    var fast = slow
    var level = slow
    var phases = Array(repeating: Lanes.zero, count: season)
    var errorSum = Lanes.zero
    var ahead = residual.prefix(horizon).reduce(0, +)
    let comparisons = parameters.levelStart...max(parameters.levelStart, length - horizon)
    var phase = 0
    let firstTrial = parameters.trial > 0 ? max(0, length - parameters.trial) : length
    var states: [LevelTrial.State] = []
    for index in 0..<length {
      if index >= firstTrial { states.append(LevelTrial.State(level: level, weekday: phases)) }
      if comparisons.contains(index) {
        let error = ahead / Double(horizon) - level
        errorSum += error * error
      }
      ahead -= residual[index]
      if index + horizon < length { ahead += residual[index + horizon] }
      let innovation = residual[index] - level
      innovations.append(innovation)
      phases[phase] += parameters.weekday * (innovation - phases[phase])
      phase = phase + 1 == season ? 0 : phase + 1
      slow += speeds.slow * (residual[index] - slow)
      fast += speeds.fast * (residual[index] - fast)
      level = fast + speeds.slowShare * (slow - fast)
    }
    self.level = level
    slope =
      parameters.slope == 0 ? 0 : parameters.slope * ResidualLevel.slope(residual.prefix(length))
    blockError =
      length - horizon >= parameters.levelStart
      ? errorSum / Double(comparisons.count) : Lanes(repeating: .nan)
    let center = phases.reduce(Lanes.zero, +) / Double(season)
    weekday = (0..<horizon).map { phases[(length + $0) % season] - center }
    echo = ResidualLevel.echo(innovations[...], horizon: horizon, year: year, parameters)
    deviation = ResidualLevel.deviation(
      innovations, observed, window: parameters.deviationWindow)
    variance = ResidualLevel.variance(
      innovations, observed, current, window: parameters.deviationWindow)
    recent = (max(0, length - parameters.keptErrors)..<length).map {
      (observed[$0].isNaN ? .nan : current[$0], innovations[$0])
    }
    guard !states.isEmpty else { return }
    trial = LevelTrial(
      states, firstPhase: firstTrial, horizon: horizon,
      slope: parameters.slope * ResidualLevel.slope(residual.prefix(firstTrial)),
      echo: ResidualLevel.echo(
        innovations.prefix(firstTrial), horizon: states.count, year: year, parameters)
    ) { observed[$0] - current[$0] + residual[$0] }
  }

  /// The level of a series too short for a fit of its own: the mean of its last residuals.
  ///
  /// - Parameter residuals: r on the days that are demand, oldest first, at least one.
  init(mean residuals: [Double], horizon: Int, parameters: Hybrid.Parameters) {
    let recent = residuals.suffix(parameters.shortLevel)
    let mean = recent.reduce(0, +) / Double(recent.count)
    let square = residuals.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(residuals.count)
    blockError = Lanes(repeating: .nan)
    level = Lanes(repeating: mean)
    slope = 0
    weekday = Array(repeating: .zero, count: horizon)
    echo = weekday
    deviation = Lanes(repeating: square.squareRoot())
    variance = Lanes(repeating: square)
  }

  private static func echo(
    _ innovations: ArraySlice<Lanes>, horizon: Int, year: Int,
    _ parameters: Hybrid.Parameters
  ) -> [Lanes] {
    let length = innovations.count
    guard parameters.echo != 0, length > year + parameters.start else {
      return Array(repeating: .zero, count: horizon)
    }
    let weights = parameters.echoWeights
    let reachesBack = weights.1 != 0 && length >= 2 * year + parameters.start
    return (0..<horizon).map { lead in
      // A lead beyond a year looks back to the same place of the last year known.
      let place = length - year + lead % year
      guard reachesBack else { return parameters.echo * innovations[place] }
      return parameters.echo
        * (weights.0 * innovations[place] + weights.1 * innovations[place - year])
    }
  }

  /// The least-squares slope of a line through the residual.
  private static func slope(_ residual: Slice<UnsafeBufferPointer<Double>>) -> Double {
    let center = Double(residual.count - 1) / 2
    var products = 0.0
    var squares = 0.0
    for (index, value) in residual.enumerated() {
      let distance = Double(index) - center
      products += distance * value
      squares += distance * distance
    }
    return squares > 0 ? products / squares : 0
  }

  private static func deviation(
    _ innovations: [Lanes], _ observed: UnsafeBufferPointer<Double>, window: Int
  ) -> Lanes {
    var sum = Lanes.zero
    var squares = Lanes.zero
    var count = 0.0
    let recent = max(0, innovations.count - window)..<innovations.count
    for index in recent where !observed[index].isNaN {
      sum += innovations[index]
      squares += innovations[index] * innovations[index]
      count += 1
    }
    guard count > 0 else { return .zero }
    let mean = sum / count
    let limit =
      4
      * (squares / count - mean * mean).clamped(
        lowerBound: .zero, upperBound: Lanes(repeating: .infinity)
      ).squareRoot()
    var clipped = Lanes.zero
    for index in recent where !observed[index].isNaN {
      let pulled = innovations[index].clamped(lowerBound: -limit, upperBound: limit)
      clipped += pulled * pulled
    }
    return (clipped / count).squareRoot()
  }

  /// Demand's rare peaks belong to its mean and are kept, up to eight robust deviations: beyond
  /// that stand wrong entries.
  private static func variance(
    _ innovations: [Lanes], _ observed: UnsafeBufferPointer<Double>,
    _ current: UnsafeBufferPointer<Double>, window: Int
  ) -> Lanes {
    let errors = (max(0, innovations.count - window)..<innovations.count).compactMap { index in
      observed[index].isNaN ? nil : (observed[index] - current[index]) + innovations[index]
    }
    guard !errors.isEmpty else { return .zero }
    let robust = 1.4826 * Selection.median(errors.map { $0[2].magnitude })
    let limit = Lanes(repeating: robust > 0 ? 8 * robust : .infinity)
    return errors.reduce(into: Lanes.zero) { squares, error in
      let pulled = error.clamped(lowerBound: -limit, upperBound: limit)
      squares += pulled * pulled
    } / Double(errors.count)
  }
}
