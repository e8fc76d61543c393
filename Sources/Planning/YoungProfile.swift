internal import Forecasting

/// A young series' forecast: its parent's, in the proportion of what both sold on the same days.
///
/// A handful of days tells a level and no season. With y the series and p its parent over the last
/// eight seasons' worth of buckets in which both are known, the forecast is f_p sum y / sum p.
enum YoungProfile {
  static let seasons = 8
  /// Variance over mean of the counts of a handful of days, where no more can be known.
  static let dispersion = 2.0

  static func forecast(
    _ history: NodeHistory, parent: NodeHistory, parentMeans: [Double], season: Int
  ) -> RungForecast? {
    var own = 0.0
    var parents = 0.0
    for back in 1...seasons * season
    where back <= history.values.count && back <= parent.values.count {
      let value = history.values[history.values.count - back]
      let parentValue = parent.values[parent.values.count - back]
      if value.isNaN || parentValue.isNaN { continue }
      own += value
      parents += parentValue
    }
    guard parents > 0, own > 0 else { return nil }
    let share = own / parents
    return RungForecast(
      means: parentMeans.map { $0 * share }, spread: .negativeBinomial(dispersion: dispersion))
  }
}
