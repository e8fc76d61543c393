internal import Forecasting
internal import Inventory

/// The hybrid combined with exponential smoothing, weighted by how each forecast the same columns
/// from past origins.
///
/// Methods that err differently: the hybrid; additive smoothing of roots, whose trend is damped;
/// for months also smoothing whose form is chosen among R's candidates, in units. One set of
/// weights serves all columns: fitted to past errors, in which each column counts alike, never
/// negative, drawn halfway to equal ones (see `CombinationWeights`), and used only if they would
/// have been better than the hybrid alone from each past origin.
///
/// Where trend and season are all there is, as in monthly data without a calendar, the mean is
/// better than each method. Where the calendar rules the hybrid stays alone: without the last
/// condition M5's departments lost 2.6 %.
struct MethodCombination {
  /// Past origins, one horizon apart.
  static let origins = 3
  /// κ of `CombinationWeights.leastSquares`.
  static let strength = 1.0
  /// Columns, sums first, from which weights are learnt; more say the same at greater cost.
  static let learntFrom = 1_024

  let panels: HybridPanels

  /// Units per bucket of each column; nil where the hybrid has none.
  func means(of columns: [PanelColumn], hybrids: [Hybrid.Forecast?]) throws -> [[Double]?] {
    let weights = try weights(columns)
    return columns.indices.map { column in
      guard let hybrid = hybrids[column], hybrid.isPlausible else { return nil }
      let methods = methods(columns[column], hybrid.means)
      return hybrid.means.indices.map { lead in
        // The hybrid alone knows of closures.
        hybrid.means[lead] > 0 ? max(0, weights.mean(of: methods.map { $0[lead] })) : 0
      }
    }
  }

  /// Weights that would have served best; the hybrid's alone where they are not proven.
  func weights(_ columns: [PanelColumn]) throws -> CombinationWeights {
    let chosen = Array(columns.prefix(MethodCombination.learntFrom))
    let evidence = try (1...MethodCombination.origins).compactMap { number in
      try panels.before(number * panels.horizon).map {
        try self.evidence(chosen, $0, buckets: number * panels.horizon)
      }
    }
    var whole = CombinationWeights.Evidence(methods: methodCount)
    for one in evidence { whole.add(one) }
    let fitted = CombinationWeights.leastSquares(
      whole, prior: .equal(methodCount), strength: MethodCombination.strength)
    let alone = CombinationWeights.only(0, of: methodCount)
    let isProven = evidence.allSatisfy { $0.meanSquare(of: fitted) < $0.meanSquare(of: alone) }
    return isProven && !evidence.isEmpty ? fitted : alone
  }

  private func evidence(
    _ columns: [PanelColumn], _ past: HybridPanels, buckets: Int
  ) throws -> CombinationWeights.Evidence {
    var evidence = CombinationWeights.Evidence(methods: methodCount)
    let cut = columns.map { $0.cut(by: buckets) }
    var hybrids = [Hybrid.Forecast?](repeating: nil, count: cut.count)
    for panel in HybridPanels.panels(of: cut) {
      for (column, answer) in zip(panel.own, try past.forecast(panel, of: cut)) {
        hybrids[column] = answer
      }
    }
    for (place, column) in cut.enumerated() {
      guard let hybrid = hybrids[place], hybrid.isPlausible, hybrid.scale > 0 else { continue }
      let methods = methods(column, hybrid.means)
      let ahead = columns[place].history.values[column.history.values.count...]
      let errors = ahead.prefix(panels.horizon).enumerated().filter { !$0.element.isNaN }
        .map { lead, actual in methods.map { $0[lead] - actual } }
      let squares = errors.joined().reduce(0) { $0 + $1 * $1 }
      guard squares > 0, squares.isFinite else { continue }
      let size = (squares / Double(errors.count * methodCount)).squareRoot()
      for error in errors { evidence.add(errors: error.map { $0 / size }) }
    }
    return evidence
  }

  private var methodCount: Int { panels.window.grid.bucket == .month ? 3 : 2 }

  /// A method without an answer takes the hybrid's.
  private func methods(_ column: PanelColumn, _ hybrid: [Double]) -> [[Double]] {
    let bucket = panels.window.grid.bucket
    let values = column.history.values
    let season = bucket.repeatedSeason(known: values.count)
    let damped = Smoothing.forecast(
      values, season: season, year: bucket.wholeYear, horizon: panels.horizon)
    let found = [hybrid, damped?.means ?? hybrid]
    guard bucket == .month else { return found }
    return found + [
      Smoothing.automatic(values, season: season, horizon: panels.horizon) ?? hybrid
    ]
  }
}
