public import LinearAlgebra

extension Hybrid {
  /// Series that are fitted together: one calendar, one design, one eigendecomposition.
  public struct Panel: Sendable {
    /// T × n, units. NaN is not demand: missing, closed, out of stock, or before the first day.
    public var observations: Matrix
    /// (T + H) × p, finite, known in advance. Constant sums, as weekday dummies have, are welcome.
    public var features: Matrix
    /// p relative penalties, positive. Those of `annualPenalty` and more mark what repeats once a
    /// year and cannot be learnt from less than that.
    public var penalties: [Double]
    /// Per column, the column towards whose coefficients its own are shrunk; nil for towards 0.
    public var parents: [Int?]
    /// Per column, the sums it is part of: a step of the level that shows best in one of them is
    /// taken over. Nil for the parents, their parents and so on.
    public var sums: [[Int]]?
    /// Per column, the leads (0..<H) at which demand is 0 by decision.
    public var closures: [[Int]]
    /// Per column, p coefficients that stand instead of a fit; nil to fit it. Its level, weekdays
    /// and echo follow the data all the same. Nil for a fit of all.
    public var given: [[Double]?]?
    /// Buckets of the short season: 7 for days, 1 for weeks and months.
    public var season: Int
    /// Buckets of a year in whole seasons: 364, 52 or 12.
    public var year: Int
    /// H, buckets ahead.
    public var horizon: Int

    public init(
      observations: Matrix, features: Matrix, penalties: [Double], parents: [Int?],
      closures: [[Int]], season: Int, year: Int, horizon: Int, sums: [[Int]]? = nil,
      given: [[Double]?]? = nil
    ) {
      precondition(horizon > 0 && season > 0 && year >= season, "the calendar is positive")
      precondition(features.rows == observations.rows + horizon, "features reach the horizon")
      precondition(penalties.count == features.columns, "one penalty per feature")
      precondition(parents.count == observations.columns, "one parent or none per column")
      precondition(closures.count == observations.columns, "one list of closures per column")
      precondition(penalties.allSatisfy { $0 > 0 }, "penalties are positive")
      precondition(
        parents.allSatisfy { $0.map { $0 >= 0 && $0 < parents.count } ?? true },
        "parents are columns")
      self.observations = observations
      self.features = features
      self.penalties = penalties
      self.parents = parents
      self.sums = sums
      self.given = given
      precondition(
        given.map { $0.count == observations.columns } ?? true, "coefficients or none per column")
      precondition(
        given?.allSatisfy { $0.map { $0.count == features.columns } ?? true } ?? true,
        "one coefficient per feature")
      precondition(
        sums.map { $0.count == observations.columns } ?? true, "one list of sums per column")
      self.closures = closures
      self.season = season
      self.year = year
      self.horizon = horizon
    }

    public static let annualPenalty = 10.0
  }
}
