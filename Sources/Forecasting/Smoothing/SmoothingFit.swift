import Glibc
import LinearAlgebra

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
  /// Cost: about 200 passes per start; 1 to 10 ms.
  public static func fit(_ values: [Double], form: Form) -> Fit? {
    precondition(form.isAdditive, "least squares for the initial states needs an additive model")
    let count = values.reduce(0) { $1.isFinite ? $0 + 1 : $0 }
    guard count > form.parameterCount + 1 else { return nil }
    let search = SmoothingSearch(values: values, form: form)
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

/// The search for a model's rates, with its initial states solved for.
struct SmoothingSearch {
  typealias Smoothing = ExponentialSmoothing

  static let longHistory = 200

  let values: [Double]
  let form: Smoothing.Form

  func run() -> (rates: Smoothing.Rates, start: Smoothing.State)? {
    let guesses = [(0.1, 0.2, 0.1), (0.5, 0.1, 0.3), (0.95, 0.1, 0.9)]
    var best: (value: Double, rates: Smoothing.Rates, start: Smoothing.State)?
    for guess in guesses {
      let rates = Smoothing.Rates(
        level: guess.0, trend: guess.0 * guess.1, season: (1 - guess.0) * guess.2, damping: 0.95)
      guard let found = values.count > SmoothingSearch.longHistory ? long(rates) : short(rates)
      else { continue }
      if found.value < best?.value ?? .infinity { best = found }
    }
    return best.map { ($0.rates, $0.start) }
  }

  private typealias Found = (value: Double, rates: Smoothing.Rates, start: Smoothing.State)

  private func short(_ rates: Smoothing.Rates) -> Found? {
    var point = coordinates(rates)
    var least = Double.infinity
    // A restarted simplex escapes the corner where the first one collapsed.
    for _ in 0..<2 {
      let minimum = NelderMead.minimize(
        from: point, step: 0.8, tolerance: 1e-7, evaluations: 400
      ) { point in
        let rates = self.rates(point)
        return self.start(for: rates).map { self.value(rates, $0) } ?? .infinity
      }
      point = minimum.point
      least = minimum.value
    }
    let rates = self.rates(point)
    return start(for: rates).map { (least, rates, $0) }
  }

  private func long(_ guess: Smoothing.Rates) -> Found? {
    var rates = guess
    guard var start = start(for: rates) else { return nil }
    var least = Double.infinity
    for _ in 0..<3 {
      let frozen = start
      let minimum = NelderMead.minimize(
        from: coordinates(rates), step: 0.5, tolerance: 1e-3, evaluations: 120
      ) { self.value(self.rates($0), frozen) }
      rates = self.rates(minimum.point)
      guard let next = self.start(for: rates) else { break }
      let value = value(rates, next)
      start = next
      if least - value < 1e-2 {
        least = value
        break
      }
      least = value
    }
    return (least, rates, start)
  }

  /// −2 log likelihood without its constant: n log Σ e².
  private func value(_ rates: Smoothing.Rates, _ start: Smoothing.State) -> Double {
    let pass = Smoothing.pass(over: values, form: form, rates: rates, from: start)
    return Double(pass.count) * log(max(pass.squares, .leastNormalMagnitude))
  }

  /// The initial state that makes the squares least: e(x) = e(0) − D x, D from unit states on
  /// zeros.
  private func start(for rates: Smoothing.Rates) -> Smoothing.State? {
    let units = unitStates
    let zero = Smoothing.State(
      level: 0, trend: 0,
      seasons: Array(repeating: 0, count: form.season == .absent ? 0 : form.period))
    let errors = Smoothing.pass(over: values, form: form, rates: rates, from: zero).errors
    let known = errors.indices.filter { errors[$0].isFinite }
    let quiet = values.map { $0.isFinite ? 0 : Double.nan }
    let responses = units.map { unit in
      let errors = Smoothing.pass(over: quiet, form: form, rates: rates, from: unit).errors
      return known.map { -errors[$0] }
    }
    let design = Matrix(columns: responses)
    var gram = design.gram()
    let ridge = 1e-12 * (0..<units.count).reduce(0) { $0 + gram[$1, $1] } + 1e-300
    for index in units.indices { gram[index, index] += ridge }
    let target = Matrix.product(
      design, transposed: true, Matrix(columns: [known.map { errors[$0] }]))
    let solution: [Double]
    do {
      solution = try CholeskyFactor(of: gram).solve(target).storage
    } catch {
      // Rates at which the states cannot be told apart are no candidates.
      return nil
    }
    guard solution.allSatisfy(\.isFinite) else { return nil }
    return zip(units, solution).reduce(zero) { sum, term in
      Smoothing.State(
        level: sum.level + term.1 * term.0.level, trend: sum.trend + term.1 * term.0.trend,
        seasons: zip(sum.seasons, term.0.seasons).map { $0 + term.1 * $1 })
    }
  }

  /// A basis of the initial states; the season's effects sum to zero.
  private var unitStates: [Smoothing.State] {
    let flat = Array(repeating: 0.0, count: form.season == .absent ? 0 : form.period)
    var units = [Smoothing.State(level: 1, seasons: flat)]
    if form.trend != .absent { units.append(Smoothing.State(level: 0, trend: 1, seasons: flat)) }
    for place in flat.indices.dropLast() {
      var seasons = flat
      seasons[place] = 1
      seasons[flat.count - 1] = -1
      units.append(Smoothing.State(level: 0, seasons: seasons))
    }
    return units
  }

  private func coordinates(_ rates: Smoothing.Rates) -> [Double] {
    var point = [logit((rates.level - 1e-4) / 0.9998)]
    if form.trend != .absent { point.append(logit(rates.trend / rates.level)) }
    if form.isDamped { point.append(logit((rates.damping - 0.8) / 0.18)) }
    if form.season != .absent { point.append(logit(rates.season / (1 - rates.level))) }
    return point
  }

  private func rates(_ point: [Double]) -> Smoothing.Rates {
    var coordinates = point.makeIterator()
    func next() -> Double { coordinates.next().map { 1 / (1 + exp(-$0)) } ?? 0 }
    let level = 1e-4 + 0.9998 * next()
    var rates = Smoothing.Rates(level: level)
    if form.trend != .absent { rates.trend = level * next() }
    if form.isDamped { rates.damping = 0.8 + 0.18 * next() }
    if form.season != .absent { rates.season = (1 - level) * next() }
    return rates
  }

  private func logit(_ share: Double) -> Double {
    let inside = min(max(share, 1e-6), 1 - 1e-6)
    return log(inside / (1 - inside))
  }
}
