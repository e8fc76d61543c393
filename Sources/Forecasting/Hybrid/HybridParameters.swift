extension Hybrid {
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
    /// Candidates α of the level; one is chosen for all series together.
    public var levels: [Double]
    /// The first bucket of a history at which candidates of the level are compared.
    public var levelStart: Int
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
    /// Fewer observations take the parent's coefficients as they are.
    public var ownFit: Int
    /// Fewer observations have no forecast here even with a parent.
    public var fewest: Int
    /// The last residuals whose mean is the level of a series without a fit of its own.
    public var shortLevel: Int

    public static let daily = Parameters(
      filter: 0.08, start: 28, halfLife: 2000, penalties: [0.03, 0.1, 0.3, 1, 3, 10, 30],
      shortPenalties: [1, 3, 10, 30, 100, 300], clip: 3.5,
      levels: [0.03, 0.05, 0.07, 0.1, 0.15, 0.2], levelStart: 300, weekday: 0.03, echo: 0.25,
      twoYearEcho: true, widening: 1.2, deviationWindow: 730, ownFit: 84, fewest: 14,
      shortLevel: 28)

    public static let weekly = Parameters(
      filter: 0.1, start: 13, halfLife: nil, penalties: [0.03, 0.1, 0.3, 1, 3, 10, 30, 100],
      shortPenalties: [1, 3, 10, 30, 100, 300], clip: 4,
      levels: [0.05, 0.1, 0.15, 0.25, 0.35, 0.5], levelStart: 26, weekday: 0, echo: 0.2,
      twoYearEcho: false, widening: 1.3, deviationWindow: 730, ownFit: 26, fewest: 8,
      shortLevel: 8)

    public static let monthly = Parameters(
      filter: 0.4, start: 6, halfLife: nil, penalties: [0.03, 0.1, 0.3, 1, 3, 10, 30, 100],
      shortPenalties: [1, 3, 10, 30, 100, 300], clip: 4,
      levels: [0.05, 0.1, 0.2, 0.3, 0.45, 0.6], levelStart: 12, weekday: 0, echo: 0,
      twoYearEcho: false, widening: 1.3, deviationWindow: 120, ownFit: 24, fewest: 6,
      shortLevel: 6)

    /// The constants for a panel's bucket, told by its calendar.
    public static func standard(season: Int, year: Int) -> Parameters {
      season > 1 ? daily : year > 12 ? weekly : monthly
    }
  }
}
