internal import Forecasting

/// The parts of one hybrid forecast.
struct HybridParts {
  let hybrid: Hybrid.Forecast
  let features: FeatureTable
  /// Rows of the table before the first bucket ahead.
  let historyCount: Int

  private var horizon: Int { hybrid.means.count }

  /// - Parameter share: what part of this forecast the node takes, per bucket.
  func parts(share: Double = 1) -> [Explanation.Part] {
    let effects = effects.filter { effect in effect.values.contains { $0 != 0 } }
    let totals = (0..<horizon).map { lead in effects.reduce(0) { $0 + $1.values[lead] } }
    // Where the forecast is 0 by closure, the curvature cannot be read off the mean.
    let bend =
      totals.indices.lazy.filter { hybrid.means[$0] > 0 }.map {
        hybrid.means[$0] - units(totals[$0])
      }.first ?? 0
    let slopes = totals.map { $0 == 0 ? hybrid.scale : (units($0) - hybrid.scale) / $0 }
    var parts = [
      constant(.usual, "the last year's mean", hybrid.scale * share)
    ]
    parts += effects.map { effect in
      Explanation.Part(
        kind: effect.kind, name: effect.name, scaled: effect.values,
        units: zip(effect.values, slopes).map { $0 * $1 * share })
    }
    if bend != 0 { parts.append(constant(.curvature, "curvature", bend * share)) }
    return parts
  }

  /// m max(1 + z/2, 0)², without the correction for the curvature.
  private func units(_ z: Double) -> Double {
    let root = max(1 + z / 2, 0)
    return hybrid.scale * root * root
  }

  private struct Effect {
    let kind: Explanation.Kind
    let name: String
    let values: [Double]
  }

  private var effects: [Effect] {
    var effects = [
      Effect(
        kind: .level, name: "level", values: Array(repeating: hybrid.level, count: horizon)),
      Effect(
        kind: .slope, name: "slope", values: (1...horizon).map { Double($0) * hybrid.slope }),
    ]
    var column = 0
    for group in features.groups {
      let coefficients = hybrid.coefficients[column..<column + group.columns.count]
      column += group.columns.count
      let values = (0..<horizon).map { lead in
        zip(group.columns, coefficients).reduce(0) {
          $0 + $1.0[historyCount + lead] * $1.1
        }
      }
      effects.append(Effect(kind: Explanation.Kind(group.kind), name: group.name, values: values))
    }
    effects.append(Effect(kind: .weekday, name: "weekday, lately", values: hybrid.weekday))
    effects.append(Effect(kind: .echo, name: "echo of last year", values: hybrid.echo))
    return effects
  }

  private func constant(
    _ kind: Explanation.Kind, _ name: String, _ value: Double
  ) -> Explanation.Part {
    Explanation.Part(
      kind: kind, name: name, scaled: nil, units: Array(repeating: value, count: horizon))
  }
}

extension Explanation.Kind {
  fileprivate init(_ kind: FeatureTable.Group.Kind) {
    self =
      switch kind {
      case .weekday: .weekday
      case .dayOfMonth: .dayOfMonth
      case .annual: .annual
      case .weekdayByAnnual: .weekdayByAnnual
      case .payday: .payday
      case .event: .event
      case .promotion: .promotion
      }
  }
}
