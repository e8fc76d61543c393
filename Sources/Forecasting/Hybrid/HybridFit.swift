import LinearAlgebra

/// The state of one run over a panel: stage after stage, block after block.
struct HybridFit {
  /// What a fitted column leaves behind.
  struct Ending {
    var level: ResidualLevel
    var step: StepTest?
    /// H values of X β ahead.
    var ahead: [Double]
    var coefficients: [Double]
    var penalty: Double?
    var degreesOfFreedom: Double
    var weight: Double
    /// The least α that a history of this length allows.
    var leastRate: Double
  }

  /// Columns whose L × b workspaces stay within a few megabytes.
  static let blockSize = 128

  let panel: Hybrid.Panel
  let parameters: Hybrid.Parameters
  let plan: HybridPlan
  private(set) var endings: [Ending?]

  init(_ panel: Hybrid.Panel, _ parameters: Hybrid.Parameters, plan: HybridPlan) {
    precondition(parameters.levels.count <= 8, "one lane per candidate level")
    self.panel = panel
    self.parameters = parameters
    self.plan = plan
    endings = Array(repeating: nil, count: panel.observations.columns)
  }

  mutating func run(_ loop: Hybrid.Loop) throws(Hybrid.Failure) {
    let lastUses = plan.lastUses
    var designs: [HybridPlan.Window: RidgeDesign] = [:]
    for (place, stage) in plan.stages.enumerated() {
      var groups: [HybridPlan.Group: [Int]] = [:]
      var borrowed: [Int] = []
      for column in stage {
        switch plan.treatments[column] {
        case .fitted(let group): groups[group, default: []].append(column)
        case .borrowed: borrowed.append(column)
        case .none: break
        }
      }
      for (group, columns) in groups {
        var design = designs[group.window]
        if design == nil { design = try RidgeDesign(panel, parameters, group.window) }
        designs[group.window] = design
        if let design { fit(columns, group, design, loop) }
      }
      // A window takes megabytes, and late starters bring many: none outlives its last use.
      designs = designs.filter { lastUses[$0.key, default: place] > place }
      for column in borrowed { endings[column] = borrowedEnding(column) }
    }
  }

  private mutating func fit(
    _ columns: [Int], _ group: HybridPlan.Group, _ design: RidgeDesign, _ loop: Hybrid.Loop
  ) {
    let blocks = stride(from: 0, to: columns.count, by: HybridFit.blockSize).map {
      columns[$0..<min($0 + HybridFit.blockSize, columns.count)]
    }
    var results: [[Ending]] = Array(repeating: [], count: blocks.count)
    let frozen = self
    results.withUnsafeMutableBufferPointer { results in
      loop(blocks.count) { index in
        results[index] = frozen.endings(of: blocks[index], group, design)
      }
    }
    for (block, endings) in zip(blocks, results) {
      for (column, ending) in zip(block, endings) { self.endings[column] = ending }
    }
  }

  /// Two passes of fitting and cleaning, then the level of what is left.
  private func endings(
    of columns: ArraySlice<Int>, _ group: HybridPlan.Group, _ design: RidgeDesign
  ) -> [Ending] {
    var block = ObservationBlock(panel, plan, columns: columns, start: design.start)
    let prior = group.hasPrior ? design.rotatedCoefficients(priorCoefficients(columns)) : nil
    let grid = group.isShort ? parameters.shortPenalties : parameters.penalties
    let given = given(columns, design)
    var fit = RidgeFit?.none
    var residuals = Matrix(rows: 0, columns: 0)
    for _ in 0..<2 {
      var errors = block.targets(design, rate: parameters.filter, start: parameters.start)
      var pass = RidgeFit(design: design, targets: errors, prior: prior, grid: grid)
      if let given { pass.keep(given) }
      errors.add(product: design.rotated, pass.coefficients, factor: -1)
      let opening = block.openingResiduals(design, pass.coefficients)
      block.clean(errors: &errors, design: design, parameters)
      residuals = block.residuals(after: errors, opening: opening, rate: parameters.filter)
      fit = pass
    }
    return fit.map { endings(columns, block, $0, residuals, design) } ?? []
  }

  /// Per column of a block, the γ that stands instead of a fit.
  private func given(_ columns: ArraySlice<Int>, _ design: RidgeDesign) -> [[Double]?]? {
    panel.given.map { given in
      columns.map { column in
        given[column].map { design.rotatedCoefficients(Matrix(columns: [$0])).column(0) }
      }
    }
  }

  private func priorCoefficients(_ columns: ArraySlice<Int>) -> Matrix {
    Matrix(
      columns: columns.map { column in
        plan.priors[column].flatMap { endings[$0]?.coefficients }
          ?? Array(repeating: 0, count: panel.features.columns)
      })
  }

  private func endings(
    _ columns: ArraySlice<Int>, _ block: ObservationBlock, _ fit: RidgeFit, _ residuals: Matrix,
    _ design: RidgeDesign
  ) -> [Ending] {
    let coefficients = design.coefficients(fit.coefficients)
    let ahead = Matrix.product(design.ahead, fit.coefficients)
    return zip(0..<residuals.columns, columns).map { column, place in
      let known = block.observed.withColumn(column) { $0.reduce(0.0) { $1.isNaN ? $0 : $0 + 1 } }
      let leastRate = 2 / (known + 1)
      let level = residuals.withColumn(column) { residual in
        block.observed.withColumn(column) { observed in
          block.current.withColumn(column) { current in
            ResidualLevel(
              residual: residual, observed: observed, current: current,
              speeds: LevelLanes(parameters.levels, atLeast: leastRate), horizon: panel.horizon,
              season: panel.season,
              year: panel.year, parameters: parameters)
          }
        }
      }
      let step = residuals.withColumn(column) {
        StepTest($0, isSum: plan.isSum[place], parameters: parameters)
      }
      return Ending(
        level: level, step: step, ahead: ahead.column(column),
        coefficients: coefficients.column(column),
        penalty: fit.penalties[column], degreesOfFreedom: fit.degreesOfFreedom[column],
        weight: design.weight, leastRate: leastRate)
    }
  }

  /// The parent's coefficients on the few days this column has.
  private func borrowedEnding(_ column: Int) -> Ending? {
    guard let scale = plan.scales[column],
      let prior = plan.priors[column].flatMap({ endings[$0] })
    else { return nil }
    let rows = panel.observations.rows
    let effects = { (row: Int) in
      prior.coefficients.indices.reduce(0.0) {
        $0 + panel.features[row, $1] * prior.coefficients[$1]
      }
    }
    let demand = panel.observations.withColumn(column) {
      DemandCeiling.demand(in: $0, below: plan.ceilings[column])
    }
    let residuals = demand.indices.compactMap { row in
      demand[row].isNaN ? nil : scale.scaled(demand[row]) - effects(row)
    }
    return Ending(
      level: ResidualLevel(mean: residuals, horizon: panel.horizon, parameters: parameters),
      step: nil, ahead: (rows..<rows + panel.horizon).map(effects),
      coefficients: prior.coefficients,
      penalty: nil, degreesOfFreedom: 0, weight: 1, leastRate: 2 / Double(residuals.count + 1))
  }
}
