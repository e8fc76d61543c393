internal import Forecasting
internal import Inventory

/// The methods that somebody asks for by name and the ladder never takes by itself.
struct NamedMethod {
  let choice: ForecastSettings.Choice
  let bucket: Bucket
  let horizon: Int

  struct Answer {
    let tier: Tier
    let reason: String
    let forecast: RungForecast
  }

  enum Outcome {
    case answer(Answer)
    /// Why the method says nothing of this history.
    case refused(String)
  }

  /// Nil for the rungs of the ladder, which are not for this to answer.
  func forecast(_ values: [Double], known: Int) -> Outcome? {
    let told = "\(choice.rawValue), \(known) buckets of history"
    switch choice {
    case .auto, .hybrid, .combined, .ets, .naive, .mean: return nil
    case .croston: return rate(Croston.level(values, isCorrected: false), of: values, told)
    case .sba: return rate(Croston.level(values), of: values, told)
    case .tsb: return rate(TeunterSyntetosBabai.level(values), of: values, told)
    case .last:
      guard let last = SeasonalNaive.forecast(values, season: 1, horizon: horizon) else {
        return .refused("no value is known")
      }
      return .answer(Answer(tier: .seasonalNaive, reason: told, forecast: last))
    case .form(let form): return smoothed(values, known: known, form)
    }
  }

  /// The same rate at every lead.
  private func rate(_ level: Double?, of values: [Double], _ told: String) -> Outcome {
    guard let level, level.isFinite else { return .refused("no value is known") }
    let dispersion = Dispersion.ratio(
      values.suffix(Int(bucket.perYear)).filter(\.isFinite), mean: level)
    return .answer(
      Answer(
        tier: .smoothing, reason: told,
        forecast: RungForecast(
          means: Array(repeating: level, count: horizon),
          spread: level > 0 ? .negativeBinomial(dispersion: dispersion) : .certain)))
  }

  private func smoothed(_ values: [Double], known: Int, _ form: SmoothingForm) -> Outcome {
    let period = bucket.repeatedSeason(known: known)
    let isPositive = values.allSatisfy { !$0.isFinite || $0 > 0 }
    if form.isRelative, !isPositive { return .refused("\(form) needs values above 0") }
    if form.isSeasonal, period == 1 {
      return .refused("\(form) needs two years of \(bucket.rawValue)s for its season")
    }
    let forms = form.forms(period: period, isPositive: isPositive)
    guard let first = values.firstIndex(where: \.isFinite),
      let fit = Smoothing.fit(Array(values[first...]), among: forms),
      let forecast = Smoothing.forecast(fit, values, year: Int(bucket.perYear), horizon: horizon)
    else { return .refused("\(form) cannot be estimated from \(known) values") }
    return .answer(
      Answer(
        tier: .smoothing, reason: "\(SmoothingForm(fit.form)), \(known) buckets of history",
        forecast: forecast))
  }
}
