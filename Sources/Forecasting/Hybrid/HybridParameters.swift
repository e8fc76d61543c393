extension Hybrid {
  /// How fast a level follows: a mixture of a slow and a fast exponential smoothing, since shifts
  /// come both fleeting and lasting.
  public struct LevelSpeed: Hashable, Sendable {
    public var slow: Double
    public var fast: Double
    /// The weight of the slow one, 0 to 1.
    public var slowShare: Double

    /// One speed.
    public init(_ rate: Double) { self.init(slow: rate, fast: rate, slowShare: 0) }

    public init(slow: Double, fast: Double, slowShare: Double) {
      self.slow = slow
      self.fast = fast
      self.slowShare = slowShare
    }

    /// What the level takes up of one error.
    public var rate: Double { slowShare * slow + (1 - slowShare) * fast }
  }

  /// The constants of the method, which were measured per bucket and are not fitted per series.
  public struct Parameters: Hashable, Sendable {
    /// a: how fast the filter that both sides of the regression pass through forgets.
    public var filter: Double
    /// Buckets whose mean starts the filter and the level.
    public var start: Int
    /// Buckets after which an observation weighs half; nil weighs all alike.
    public var halfLife: Double?
    /// Candidates μ of the ridge penalty, ascending, for two years of history and more.
    public var penalties: [Double]
    /// The same for shorter histories.
    public var shortPenalties: [Double]
    /// Residuals beyond this many robust standard deviations are pulled in.
    public var clip: Double
    /// Candidates of the level, at most eight.
    public var levels: [LevelSpeed]
    /// The first bucket of a history at which candidates of the level are compared.
    public var levelStart: Int
    /// How much a series' own errors weigh in that choice against those of all: 0 to 1.
    public var ownChoice: Double
    /// The share of the residual's least-squares slope that forecasts go on with.
    public var slope: Double
    public var step: StepRule
    /// Buckets to each side whose median tells a lasting change from outliers.
    public var neighbours: Int
    /// γ of the seven weekday levels; unused without a short season.
    public var weekday: Double
    /// φ of what last year's residual says about this year's.
    public var echo: Double
    /// Weights of the residual one and two years ago.
    public var echoWeights: (Double, Double) { twoYearEcho ? (0.7, 0.3) : (1, 0) }
    public var twoYearEcho: Bool
    /// How much wider quantiles are than the residuals in sample.
    public var widening: Double
    /// The last buckets from which the residuals' deviation is taken.
    public var deviationWindow: Int
    /// Shorter histories without a parent have no annual terms.
    public var annualFrom: Int
    /// Fewer observations take the parent's coefficients as they are.
    public var ownFit: Int
    /// Fewer observations have no forecast here even with a parent.
    public var fewest: Int
    /// The last residuals whose mean is the level of a series without a fit of its own.
    public var shortLevel: Int
    /// The last buckets whose one-step errors a forecast brings along.
    public var keptErrors = 0
    /// The last buckets from each of which a forecast is tried; see `Hybrid.trialErrors`.
    public var trial = 0

    public static let daily = Parameters(
      filter: 0.08, start: 28, halfLife: 2000, penalties: [0.03, 0.1, 0.3, 1, 3, 10, 30],
      shortPenalties: [1, 3, 10, 30, 100, 300], clip: 3.5,
      levels: [LevelSpeed(slow: 0.02, fast: 0.1, slowShare: 0.2)], levelStart: 300, ownChoice: 0,
      slope: 0, step: .daily,
      neighbours: 3, weekday: 0.03, echo: 0.25,
      twoYearEcho: true, widening: 1.2, deviationWindow: 730, annualFrom: 546, ownFit: 84,
      fewest: 14,
      shortLevel: 28)

    public static let weekly = Parameters(
      filter: 0.1, start: 13, halfLife: nil, penalties: [0.03, 0.1, 0.3, 1, 3, 10, 30, 100],
      shortPenalties: [0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300], clip: 4,
      levels: [LevelSpeed(slow: 0.05, fast: 0.35, slowShare: 0.2)], levelStart: 26, ownChoice: 0,
      slope: 0, step: .weekly,
      neighbours: 1, weekday: 0, echo: 0.2,
      twoYearEcho: false, widening: 1.3, deviationWindow: 730, annualFrom: 65, ownFit: 26,
      fewest: 8,
      shortLevel: 8)

    public static let monthly = Parameters(
      filter: 0.3, start: 6, halfLife: nil, penalties: [0.03, 0.1, 0.3, 1, 3, 10, 30, 100],
      shortPenalties: [1, 3, 10, 30, 100, 300], clip: 4,
      levels: [0.03, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8, 0.95].map { LevelSpeed($0) }, levelStart: 18,
      ownChoice: 0.7, slope: 0.5, step: .off,
      neighbours: 1, weekday: 0, echo: 0,
      twoYearEcho: false, widening: 1.3, deviationWindow: 120, annualFrom: 18, ownFit: 24,
      fewest: 6,
      shortLevel: 6)

    /// The constants for a panel's bucket, told by its calendar.
    public static func standard(season: Int, year: Int) -> Parameters {
      season > 1 ? daily : year > 12 ? weekly : monthly
    }
  }
}
