extension ExponentialSmoothing {
  /// Whether forecasts forget: the weights of old errors die out (Hyndman, Koehler, Ord and Snyder
  /// 2008, chapter 10). Theory covers additive models; R applies it to the others likewise.
  ///
  /// With τ = α + φβ all roots of z^(m+1) + (τ − φ) z^m + (τ − αφ) (z^(m−1) + … + z²)
  /// + (τ − αφ + γ − 1) z + φ (1 − α − γ), or of z² + (τ − 1 − φ) z + φ (1 − α) without a season,
  /// lie inside the circle of radius 1 + 1e-6; φ = 1 and β = 0 without a trend. Told without
  /// finding them (Schur 1917, Cohn 1922); cost m² / 2 products. R has β in place of φβ, which is
  /// not what the recursion with a damped trend does.
  public static func isAdmissible(_ rates: Rates, form: Form) -> Bool {
    let damping = form.trend != .absent && form.isDamped ? rates.damping : 1
    guard damping > 0, damping <= 1 else { return false }
    let level = rates.level
    let taken = level + (form.trend == .absent ? 0 : damping * rates.trend)
    var polynomial: [Double]
    if form.season == .absent || form.period == 1 {
      polynomial = [damping * (1 - level), taken - 1 - damping, 1]
    } else {
      let common = taken - level * damping
      polynomial = [damping * (1 - level - rates.season), common + rates.season - 1]
      polynomial += Array(repeating: common, count: form.period - 2)
      polynomial += [taken - damping, 1]
    }
    // With β = 0, 1 is a root: the level and the sum of the effects, or a trend that never moves,
    // cannot be told apart. A circle a little wider than the unit circle holds it in spite of
    // rounding.
    return hasRootsInside(polynomial, radius: 1 + 1e-6)
  }

  /// - Parameter coefficients: that of z⁰ first, the last one not 0.
  static func hasRootsInside(_ coefficients: [Double], radius: Double) -> Bool {
    var power = 1.0
    var polynomial = coefficients.map { coefficient in
      defer { power *= radius }
      return coefficient * power
    }
    var reduced = polynomial
    for degree in (1..<max(polynomial.count, 1)).reversed() {
      let (first, last) = (polynomial[0], polynomial[degree])
      guard first.magnitude < last.magnitude else { return false }
      let share = first / last
      for place in 1...degree {
        reduced[place - 1] = polynomial[place] - share * polynomial[degree - place]
      }
      swap(&polynomial, &reduced)
    }
    return true
  }
}
