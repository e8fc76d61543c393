/// How far forecasts from each of the last buckets would have been off, by lead, had the calendar's
/// effects been given and the level followed the data.
struct LevelTrial {
  typealias Lanes = SIMD8<Double>

  /// What was known before a bucket.
  struct State {
    var level: Lanes
    /// One level per phase of the short season.
    var weekday: [Lanes]
  }

  /// By lead from 1: the sum of squared errors of z, and how many there are.
  private(set) var squares: [Lanes]
  private(set) var counts: [Int]

  /// - Parameters:
  ///   - states: of the buckets tried, oldest first.
  ///   - firstPhase: position of the first of them, which tells its weekday.
  ///   - slope: what the level is expected to move by per bucket.
  ///   - echo: what last year says of each.
  ///   - beyondEffects: z less the calendar's effects at a position; NaN where it is not demand.
  init(
    _ states: [State], firstPhase: Int, horizon: Int, slope: Double, echo: [Lanes],
    beyondEffects: (Int) -> Double
  ) {
    let beyondLevel = states.indices.map { beyondEffects(firstPhase + $0) - echo[$0] }
    squares = Array(repeating: .zero, count: horizon)
    counts = Array(repeating: 0, count: horizon)
    for (start, state) in states.enumerated() {
      let season = state.weekday.count
      let center = state.weekday.reduce(Lanes.zero, +) / Double(season)
      for lead in 1...min(horizon, states.count - start) {
        let place = start + lead - 1
        let weekday = state.weekday[(firstPhase + place) % season] - center
        let error = beyondLevel[place] - state.level - weekday - Double(lead) * slope
        guard !error[0].isNaN else { continue }
        squares[lead - 1] += error * error
        counts[lead - 1] += 1
      }
    }
  }
}
