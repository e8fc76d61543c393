/// The state-space models of exponential smoothing, ETS(error, trend, season).
///
/// Hyndman, Koehler, Ord and Snyder (2008), "Forecasting with Exponential Smoothing", chapter 2.
/// β and γ are those of the state form: an additive trend moves by β times the error.
public enum ExponentialSmoothing {
  /// How a component joins the others.
  public enum Join: Hashable, Sendable {
    case absent, additive, multiplicative
  }

  /// Which model.
  public struct Form: Hashable, Sendable {
    /// Whether the error is relative to the forecast instead of added to it.
    public var hasRelativeError: Bool
    public var trend: Join
    public var isDamped: Bool
    public var season: Join
    /// m, buckets per season; unused without one.
    public var period: Int

    public init(
      hasRelativeError: Bool = false, trend: Join = .absent, isDamped: Bool = false,
      season: Join = .absent, period: Int = 1
    ) {
      precondition(period >= 1, "a season has buckets")
      self.hasRelativeError = hasRelativeError
      self.trend = trend
      self.isDamped = isDamped && trend != .absent
      self.season = season
      self.period = season == .absent ? 1 : period
    }

    /// Everything added: the models whose likelihood and variance are known in closed form.
    public var isAdditive: Bool {
      !hasRelativeError && trend != .multiplicative && season != .multiplicative
    }

    /// α, β, γ, φ and the free initial states, as far as the form has them.
    public var parameterCount: Int {
      2 + (trend == .absent ? 0 : 2) + (isDamped ? 1 : 0) + (season == .absent ? 0 : period)
    }
  }

  /// How much of an error each component takes up, and the damping φ.
  public struct Rates: Hashable, Sendable {
    public var level: Double
    public var trend: Double
    public var season: Double
    public var damping: Double

    public init(level: Double, trend: Double = 0, season: Double = 0, damping: Double = 1) {
      self.level = level
      self.trend = trend
      self.season = season
      self.damping = damping
    }
  }

  /// What a model knows before a bucket.
  public struct State: Hashable, Sendable {
    public var level: Double
    /// Per bucket; 1 is no multiplicative trend.
    public var trend: Double
    /// m effects, that of the coming bucket first; empty without a season.
    public var seasons: [Double]

    public init(level: Double, trend: Double = 0, seasons: [Double] = []) {
      self.level = level
      self.trend = trend
      self.seasons = seasons
    }
  }

  /// One pass of a model over a series.
  public struct Pass: Sendable {
    /// Per bucket; NaN where the value is.
    public var fitted: [Double]
    /// Per bucket: value − fitted, or that relative to fitted; NaN where the value is.
    public var errors: [Double]
    /// After the last bucket.
    public var state: State

    /// Σ errors².
    public var squares: Double { errors.reduce(0) { $1.isNaN ? $0 : $0 + $1 * $1 } }
    /// Buckets with a value.
    public var count: Int { errors.reduce(0) { $1.isNaN ? $0 : $0 + 1 } }
  }
}
