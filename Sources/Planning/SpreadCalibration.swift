internal import Forecasting
internal import Inventory

/// How much the hybrid's spreads must widen to cover what forecasts of the same data missed by.
///
/// A fit knows its errors one bucket ahead and in sample. What it does not know shows when the
/// history's last buckets are held back: the effects of the calendar are fitted without them, and
/// from each of them a forecast is made, the level following the data. Pooled over the columns of
/// one demand class, each in units of the variance s² that its own fit claimed, the mean squared
/// error v of lead h is fitted by least squares with
///
///     v(h) = a (1 + (h − 1) g²) + c (h − 1),    a >= 1, c >= 0
///
/// g the level's rate: s² is multiplied by a, and c / a is added to g². Both are drawn towards all
/// columns' and these towards 1 and 0, by how much was seen: `priorWeight` trials count as much as
/// what the method claims of itself. Nothing narrows: too wide an interval costs some stock, too
/// narrow a one costs sales and trust. Tashman (2000, International Journal of Forecasting 16(4))
/// gives the reasons for rolling origins.
struct SpreadCalibration {
  /// Columns that are fitted once more; more say the same at greater cost.
  static let learntFrom = 500
  /// At most this part of the history is held back: shorter fits know less of themselves.
  static let heldBack = 8
  /// A column that keeps less than this many times what is held back is not asked.
  static let keptMultiple = 3
  /// Mean squares beyond this many claimed variances count as it: a shift of the level is not a
  /// spread.
  static let largestRatio = 9.0
  static let priorWeight = 30.0

  private var pooled = SpreadFactor.unchanged
  private var factors: [DemandClass: SpreadFactor] = [:]

  init(panels: HybridPanels, columns: [PanelColumn]) throws {
    let known = panels.window.historyCount
    let buckets = min(
      panels.window.grid.bucket.wholeYear, max(panels.horizon, known / SpreadCalibration.heldBack))
    guard let past = panels.before(buckets) else { return }
    let chosen = PanelColumn.sample(columns, SpreadCalibration.learntFrom)
    let cut = chosen.map { $0.cut(by: buckets) }
    let parts = HybridPanels.panels(of: cut)
    var claims = [Hybrid.Forecast?](repeating: nil, count: cut.count)
    for part in parts {
      for (column, claim) in zip(part.own, try past.forecast(part, of: cut)) {
        claims[column] = claim
      }
    }
    var rolled = panels
    rolled.given = claims.map { $0?.coefficients }
    var evidence: [DemandClass: SpreadEvidence] = [:]
    for part in parts {
      let errors = try rolled.trialErrors(part, of: chosen, buckets: buckets)
      for (column, errors) in zip(part.own, errors) {
        let values = cut[column].history.values
        guard let errors, let claim = claims[column], claim.isPlausible, claim.penalty != nil,
          values.count >= SpreadCalibration.keptMultiple * buckets,
          let kind = DemandClass(values)
        else { continue }
        evidence[kind, default: SpreadEvidence()].add(errors, claimed: claim.spread)
      }
    }
    let origins = Double(buckets) / Double(panels.horizon)
    var whole = SpreadEvidence()
    for kind in DemandClass.allCases { evidence[kind].map { whole.add($0) } }
    pooled = whole.factor(origins: origins, prior: .unchanged)
    factors = evidence.mapValues { $0.factor(origins: origins, prior: pooled) }
  }

  func spread(_ spread: DemandSpread, of column: PanelColumn) -> DemandSpread {
    let kind = DemandClass(column.history.values)
    return spread.calibrated(by: kind.flatMap { factors[$0] } ?? pooled)
  }
}

extension PanelColumn {
  /// About so many columns, evenly from all, with those they are drawn towards.
  static func sample(_ columns: [PanelColumn], _ count: Int) -> [PanelColumn] {
    guard columns.count > count else { return columns }
    var isChosen = [Bool](repeating: false, count: columns.count)
    for number in 0..<count / 2 {
      var place = Int?.some(number * columns.count / (count / 2))
      while let column = place, !isChosen[column] {
        isChosen[column] = true
        place = columns[column].parent
      }
    }
    let chosen = columns.indices.filter { isChosen[$0] }
    let placeOf = Dictionary(uniqueKeysWithValues: chosen.enumerated().map { ($1, $0) })
    return chosen.map { position in
      let column = columns[position]
      return PanelColumn(
        history: column.history, parent: column.parent.flatMap { placeOf[$0] },
        sums: column.sums.compactMap { placeOf[$0] }, closures: column.closures,
        family: column.family)
    }
  }
}

/// Squared errors of trials in units of the claimed variances, on their way to a line over leads.
private struct SpreadEvidence {
  /// Σ x xᵀ and Σ x v with x = (1 + (h − 1) g², h − 1).
  private var squares = (0.0, 0.0, 0.0)
  private var products = (0.0, 0.0)
  private var columns = 0.0

  mutating func add(_ errors: [Hybrid.TrialError], claimed spread: DemandSpread) {
    guard case .squareRoot(let scale, let deviation, let growth) = spread else { return }
    let variance = scale / 4 * deviation * deviation
    guard variance > 0 else { return }
    columns += 1
    for (lead, error) in errors.enumerated() where error.count > 0 {
      let ratio = min(error.meanSquare / variance, SpreadCalibration.largestRatio)
      let steps = Double(lead)
      let claimed = 1 + steps * growth * growth
      squares.0 += claimed * claimed
      squares.1 += claimed * steps
      squares.2 += steps * steps
      products.0 += claimed * ratio
      products.1 += steps * ratio
    }
  }

  mutating func add(_ other: SpreadEvidence) {
    squares.0 += other.squares.0
    squares.1 += other.squares.1
    squares.2 += other.squares.2
    products.0 += other.products.0
    products.1 += other.products.1
    columns += other.columns
  }

  /// Columns of one retailer err together: so many tell as much as the root of their number would
  /// if each erred on its own.
  func factor(origins: Double, prior: SpreadFactor) -> SpreadFactor {
    guard squares.0 > 0 else { return prior }
    let determinant = squares.0 * squares.2 - squares.1 * squares.1
    var (level, growth) = (products.0 / squares.0, 0.0)
    if determinant > 1e-9 * squares.0 * squares.2 {
      level = (products.0 * squares.2 - products.1 * squares.1) / determinant
      growth = (squares.0 * products.1 - squares.1 * products.0) / determinant
      // The least squares under a >= 1 and c >= 0: at a bound the other one is fitted again.
      if level < 1 { (level, growth) = (1, (products.1 - squares.1) / squares.2) }
      if growth < 0 { (level, growth) = (products.0 / squares.0, 0) }
    }
    level = max(level, 1)
    let weight = origins * columns.squareRoot()
    let share = weight / (weight + SpreadCalibration.priorWeight)
    return SpreadFactor(
      variance: prior.variance + share * (level - prior.variance),
      growth: prior.growth + share * (growth - prior.growth))
  }
}
