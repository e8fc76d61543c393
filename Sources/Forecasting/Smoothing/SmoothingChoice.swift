extension ExponentialSmoothing {
  /// The forms that R's ets() chooses from by default: errors added, and relative where all values
  /// are above 0; trend none, additive, damped; season none, additive, and multiplicative with
  /// relative errors. Fifteen at most.
  ///
  /// A multiplicative trend, which explodes, and additive errors around a multiplicative season,
  /// whose variance is not finite, are left to those who ask for them (Hyndman, Koehler, Ord and
  /// Snyder 2008, sections 2.5.2 and 15.2).
  public static func candidates(period: Int, isPositive: Bool) -> [Form] {
    let seasons: [Join] = period > 1 ? [.additive, .multiplicative, .absent] : [.absent]
    return seasons.flatMap { season in
      [false, true].flatMap { hasRelativeError -> [Form] in
        guard isPositive || !hasRelativeError, hasRelativeError || season != .multiplicative else {
          return []
        }
        return [(Join.absent, false), (.additive, true), (.additive, false)].map {
          Form(
            hasRelativeError: hasRelativeError, trend: $0.0, isDamped: $0.1, season: season,
            period: period)
        }
      }
    }
  }

  /// The fit of least corrected criterion among candidates; nil where none can be estimated.
  ///
  /// - Parameters:
  ///   - values: NaN where missing.
  ///   - period: buckets per season, 1 for none.
  public static func automatic(_ values: [Double], period: Int) -> Fit? {
    let isPositive = values.allSatisfy { !$0.isFinite || $0 > 0 }
    return best(values, among: candidates(period: period, isPositive: isPositive))
  }

  /// By how much the criterion of a trend that goes on for ever has to be less than that of the
  /// others, which have "essentially no support" then (Burnham and Anderson 2002, section 2.6).
  ///
  /// Without it, sMAPE on M3 is 13.55 instead of 13.03: the likelihood sees one step ahead, the
  /// forecast eighteen (Gardner and McKenzie 1985, Management Science 31, 1237-1246).
  static let straightHandicap = 10.0

  /// The most of an error that the choice lets the trend take, in shares of what the level takes.
  ///
  /// Estimates from a dozen years may follow their last change with β = α: with that M3's yearly
  /// sMAPE is 16.53 instead of 16.35, and all forms' 13.12 instead of 13.03.
  static let mostTrendShare = 0.3

  /// The fit of least corrected criterion; nil where none can be estimated.
  ///
  /// A trend that is not damped has to win by `straightHandicap`, and trends are kept slower than
  /// `mostTrendShare`: both are worth more than the last digits of the likelihood. Forms are tried
  /// in the order given. Each starts from a kindred form before it, and a form is given up when it
  /// is far behind, so an order from likely to unlikely is quick. The winner alone is refined to
  /// the last digits.
  public static func best(_ values: [Double], among forms: [Form]) -> Fit? {
    let search = SmoothingSearch(values, mostTrendShare: mostTrendShare)
    var found: [(form: Form, estimate: SmoothingEstimation.Estimate, criterion: Double)] = []
    var least = Double.infinity
    for form in forms {
      let handicap = form.trend != .absent && !form.isDamped ? straightHandicap : 0
      let criterionOfZero = correctedCriterion(cost: 0, form: form, count: search.count)
      guard criterionOfZero.isFinite else { continue }
      let near = search.nearest(to: form, among: found.map { ($0.form, $0.estimate.point) })
      let estimate = search.estimate(
        form, near: near.map { [$0] } ?? [],
        .init(gain: 1e-3, bound: (least - handicap - criterionOfZero) / 2))
      guard let estimate else { continue }
      let criterion = 2 * estimate.cost + criterionOfZero
      found.append((form, estimate, criterion + handicap))
      least = min(least, criterion + handicap)
    }
    guard let best = found.min(by: { $0.criterion < $1.criterion }) else { return nil }
    let refined = search.estimation(best.form).climb(from: best.estimate.point, .init())
    return search.fit(refined ?? best.estimate, best.form)
  }
}

extension SmoothingSearch {
  /// The point of the first form before that has the same season, dressed for a form; nil where
  /// there is none.
  func nearest(
    to form: Form, among found: [(form: Form, point: SmoothingPoint)]
  ) -> SmoothingPoint? {
    let sameSeason = found.filter { $0.form.season == form.season }
    let sameTrend = sameSeason.last {
      $0.form.trend == form.trend && $0.form.isDamped == form.isDamped
    }
    guard var point = (sameTrend ?? sameSeason.last)?.point else { return nil }
    if form.trend != .absent, point.rates.trend == 0 {
      point.rates.trend = 0.02 * point.rates.level
    }
    if form.trend == .absent {
      point.rates.trend = 0
      point.start.trend = 0
    }
    point.rates.damping = form.isDamped ? min(point.rates.damping, 0.98) : 1
    return point
  }
}
