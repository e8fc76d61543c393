internal import Forecasting

/// The level of a sparse series, and how its counts scatter around it.
///
/// The level is the exponentially weighted mean of its valid values,
///
///     level = sum (1 - a)^age y / sum (1 - a)^age
///
/// which is simple exponential smoothing started without a guess, and unbiased for a young series.
/// Croston's method and its corrections do not do better on such data, and bias sums.
struct SparseLevel {
  /// Weight of the pool against a series' own dispersion, in units sold.
  static let poolUnits = 5.0

  /// Units per bucket at the origin.
  let level: Double
  /// Sums of the last year's one-step errors: (y - mu)^2 and mu.
  let squares: Double
  let means: Double

  /// a: .03 for days; months forget faster because they hold more.
  static func rate(perYear: Int) -> Double { perYear > 52 ? 0.03 : perYear > 12 ? 0.1 : 0.2 }

  init(level: Double, squares: Double, means: Double) {
    self.level = level
    self.squares = squares
    self.means = means
  }

  init(_ values: [Double], perYear: Int) {
    let keep = 1 - SparseLevel.rate(perYear: perYear)
    var weighted = 0.0
    var weights = 0.0
    var squares = 0.0
    var means = 0.0
    let judged = values.count - perYear
    for (offset, value) in values.enumerated() where !value.isNaN {
      if offset >= judged, weights > 0 {
        let mean = weighted / weights
        squares += (value - mean) * (value - mean)
        means += mean
      }
      // A gap is no reason to forget: age counts values, not days.
      weighted = keep * weighted + value
      weights = keep * weights + 1
    }
    level = weights > 0 ? weighted / weights : 0
    self.squares = squares
    self.means = means
  }

  /// phi = sum (y - mu)^2 / sum mu, at least 1, drawn towards the pool's where little was sold.
  func spread(pool: Double) -> DemandSpread {
    guard means > 0 else { return .negativeBinomial(dispersion: pool) }
    let weight = means / (means + SparseLevel.poolUnits)
    return .negativeBinomial(dispersion: max(1, weight * squares / means + (1 - weight) * pool))
  }

  /// The dispersion of many series together.
  static func dispersion(of levels: some Sequence<SparseLevel>) -> Double {
    var squares = 0.0
    var means = 0.0
    for level in levels {
      squares += level.squares
      means += level.means
    }
    return means > 0 ? max(1, squares / means) : 1
  }
}
