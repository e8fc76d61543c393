import Glibc

extension ExponentialSmoothing {
  /// A model estimated by maximum likelihood.
  public struct Fit: Sendable {
    public var form: Form
    public var rates: Rates
    /// Before the first bucket.
    public var start: State
    public var pass: Pass
    /// −(n/2) log Σ e², less Σ log f for relative errors: the log likelihood without its constant,
    /// as R prints it.
    public var logLikelihood: Double
    /// Akaike's criterion corrected for small samples (Hurvich and Tsai 1989); infinite where the
    /// parameters are as many as the values.
    public var correctedCriterion: Double
    /// σ² = Σ e² / (n − parameters).
    public var variance: Double
  }

  /// Estimates a model; nil with too few values, where errors or a part are relative and values are
  /// not above 0, or where the values do not vary.
  ///
  /// Rates and initial states together, inside the usual bounds 1e-4 <= α <= 0.9999, β < α,
  /// γ < 1 − α, 0.8 <= φ <= 0.98 and the admissible region, from several starts where the history
  /// is short. Cost for five years of days: 0.1 ms; see `SmoothingEstimation`.
  public static func fit(_ values: [Double], form: Form) -> Fit? {
    let search = SmoothingSearch(values)
    return search.estimate(form).flatMap { search.fit($0, form) }
  }

  /// Akaike's corrected criterion of a cost, −log likelihood.
  static func correctedCriterion(cost: Double, form: Form, count: Int) -> Double {
    // The error's variance counts as a parameter.
    let free = Double(form.parameterCount + 1)
    let rest = Double(count) - free - 1
    return rest > 0 ? 2 * cost + 2 * free + 2 * free * (free + 1) / rest : .infinity
  }
}
