import Forecasting
import Glibc
import LinearAlgebra
import TestKit

/// Panels that a seed draws: some sums, their children and grandchildren, with weeks, a season,
/// events, gaps and late beginnings.
struct SeededPanel {
  let seed: UInt64
  var length = 800
  var horizon = 21
  /// By how much the waves of the year begin later, in days.
  var turn = 0.0

  var panel: Hybrid.Panel {
    var random = TestKit.SeededGenerator(seed: seed)
    let parents: [Int?] = [nil, nil, 0, 0, 1, 2]
    let features = features(&random)
    return Hybrid.Panel(
      observations: Matrix(columns: parents.map { _ in series(&random) }),
      features: Matrix(columns: features.columns), penalties: features.penalties,
      parents: parents, closures: parents.map { _ in [] }, season: 7, year: 364,
      horizon: horizon)
  }

  /// Weekdays, two waves of the year, weekend × the first wave, and an event.
  private func features(
    _ random: inout TestKit.SeededGenerator
  ) -> (columns: [[Double]], penalties: [Double]) {
    let days = (0..<length + horizon).map { Double($0) }
    let weekend = days.map { Int($0) % 7 > 4 ? 5.0 : -2 }
    let every = Int.random(in: 40..<120, using: &random)
    var columns = (0..<7).map { weekday in days.map { Int($0) % 7 == weekday ? 1.0 : 0 } }
    for order in 1...2 {
      let angles = days.map { 2 * Double.pi * Double(order) * ($0 + turn) / 365.25 }
      columns += [angles.map { sin($0) }, angles.map { sin($0 + Double.pi / 2) }]
    }
    columns += columns[7...8].map { wave in zip(wave, weekend).map { $0 * $1 } }
    columns.append(days.map { Int($0) % every == 11 ? 1.0 : 0 })
    return (columns, Array(repeating: 1, count: 7) + Array(repeating: 10, count: 6) + [1])
  }

  private func series(_ random: inout TestKit.SeededGenerator) -> [Double] {
    let base = Double.random(in: 50..<5_000, using: &random)
    let week = (0..<7).map { _ in Double.random(in: 0.7..<1.5, using: &random) }
    let start = Bool.random(using: &random) ? 0 : Int.random(in: 0..<150, using: &random)
    let phase = Double.random(in: 0..<6, using: &random)
    var level = 1.0
    return (0..<length).map { day in
      level *= Double.random(in: 0.985..<1.0153, using: &random)
      let year = 1 + 0.2 * sin(2 * Double.pi * Double(day) / 365.25 + phase)
      let noise = Double.random(in: 0.75..<1.25, using: &random)
      let isGap = day < start || Int.random(in: 0..<90, using: &random) == 0
      return isGap ? .nan : (base * level * week[day % 7] * year * noise).rounded(.up)
    }
  }
}
