internal import Glibc
internal import Inventory

/// Columns that follow from the date alone.
///
/// Phases count from a fixed day (1970-01-01), so that a column does not depend on where the data
/// begins. Annual terms need history to tell them from a trend: none under 1.5 years, no
/// weekday x annual under 2.5.
enum SeasonalFeatures {
  static let annualHarmonics = 3
  static let weekdayByAnnualHarmonics = 2
  static let dayOfMonthHarmonics = 5
  static let weeklyAnnualHarmonics = 12
  static let smoothPenalty = 10.0
  private static let daysPerYear = 365.25
  private static let daysPerMonth = 30.4375

  static func groups(_ window: FeatureWindow) -> [FeatureTable.Group] {
    switch window.grid.bucket {
    case .day: daily(window)
    case .week: weekly(window)
    case .month: monthly(window)
    }
  }

  private static func daily(_ window: FeatureWindow) -> [FeatureTable.Group] {
    let days = window.positions.map { window.grid.firstDay(at: $0) }
    let year = days.map { Double($0.ordinal) / daysPerYear }
    let weekdays = (1...7).map { weekday in days.map { $0.weekday == weekday ? 1.0 : 0 } }
    var groups = [
      FeatureTable.Group(kind: .weekday, name: "weekday", penalty: 1, columns: weekdays),
      FeatureTable.Group(
        kind: .dayOfMonth, name: "day of month", penalty: 1,
        columns: fourier(
          days.map { Double($0.civil.day) / daysPerMonth }, harmonics: dayOfMonthHarmonics)),
    ]
    if window.historyYears >= 1.5 {
      groups.append(
        FeatureTable.Group(
          kind: .annual, name: "annual", penalty: smoothPenalty,
          columns: fourier(year, harmonics: annualHarmonics)))
    }
    if window.historyYears >= 2.5 {
      let waves = fourier(year, harmonics: weekdayByAnnualHarmonics)
      let columns = waves.flatMap { wave in
        weekdays.dropLast().map { weekday in
          days.indices.map { (weekday[$0] - weekdays[6][$0]) * wave[$0] }
        }
      }
      groups.append(
        FeatureTable.Group(
          kind: .weekdayByAnnual, name: "weekday x annual", penalty: smoothPenalty,
          columns: columns))
    }
    return groups
  }

  private static func weekly(_ window: FeatureWindow) -> [FeatureTable.Group] {
    var groups: [FeatureTable.Group] = []
    if window.historyYears >= 1.25 {
      // The middle of the week stands for it.
      let year = window.positions.map {
        (Double(window.grid.firstDay(at: $0).ordinal) + 3) / daysPerYear
      }
      groups.append(
        FeatureTable.Group(
          kind: .annual, name: "annual", penalty: smoothPenalty,
          columns: fourier(year, harmonics: weeklyAnnualHarmonics)))
    }
    let monthTurns = window.positions.map { position in
      Double(
        window.grid.days(at: position).reduce(0) { count, day in
          count + ([1, 15].contains(day.civil.day) ? 1 : 0)
        })
    }
    groups.append(
      FeatureTable.Group(
        kind: .dayOfMonth, name: "1st and 15th", penalty: 1, columns: [monthTurns]))
    return groups
  }

  private static func monthly(_ window: FeatureWindow) -> [FeatureTable.Group] {
    guard window.historyYears >= 2 else { return [] }
    let year = window.positions.map { Double($0) / 12 }
    // The sixth sine is zero at every month.
    let columns = fourier(year, harmonics: 6).enumerated().filter { $0.offset != 10 }
      .map(\.element)
    return [FeatureTable.Group(kind: .annual, name: "annual", penalty: 1, columns: columns)]
  }

  /// sin and cos of 2 pi k x, k = 1...harmonics, where x counts periods.
  private static func fourier(_ periods: [Double], harmonics: Int) -> [[Double]] {
    var columns: [[Double]] = []
    for harmonic in 1...harmonics {
      let angles = periods.map { period in
        2 * Double.pi * (Double(harmonic) * period).fraction
      }
      columns.append(angles.map { sin($0) })
      columns.append(angles.map { cos($0) })
    }
    return columns
  }
}

extension Double {
  /// What is left above the next lower whole number: keeps phases exact far from the epoch.
  fileprivate var fraction: Double { self - rounded(.down) }
}
