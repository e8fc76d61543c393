internal import Inventory

/// A region's demand of the last weeks and its forecast, laid out as points of a drawing.
struct DemandChart: Sendable {
  static let weeksBack = 8
  static let daysAhead = 28

  /// The figures a chart is drawn from.
  struct Series: Hashable, Sendable {
    /// The day of the first element of `demand`.
    var firstDay: Day
    /// Units per day, up to yesterday or the last day that is complete; nil where the region is
    /// not.
    var demand: [Double?]
    var today: Day
    var forecast: [ForecastDay] = []
    /// Whether the forecast is an earlier one, kept because the region is behind.
    var isStale = false

    struct ForecastDay: Hashable, Sendable {
      var day: Day
      var mean: Double
      /// The 5 and 95 % quantiles, where the run has them.
      var low: Double?
      var high: Double?
    }

    var lastDay: Day { max(today + DemandChart.daysAhead - 1, forecast.last?.day ?? today) }

    func demand(on day: Day) -> Double? {
      let place = day - firstDay
      return demand.indices.contains(place) ? demand[place] : nil
    }

    /// Mean forecast of the coming four weeks in units; nil when they are not all forecast.
    var comingTotal: Double? {
      let coming = forecast.filter { $0.day >= today }.prefix(DemandChart.daysAhead)
      return coming.count == DemandChart.daysAhead ? coming.reduce(0) { $0 + $1.mean } : nil
    }

    /// Demand of the last four weeks that are complete; nil where a day of them is missing.
    var recentTotal: Double? {
      guard let last = demand.lastIndex(where: { $0 != nil }), last >= DemandChart.daysAhead - 1
      else { return nil }
      let days = demand[(last - DemandChart.daysAhead + 1)...last].compactMap { $0 }
      return days.count == DemandChart.daysAhead ? days.reduce(0, +) : nil
    }
  }

  /// Where things stand, in units of the drawing.
  struct Frame: Hashable, Sendable {
    var width: Double
    var height: Double
    var left: Double
    var right: Double
    var top: Double
    var bottom: Double
    var weeksPerTick: Int

    static let wide = Frame(
      width: 640, height: 400, left: 46, right: 8, top: 22, bottom: 24, weeksPerTick: 2)
    static let narrow = Frame(
      width: 350, height: 220, left: 40, right: 6, top: 22, bottom: 24, weeksPerTick: 4)
  }

  struct Point: Hashable, Sendable {
    var x: Double
    var y: Double
  }

  let series: Series
  let frame: Frame
  let axis: AxisScale

  init(_ series: Series, frame: Frame) {
    self.series = series
    self.frame = frame
    let demand = series.demand.compactMap { $0 }.max() ?? 0
    let ahead = series.forecast.map { max($0.mean, $0.high ?? 0) }.max() ?? 0
    axis = AxisScale(through: max(demand, ahead))
  }

  private var days: Int { max(1, series.lastDay - series.firstDay) }
  var plotBottom: Double { frame.height - frame.bottom }

  /// The middle of a day.
  func x(_ day: Day) -> Double {
    frame.left + (frame.width - frame.left - frame.right)
      * (Double(day - series.firstDay) + 0.5) / Double(days + 1)
  }

  /// Where a day begins.
  func left(of day: Day) -> Double { (x(day - 1) + x(day)) / 2 }

  func y(_ value: Double) -> Double {
    let share = value.isFinite ? min(max(value / axis.top, 0), 1) : 1
    return plotBottom - (plotBottom - frame.top) * share
  }

  /// Demand as lines without a gap inside.
  var demandLines: [[Point]] {
    var lines: [[Point]] = [[]]
    for (place, value) in series.demand.enumerated() {
      if let value {
        lines[lines.count - 1].append(Point(x: x(series.firstDay + place), y: y(value)))
      } else if !(lines.last?.isEmpty ?? true) {
        lines.append([])
      }
    }
    return lines.filter { !$0.isEmpty }
  }

  var forecastLine: [Point] { series.forecast.map { Point(x: x($0.day), y: y($0.mean)) } }

  /// The outline of the band, along its upper edge and back along the lower one.
  var band: [Point] {
    let days = series.forecast.compactMap { day -> (Point, Point)? in
      guard let low = day.low, let high = day.high else { return nil }
      return (Point(x: x(day.day), y: y(high)), Point(x: x(day.day), y: y(low)))
    }
    return days.count > 1 ? days.map(\.0) + days.reversed().map(\.1) : []
  }

  /// Runs of missing days between the first known one and today.
  var gaps: [ClosedRange<Day>] {
    guard let known = series.demand.firstIndex(where: { $0 != nil }) else { return [] }
    var gaps: [ClosedRange<Day>] = []
    for place in series.demand.indices[known...] where series.demand[place] == nil {
      let day = series.firstDay + place
      if let last = gaps.last, last.upperBound + 1 == day {
        gaps[gaps.count - 1] = last.lowerBound...day
      } else {
        gaps.append(day...day)
      }
    }
    return gaps
  }

  /// Saturdays and Sundays of the whole width.
  var weekends: [Day] {
    (0...days).map { series.firstDay + $0 }.filter { $0.weekday >= 6 }
  }

  /// Mondays at even distances, one of them in today's week.
  var tickDays: [Day] {
    let step = 7 * frame.weeksPerTick
    let anchor = series.today.onOrBefore(weekday: 1)
    return (-days / step - 1...days / step + 1).map { anchor + $0 * step }
      .filter { $0 >= series.firstDay && $0 <= series.lastDay }
  }
}

/// An axis from zero to a round figure above the largest value, with three to six even steps.
struct AxisScale: Hashable, Sendable {
  let step: Double
  let top: Double

  init(through value: Double) {
    let wanted = value.isFinite && value > 0 ? value : 1
    var power = 1.0
    while power * 10 <= wanted { power *= 10 }
    while power > wanted { power /= 10 }
    // `power` <= wanted < 10 `power`
    let steps = [0.2, 0.25, 0.5, 1, 2, 2.5]
    step = (steps.first { wanted / ($0 * power) <= 5 } ?? 2.5) * power
    top = (wanted / step).rounded(.up) * step
  }

  var ticks: [Double] {
    (0...Int((top / step).rounded())).map { Double($0) * step }
  }

  /// `0`, `2,500`, `0.25`, `1.5 M`.
  static func label(_ value: Double) -> String {
    if value >= 1e6 { return short(value / 1e6) + " M" }
    if value >= 10_000 { return short(value / 1000) + " k" }
    return short(value)
  }

  /// Whole units from 100 on, one decimal below.
  static func units(_ value: Double) -> String {
    value < 99.95 ? short((value * 10).rounded() / 10) : Int(value.rounded()).grouped
  }

  private static func short(_ value: Double) -> String {
    let hundredths = Int((value * 100).rounded())
    let whole = (hundredths / 100).grouped
    guard hundredths % 100 != 0 else { return whole }
    let digits = hundredths % 100
    return whole
      + (digits % 10 == 0 ? ".\(digits / 10)" : digits < 10 ? ".0\(digits)" : ".\(digits)")
  }
}
