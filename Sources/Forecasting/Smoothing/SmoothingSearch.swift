import Glibc
import LinearAlgebra

/// The search for a model's rates, with its initial states solved for.
struct SmoothingSearch {
  typealias Smoothing = ExponentialSmoothing

  static let longHistory = 200

  let values: [Double]
  let form: Smoothing.Form
  /// Values that are known.
  let count: Int

  /// Starting points: (α, β / α, γ / (1 − α)).
  private static let guesses = [(0.1, 0.2, 0.1), (0.5, 0.1, 0.3), (0.95, 0.1, 0.9)]

  func run() -> (rates: Smoothing.Rates, start: Smoothing.State)? {
    let guesses = SmoothingSearch.guesses.map { level, trend, season in
      Smoothing.Rates(
        level: level, trend: level * trend, season: (1 - level) * season, damping: 0.95)
    }
    let found =
      values.count > SmoothingSearch.longHistory
      ? long(guesses) : guesses.compactMap(short).min { $0.value < $1.value }
    return found.map { ($0.rates, $0.start) }
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

  /// From the best guess alone, and with the states held while the rates move.
  private func long(_ guesses: [Smoothing.Rates]) -> Found? {
    let starts = guesses.compactMap { rates -> Found? in
      start(for: rates).map { (value(rates, $0), rates, $0) }
    }
    guard var best = starts.min(by: { $0.value < $1.value }) else { return nil }
    for round in 0..<3 {
      let frozen = best.start
      let minimum = NelderMead.minimize(
        from: coordinates(best.rates), step: round == 0 ? 0.5 : 0.1, tolerance: 1e-2,
        evaluations: 100
      ) { value(rates($0), frozen) }
      let next = rates(minimum.point)
      guard let solved = start(for: next) else { break }
      let reached = value(next, solved)
      guard reached < best.value else { break }
      let gain = best.value - reached
      best = (reached, next, solved)
      if gain < 0.05 { break }
    }
    return best
  }

  /// −2 log likelihood without its constant: n log Σ e².
  private func value(_ rates: Smoothing.Rates, _ start: Smoothing.State) -> Double {
    Double(count) * log(max(squares(rates, start), .leastNormalMagnitude))
  }

  /// Σ e² of an additive model in its error-correction form, without a trace of the pass.
  private func squares(_ rates: Smoothing.Rates, _ start: Smoothing.State) -> Double {
    let damping = form.trend == .absent ? 0 : form.isDamped ? rates.damping : 1
    var seasons = start.seasons.isEmpty ? [0] : start.seasons
    let seasonRate = form.season == .absent ? 0 : rates.season
    return seasons.withUnsafeMutableBufferPointer { seasons in
      values.withUnsafeBufferPointer { values in
        var (level, trend, sum, place) = (start.level, start.trend, 0.0, 0)
        for value in values {
          trend *= damping
          level += trend
          let error = value - (level + seasons[place])
          // NaN is the only value that differs from itself; a missing one corrects nothing.
          if error == error {
            level += rates.level * error
            trend += rates.trend * error
            seasons[place] += seasonRate * error
            sum += error * error
          }
          place = place + 1 == seasons.count ? 0 : place + 1
        }
        return sum
      }
    }
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
