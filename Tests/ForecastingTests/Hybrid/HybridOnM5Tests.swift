import Forecasting
import LinearAlgebra
import Testing

@Suite("The hybrid on M5's departments", .enabled(if: M5.isPresent), .serialized)
struct HybridOnM5Tests {
  static let horizon = 28

  static func forecast(
    _ data: M5, origin: Int, parameters: Hybrid.Parameters = .daily
  ) throws -> [Hybrid.Forecast?] {
    let rows = 0..<origin
    let closed = (0..<horizon).filter { data.isChristmas[origin + $0] }
    let panel = Hybrid.Panel(
      observations: data.demand.selecting(rows: rows),
      features: data.features.selecting(rows: 0..<origin + horizon), penalties: data.penalties,
      parents: data.parents,
      closures: Array(repeating: closed, count: data.demand.columns), season: 7, year: 364,
      horizon: horizon, sums: data.sums)
    return try Hybrid.forecast(panel, parameters: parameters)
  }

  /// Mean over the nine levels of the revenue-weighted RMSSE.
  static func wrmsse(_ means: [[Double]], _ data: M5, origin: Int) -> Double {
    var sums = Array(repeating: 0.0, count: 9)
    var weights = sums
    for node in means.indices {
      let demand = data.demand.column(node)
      let steps = (1..<origin).reduce(0.0) { sum, day in
        let step = demand[day] - demand[day - 1]
        return sum + step * step
      }
      let errors = (0..<horizon).reduce(0.0) { sum, lead in
        let error = demand[origin + lead] - means[node][lead]
        return sum + error * error
      }
      let level = data.levels[node] - 1
      let error = (errors / Double(horizon) / (steps / Double(origin - 1))).squareRoot()
      sums[level] += error * data.weights[node]
      weights[level] += data.weights[node]
    }
    return zip(sums, weights).reduce(0) { $0 + $1.0 / $1.1 } / 9
  }

  /// WRMSSE of the numpy reference, which does not correct means for the root's curvature.
  static let reference = [(1101, 0.53939), (1437, 0.56293), (1773, 0.52374)]

  @Test("the plain recipe's parts, put together, have the reference's error", arguments: reference)
  func plain(_ origin: Int, _ error: Double) throws {
    let data = try M5()
    let forecasts = try Self.forecast(
      data, origin: origin, parameters: HybridGoldenTests.plainParameters())
    let means = Self.summedUp(data) { node, lead in
      guard let answer = forecasts[node] else { return .nan }
      let effects = answer.coefficients.indices.reduce(0) {
        $0 + answer.coefficients[$1] * data.features[origin + lead, $1]
      }
      let root = 1 + (effects + answer.level + answer.weekday[lead] + answer.echo[lead]) / 2
      return data.isChristmas[origin + lead] ? 0 : answer.scale * max(root, 0) * max(root, 0)
    }
    #expect((Self.wrmsse(means, data, origin: origin) - error).magnitude < 0.0005)
  }

  @Test("fifteen origins with all parts stay under 0.448 and cover what they promise")
  func complete() throws {
    let data = try M5()
    var errors: [Double] = []
    var covered = 0.0
    for origin in (0..<15).map({ 1101 + 56 * $0 }) {
      let forecasts = try Self.forecast(data, origin: origin)
      let means = Self.summedUp(data) { node, lead in forecasts[node]?.means[lead] ?? .nan }
      errors.append(Self.wrmsse(means, data, origin: origin))
      covered += Self.coverage(forecasts, means, data, origin: origin) / 15
    }
    let error = errors.reduce(0, +) / 15
    #expect(error < 0.448, "\(error)")
    #expect((0.93...0.97).contains(covered), "\(covered)")
  }

  /// Per node and lead, the sum over the departments of its stores.
  private static func summedUp(_ data: M5, _ mean: (Int, Int) -> Double) -> [[Double]] {
    let bottom = data.levels.indices.filter { data.levels[$0] == 9 }
    let means = bottom.map { node in (0..<horizon).map { mean(node, $0) } }
    return data.bottoms.map { members in
      (0..<horizon).map { lead in members.reduce(0) { $0 + means[$1][lead] } }
    }
  }

  static func coverage(
    _ forecasts: [Hybrid.Forecast?], _ means: [[Double]], _ data: M5, origin: Int
  ) -> Double {
    var inside = 0.0
    for (node, forecast) in forecasts.enumerated() {
      guard let forecast else { continue }
      for lead in 0..<horizon {
        let range = forecast.spread.quantiles(
          [0.025, 0.975], mean: means[node][lead], lead: lead + 1)
        let demand = data.demand[origin + lead, node]
        inside += demand >= range[0] && demand <= range[1] ? 1 : 0
      }
    }
    return inside / Double(forecasts.count * horizon)
  }
}
