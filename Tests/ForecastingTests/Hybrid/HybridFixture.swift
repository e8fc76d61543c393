import Forecasting
import Glibc
import LinearAlgebra

/// Four series of 840 days in three stages, with gaps, unmarked closures and wrong entries, made by
/// a linear congruential generator so that other programs can make them again.
enum HybridFixture {
  static let length = 840
  static let horizon = 28

  static func panel() -> Hybrid.Panel {
    Hybrid.Panel(
      observations: Matrix(columns: observations()), features: features().matrix,
      penalties: features().penalties, parents: [nil, 0, 0, 1],
      closures: [[], [], [5], []], season: 7, year: 364, horizon: horizon)
  }

  static func observations() -> [[Double]] {
    var state: UInt32 = 12_345
    func uniform() -> Double {
      state = 1_664_525 &* state &+ 1_013_904_223
      return Double(state) / 4_294_967_296
    }
    let bases = [4000.0, 900, 2500, 300]
    let week = [1, 0.9, 0.85, 0.9, 1.1, 1.4, 1.3]
    var columns = bases.map { _ in Array(repeating: 0.0, count: length) }
    for day in 0..<length {
      let time = Double(day)
      for (series, base) in bases.enumerated() {
        let angle = 2 * Double.pi * time / 365.25
        let annual = 1 + 0.2 * sin(angle) + 0.05 * Double(series) * cos(angle)
        let event = [30, 31].contains(day % 90) ? 1.5 : 1
        let wave = 1 + 0.1 * sin(time / 40 + Double(series))
        let mean = base * week[day % 7] * annual * event * wave
        columns[series][day] = (mean * (0.8 + 0.4 * uniform())).rounded(.down)
      }
    }
    for day in 100..<103 { columns[1][day] = 0 }
    columns[2][400] = 3
    columns[3][500] *= 9
    columns[0][700] *= 6
    for day in 200..<205 { columns[3][day] = .nan }
    for day in 0..<3 { columns[2][day] = .nan }
    return columns
  }

  static func features() -> (matrix: Matrix, penalties: [Double]) {
    let days = 0..<length + horizon
    var columns = (0..<7).map { weekday in days.map { $0 % 7 == weekday ? 1.0 : 0 } }
    for order in 1...3 {
      let angles = days.map { 2 * Double.pi * Double(order) * Double($0) / 365.25 }
      columns.append(angles.map { sin($0) })
      columns.append(angles.map { cos($0) })
    }
    for lag in 0...1 { columns.append(days.map { $0 % 90 == 30 + lag ? 1 : 0 }) }
    return (
      Matrix(columns: columns),
      Array(repeating: 1, count: 7) + Array(repeating: 10, count: 6) + [1, 1]
    )
  }
}
