import LinearAlgebra

/// Some series of one window on the z scale, with their gaps filled, and what cleaning made of
/// them.
struct ObservationBlock {
  /// L × b, z as observed; NaN where it is not demand.
  private(set) var observed: Matrix
  /// L × b, z as the fit sees it: gaps filled, outliers pulled in.
  private(set) var current: Matrix
  /// L × b, what cleaning left of the last errors: 0 in gaps.
  private(set) var kept: Matrix

  init(
    _ panel: Hybrid.Panel, _ plan: HybridPlan, columns: ArraySlice<Int>, start: Int
  ) {
    let length = panel.observations.rows - start
    var observed = Matrix(rows: length, columns: columns.count, repeating: .nan)
    for (target, column) in columns.enumerated() {
      guard let scale = plan.scales[column] else { continue }
      panel.observations.withColumn(column) { raw in
        let values = DemandCeiling.demand(in: raw, below: plan.ceilings[column])
        let closed =
          panel.season > 1 ? ClosureDetection.closures(in: values, season: panel.season) : []
        observed.withMutableColumn(target) { z in
          for row in 0..<length where values[start + row].isFinite {
            z[row] = scale.scaled(values[start + row])
          }
          for day in closed where day >= start { z[day - start] = .nan }
        }
      }
    }
    self.observed = observed
    current = observed
    kept = Matrix(rows: length, columns: columns.count)
    for column in 0..<columns.count {
      current.withMutableColumn(column) { ObservationBlock.fill($0, season: panel.season) }
    }
  }

  /// Seeds gaps with the last valid value of the same phase, a leading gap with the next.
  static func fill(_ values: UnsafeMutableBufferPointer<Double>, season: Int) {
    let count = values.count
    guard count > season else {
      for index in values.indices where values[index].isNaN { values[index] = 0 }
      return
    }
    for index in season..<count where values[index].isNaN { values[index] = values[index - season] }
    for index in stride(from: count - season - 1, through: 0, by: -1) where values[index].isNaN {
      values[index] = values[index + season]
    }
    for index in values.indices where values[index].isNaN { values[index] = 0 }
  }

  /// L × b, sqrt(w) · innovations(z).
  func targets(_ design: RidgeDesign, rate: Double, start: Int) -> Matrix {
    var result = current
    for column in 0..<result.columns {
      result.withMutableColumn(column) { values in
        ExponentialFilter.innovations(of: values, rate: rate, start: start)
        for row in values.indices { values[row] *= design.rootWeights[row] }
      }
    }
    return result
  }

  /// Replaces gaps by what the fit says, and pulls in what lies beyond `clip` robust deviations.
  ///
  /// With the innovations' errors e, s = 1.4826 median |e| and the surprise
  /// u = z observed − (z − e), z becomes z − e + u where |u| <= clip s. Beyond, the median of the
  /// surprises around tells an outlier from a lasting change: it counts as 0 up to 3 s, and u is
  /// pulled to within clip s of it.
  ///
  /// - Parameter errors: L × b, weighted innovations less their fit, changed to innovations.
  mutating func clean(
    errors: inout Matrix, design: RidgeDesign, _ parameters: Hybrid.Parameters
  ) {
    withUnsafeTemporaryAllocation(of: Double.self, capacity: design.length) { workspace in
      for column in 0..<current.columns {
        errors.withMutableColumn(column) { e in
          for row in e.indices {
            e[row] /= design.rootWeights[row]
            workspace[row] = e[row].magnitude
          }
          let robust = 1.4826 * Selection.median(reordering: workspace) + 1e-12
          clean(column, errors: UnsafeBufferPointer(e), robust: robust, parameters, workspace)
        }
      }
    }
  }

  private mutating func clean(
    _ column: Int, errors: UnsafeBufferPointer<Double>, robust: Double,
    _ parameters: Hybrid.Parameters, _ surprises: UnsafeMutableBufferPointer<Double>
  ) {
    let limit = parameters.clip * robust
    observed.withColumn(column) { seen in
      current.withMutableColumn(column) { z in
        kept.withMutableColumn(column) { kept in
          for row in z.indices {
            z[row] -= errors[row]
            surprises[row] = seen[row].isNaN ? 0 : seen[row] - z[row]
          }
          for row in z.indices {
            kept[row] = surprises[row]
            if surprises[row].magnitude > limit {
              let center = ObservationBlock.lastingChange(
                around: row, in: surprises, reach: parameters.neighbours, least: 3 * robust)
              kept[row] = center + min(max(surprises[row] - center, -limit), limit)
            }
            z[row] += kept[row]
          }
        }
      }
    }
  }

  /// The median of the surprises around a bucket, 0 unless it is larger than `least`, and without
  /// neighbours to ask.
  private static func lastingChange(
    around row: Int, in surprises: UnsafeMutableBufferPointer<Double>, reach: Int, least: Double
  ) -> Double {
    guard reach > 0 else { return 0 }
    let median = Selection.median(
      Array(surprises[max(0, row - reach)...min(surprises.count - 1, row + reach)]))
    return median.magnitude > least ? median : 0
  }
}

extension ObservationBlock {
  /// r = z − Xβ of the first rows, before cleaning.
  func openingResiduals(_ design: RidgeDesign, _ coefficients: Matrix) -> Matrix {
    var result = Matrix(rows: design.opening.rows, columns: current.columns)
    for column in 0..<result.columns {
      for row in 0..<result.rows { result[row, column] = current[row, column] }
    }
    result.add(product: design.opening, coefficients, factor: -1)
    return result
  }

  /// r = z − Xβ of the whole window after cleaning, without another product over the window.
  ///
  /// The errors are the filter's innovations of r before cleaning, so its level l follows from
  /// them, r before cleaning was l_(t−1) + e_t, and cleaning replaced e by what it kept of it.
  func residuals(after errors: Matrix, opening: Matrix, rate: Double) -> Matrix {
    var result = errors
    for column in 0..<result.columns {
      var level = opening.withColumn(column) {
        ExponentialFilter.initialLevel($0, start: opening.rows)
      }
      result.withMutableColumn(column) { e in
        kept.withColumn(column) { kept in
          for row in e.indices {
            let innovation = e[row]
            e[row] = level + kept[row]
            level += rate * innovation
          }
        }
      }
    }
    return result
  }
}
