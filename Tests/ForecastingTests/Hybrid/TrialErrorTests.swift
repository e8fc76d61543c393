import LinearAlgebra
import Testing

@testable import Forecasting

@Suite("Forecasts tried from the last buckets")
struct TrialErrorTests {
  private let days = 500
  private let tried = 60
  private let horizon = 9

  private func values(noise: Double = 3) -> [Double] {
    var random = SeededGenerator(seed: 5)
    var level = 100.0
    return (0..<days).map { day in
      level += 0.4 * (random.uniform() - 0.5)
      return level + 8 * Double(day % 7) + noise * (random.uniform() - 0.5)
    }
  }

  private func panel(_ values: [Double], given: [[Double]?]?) -> Hybrid.Panel {
    let rows = values.count + horizon
    return Hybrid.Panel(
      observations: Matrix(rows: values.count, columns: 1, storage: values),
      features: Matrix(
        rows: rows, columns: 1, storage: (0..<rows).map { $0 % 10 == 0 ? 0.9 : -0.1 }),
      penalties: [1], parents: [nil], closures: [[]], season: 7, year: 364, horizon: horizon,
      given: given)
  }

  /// The method's own words, one origin after another: two smoothed levels, seven weekdays, and
  /// the echo of a year ago.
  private func literal(_ values: [Double], coefficient: Double) -> [Double] {
    let parameters = Hybrid.Parameters.daily
    let speed = parameters.levels[0]
    let scale = values.suffix(364).reduce(0, +) / 364
    let z = values.map { 2 * (($0 / scale).squareRoot() - 1) }
    let r = z.enumerated().map { $1 - coefficient * ($0 % 10 == 0 ? 0.9 : -0.1) }
    let start = r.prefix(parameters.start).reduce(0, +) / Double(parameters.start)
    var (slow, fast, level) = (start, start, start)
    var weekdays = [Double](repeating: 0, count: 7)
    var innovations: [Double] = []
    var squares = [Double](repeating: 0, count: horizon)
    var counts = [Double](repeating: 0, count: horizon)
    var states: [(day: Int, level: Double, weekdays: [Double])] = []
    for day in 0..<days {
      if day >= days - tried { states.append((day, level, weekdays)) }
      let innovation = r[day] - level
      innovations.append(innovation)
      weekdays[day % 7] += parameters.weekday * (innovation - weekdays[day % 7])
      slow += speed.slow * (r[day] - slow)
      fast += speed.fast * (r[day] - fast)
      level = speed.slowShare * slow + (1 - speed.slowShare) * fast
    }
    for state in states {
      let center = state.weekdays.reduce(0, +) / 7
      for lead in 1...horizon where state.day + lead - 1 < days {
        let day = state.day + lead - 1
        let echo = parameters.echo * innovations[day - 364]
        let error = r[day] - state.level - (state.weekdays[day % 7] - center) - echo
        squares[lead - 1] += error * error
        counts[lead - 1] += 1
      }
    }
    return zip(squares, counts).map { scale / 4 * $0 / $1 }
  }

  @Test("each lead's mean squared error is that of the method told in its own words")
  func asToldLiterally() throws {
    let values = values()
    let errors = try #require(
      try Hybrid.trialErrors(panel(values, given: [[0.02]]), buckets: tried).first ?? nil)
    let expected = literal(values, coefficient: 0.02)
    #expect(errors.map(\.count) == (0..<horizon).map { tried - $0 })
    for (error, expected) in zip(errors, expected) {
      #expect((error.meanSquare / expected - 1).magnitude < 1e-9)
    }
  }

  @Test("a day that is not demand is tried from, and not against")
  func missing() throws {
    var values = values()
    values[days - 5] = .nan
    let errors = try #require(
      try Hybrid.trialErrors(panel(values, given: [[0]]), buckets: tried).first ?? nil)
    #expect(errors.map(\.count) == (0..<horizon).map { tried - $0 - 1 })
  }

  @Test("columns without given effects are not tried: their fit has seen what it would be told by")
  func notGiven() throws {
    #expect(try Hybrid.trialErrors(panel(values(), given: [nil]), buckets: tried) == [nil])
  }
}
