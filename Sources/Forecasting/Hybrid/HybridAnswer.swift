import LinearAlgebra

extension HybridFit {
  /// Chooses the level's speed and turns each ending into a forecast.
  func forecasts() -> [Hybrid.Forecast?] {
    let pooled = pooledErrors()
    let lanes = endings.map { $0.map { chosenLane($0, pooled: pooled) } ?? 0 }
    return endings.indices.map { column in
      guard let ending = endings[column], let scale = plan.scales[column] else { return nil }
      var forecast = forecast(
        ending, scale, lane: lanes[column], step: step(for: column, lanes: lanes),
        closures: panel.closures[column])
      forecast.isPlausible = isPlausible(forecast, column)
      return forecast
    }
  }

  /// Of columns whose coefficients were given; see `Hybrid.trialErrors`.
  func trialErrors() -> [[Hybrid.TrialError]?] {
    let pooled = pooledErrors()
    return endings.indices.map { column in
      guard let ending = endings[column], let scale = plan.scales[column],
        let trial = ending.level.trial, panel.given?[column] != nil
      else { return nil }
      let lane = chosenLane(ending, pooled: pooled)
      return zip(trial.squares, trial.counts).map { squares, count in
        Hybrid.TrialError(
          meanSquare: count > 0 ? scale.mean / 4 * squares[lane] / Double(count) : 0, count: count)
      }
    }
  }

  /// Per lane, the mean squared error of the next H buckets' mean, each series measured in shares
  /// of its own mean error over the lanes, averaged over all series; empty where none can tell.
  func pooledErrors() -> [Double] {
    var sums = Array(repeating: 0.0, count: parameters.levels.count)
    var count = 0.0
    for ending in endings {
      guard let shares = ending.flatMap(shares) else { continue }
      for lane in sums.indices { sums[lane] += shares[lane] }
      count += 1
    }
    return count > 0 ? sums.map { $0 / count } : []
  }

  /// The lane of least error, the column's own and all columns' together.
  func chosenLane(_ ending: Ending, pooled: [Double]) -> Int {
    guard !pooled.isEmpty else { return parameters.levels.count / 2 }
    let weight = parameters.ownChoice
    let own = weight > 0 ? shares(ending) ?? pooled : pooled
    let errors = pooled.indices.map { weight * own[$0] + (1 - weight) * pooled[$0] }
    return errors.indices.min { errors[$0] < errors[$1] } ?? 0
  }

  private func shares(_ ending: Ending) -> [Double]? {
    let errors = parameters.levels.indices.map { ending.level.blockError[$0] }
    let mean = errors.reduce(0, +) / Double(errors.count)
    return mean > 0 && mean.isFinite ? errors.map { $0 / mean } : nil
  }

  private func forecast(
    _ ending: Ending, _ scale: RootScale, lane: Int, step: Hybrid.Step?, closures: [Int]
  ) -> Hybrid.Forecast {
    let level = ending.level
    let base = level.level[lane] + (step?.followed ?? 0)
    let variance = level.variance[lane]
    var means = (0..<panel.horizon).map { lead in
      scale.units(
        ending.ahead[lead] + base + Double(lead + 1) * level.slope + level.weekday[lead][lane]
          + level.echo[lead][lane],
        variance: variance)
    }
    for lead in closures where means.indices.contains(lead) { means[lead] = 0 }
    let freedom = max(0.2, 1 - ending.degreesOfFreedom / ending.weight)
    let rate = max(parameters.levels[lane].rate, min(ending.leastRate, 1))
    let deviation = parameters.widening * level.deviation[lane] / freedom.squareRoot()
    return Hybrid.Forecast(
      means: means, isPlausible: true,
      spread: .squareRoot(
        scale: scale.mean, deviation: HybridFit.widened(deviation, by: step), growth: rate),
      scale: scale.mean, coefficients: ending.coefficients, level: base, slope: level.slope,
      step: step,
      weekday: level.weekday.map { $0[lane] }, echo: level.echo.map { $0[lane] },
      smoothing: rate, penalty: ending.penalty, degreesOfFreedom: ending.degreesOfFreedom,
      errors: level.recent.map { scale.change($0.current, innovation: $0.innovation[lane]) })
  }

  /// The strongest step in the column's own history or in those of its sums.
  private func step(for column: Int, lanes: [Int]) -> Hybrid.Step? {
    var strongest: (test: StepTest, column: Int, level: Double)?
    for place in [column] + plan.sums[column] {
      guard let ending = endings[place], let test = ending.step else { continue }
      if test.strength > strongest?.test.strength ?? 1 {
        strongest = (test, place, ending.level.level[lanes[place]])
      }
    }
    guard let (test, place, level) = strongest else { return nil }
    let size = test.recentMean - level
    let certainty = 1 - 1 / (test.strength * test.strength)
    return Hybrid.Step(
      column: place, buckets: test.buckets, strength: test.strength, size: size,
      followed: parameters.step.trust(buckets: test.buckets) * certainty * size)
  }

  /// Whether a step lasts is not known: s² + (a/2)² + (1 − 1/t²) (s/2)².
  private static func widened(_ deviation: Double, by step: Hybrid.Step?) -> Double {
    guard let step else { return deviation }
    let certainty = 1 - 1 / (step.strength * step.strength)
    return (deviation * deviation * (1 + certainty / 4) + step.size * step.size / 4).squareRoot()
  }

  /// Nothing in a year's demand foretells ten times its maximum.
  private func isPlausible(_ forecast: Hybrid.Forecast, _ column: Int) -> Bool {
    guard case .squareRoot(_, let deviation, _) = forecast.spread, deviation.isFinite else {
      return false
    }
    let largest = panel.observations.withColumn(column) { values in
      values.suffix(panel.year).reduce(0.0) {
        $1.isFinite && $1 <= plan.ceilings[column] ? max($0, $1) : $0
      }
    }
    return forecast.means.allSatisfy { $0.isFinite && $0 <= 10 * largest }
  }
}
