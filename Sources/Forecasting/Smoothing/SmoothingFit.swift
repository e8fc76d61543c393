import Glibc

extension ExponentialSmoothing {
  /// A model estimated by maximum likelihood.
  public struct Fit: Sendable {
    public var form: Form
    public var rates: Rates
    /// Before the first bucket.
    public var start: State
    public var pass: Pass
    /// −(n/2) log Σ e², the log likelihood of additive errors without its constant, as R prints it.
    public var logLikelihood: Double
    /// Akaike's criterion corrected for small samples (Hurvich and Tsai 1989); infinite where the
    /// parameters are as many as the values.
    public var correctedCriterion: Double
    /// σ² = Σ e² / (n − parameters).
    public var variance: Double
  }

  /// Estimates an additive model; nil with too few values, or where the values do not vary.
  ///
  /// The errors of additive models are linear in the initial states, so for given rates those are
  /// found by least squares, and the search runs over the rates alone, inside the usual bounds
  /// 1e-4 < α < 0.9999, β < α, γ < 1 − α, 0.8 <= φ <= 0.98. Histories longer than `longHistory`
  /// solve for the states a few times only, since there they hardly matter.
  /// Cost: a few hundred passes of 2 ns per value; 1 to 2 ms for five years of days.
  public static func fit(_ values: [Double], form: Form) -> Fit? {
    precondition(form.isAdditive, "least squares for the initial states needs an additive model")
    let count = values.reduce(0) { $1.isFinite ? $0 + 1 : $0 }
    guard count > form.parameterCount + 1 else { return nil }
    let search = SmoothingSearch(values: values, form: form, count: count)
    guard let found = search.run() else { return nil }
    let pass = pass(over: values, form: form, rates: found.rates, from: found.start)
    let squares = pass.squares
    guard squares.isFinite, squares > 0 else { return nil }
    let parameters = Double(form.parameterCount)
    let size = Double(count)
    let logLikelihood = -0.5 * size * log(squares)
    let free = parameters + 1
    let criterion = -2 * logLikelihood + 2 * free
    return Fit(
      form: form, rates: found.rates, start: found.start, pass: pass,
      logLikelihood: logLikelihood,
      correctedCriterion: size - free - 1 > 0
        ? criterion + 2 * free * (free + 1) / (size - free - 1) : .infinity,
      variance: squares / (size - parameters))
  }
}
