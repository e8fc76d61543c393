internal import Inventory

/// A chart as inline SVG: shapes and line styles say what colours say, and every day has its
/// figures in words.
struct DemandChartDrawing {
  let chart: DemandChart
  let region: RegionCode
  /// Unique on the page: ids of the drawing begin with it.
  let id: String

  private var series: DemandChart.Series { chart.series }
  private var frame: DemandChart.Frame { chart.frame }

  /// - Parameters:
  ///   - style: the class that shows the drawing on wide or on narrow screens.
  ///   - tellsDays: whether to put each day's figures where a pointer rests.
  func svg(style: String, tellsDays: Bool) -> HTML {
    """
    <svg class="\(style)" viewBox="0 0 \(text(frame.width)) \(text(frame.height))" role="img" \
    aria-labelledby="\(id)-title \(id)-words">
    <title id="\(id)-title">Demand and forecast of region \(region.text)</title>
    <desc id="\(id)-words">\(words)</desc>
    \(hatching)\(weekends)\(grid)\(gaps)\(band)\
    <path class="line forecast\(series.isStale ? " kept" : "")" d="\(path([chart.forecastLine]))"/>
    <path class="line demand" d="\(path(chart.demandLines))"/>\(loneDays)
    \(today)\(dayTicks)\(tellsDays ? days : HTML.none)
    </svg>

    """
  }

  /// What the drawing shows, for those who cannot see it.
  var words: String {
    var sentences: [String] = []
    if let recent = series.recentTotal {
      sentences.append("The last four complete weeks sold \(Int(recent.rounded()).grouped) units.")
    }
    if let coming = series.comingTotal {
      sentences.append("The coming four are forecast at \(Int(coming.rounded()).grouped).")
    }
    for gap in chart.gaps {
      sentences.append(
        gap.count == 1
          ? "\(gap.lowerBound.short) is missing."
          : "\(gap.lowerBound.short) to \(gap.upperBound.short) are missing.")
    }
    if series.isStale { sentences.append("The forecast is an earlier one.") }
    return sentences.isEmpty ? "There is nothing to show yet." : sentences.joined(separator: " ")
  }

  private var hatching: HTML {
    guard !chart.gaps.isEmpty else { return .none }
    return """
      <defs><pattern id="\(id)-gap" width="6" height="6" patternUnits="userSpaceOnUse" \
      patternTransform="rotate(45)"><path class="hatch" d="M0 0V6"/></pattern></defs>

      """
  }

  private var weekends: HTML {
    "\(chart.weekends.map { rectangle($0...$0, style: "weekend") })\n"
  }

  private var grid: HTML {
    let lines = chart.axis.ticks.map { value -> HTML in
      let y = text(chart.y(value))
      return """
        <path class="\(value == 0 ? "base" : "grid")" \
        d="M\(text(frame.left)) \(y)H\(text(frame.width - frame.right))"/>\
        <text class="tick" x="\(text(frame.left - 6))" y="\(text(chart.y(value) + 4))" \
        text-anchor="end">\(AxisScale.label(value))</text>

        """
    }
    return "\(lines)<text class=\"tick\" x=\"0\" y=\"10\">units a day</text>\n"
  }

  private var gaps: HTML {
    let gaps = chart.gaps.map { gap -> HTML in
      let right = text(chart.left(of: gap.upperBound + 1) - 3)
      return """
        \(rectangle(gap, style: "gap", fill: "url(#\(id)-gap)"))\
        <text class="note" x="\(right)" y="10" text-anchor="end">missing</text>

        """
    }
    return "\(gaps)"
  }

  private var band: HTML {
    let points = chart.band
    guard !points.isEmpty else { return .none }
    return "<path class=\"band\" d=\"\(path([points]))Z\"/>\n"
  }

  /// A day between two missing ones is no line.
  private var loneDays: HTML {
    let dots = chart.demandLines.filter { $0.count == 1 }.flatMap { $0 }.map { point -> HTML in
      "<circle class=\"lone\" cx=\"\(text(point.x))\" cy=\"\(text(point.y))\" r=\"2\"/>"
    }
    return "\(dots)"
  }

  private var today: HTML {
    let x = chart.left(of: series.today)
    return """
      <path class="today" d="M\(text(x)) \(text(frame.top - 8))V\(text(chart.plotBottom))"/>\
      <text class="note" x="\(text(x + 4))" y="10">today</text>

      """
  }

  private var dayTicks: HTML {
    let ticks = chart.tickDays.map { day -> HTML in
      let x = chart.x(day)
      let isNearEdge = x > frame.width - 20
      return """
        <path class="base" d="M\(text(x)) \(text(chart.plotBottom))v4"/>\
        <text class="tick" x="\(text(isNearEdge ? frame.width : x))" \
        y="\(text(chart.plotBottom + 17))" text-anchor="\(isNearEdge ? "end" : "middle")">\
        \(day.dayAndMonth)</text>

        """
    }
    return "\(ticks)"
  }

  private var days: HTML {
    let forecasts = Dictionary(
      series.forecast.map { ($0.day, $0) }, uniquingKeysWith: { first, _ in first })
    let days = stride(from: series.firstDay, through: series.lastDay, by: 1).map { day -> HTML in
      var facts: [String] = []
      if let demand = series.demand(on: day) {
        facts.append("\(units(demand)) units")
      } else if day < series.today {
        facts.append("missing")
      }
      if let forecast = forecasts[day] {
        facts.append("forecast \(units(forecast.mean))" + range(forecast))
      }
      let words = "\(day.short): \(facts.joined(separator: ", "))"
      return rectangle(day...day, style: "day", title: words)
    }
    return "<g>\(days)</g>"
  }

  private func range(_ day: DemandChart.Series.ForecastDay) -> String {
    guard let low = day.low, let high = day.high else { return "" }
    return " (90 % between \(units(low)) and \(units(high)))"
  }

  private func units(_ value: Double) -> String { AxisScale.units(value) }

  private func rectangle(
    _ days: ClosedRange<Day>, style: String, fill: String? = nil, title: String? = nil
  ) -> HTML {
    let left = chart.left(of: days.lowerBound)
    let width = chart.left(of: days.upperBound + 1) - left
    let paint: HTML? = fill.map { " fill=\"\($0)\"" }
    let words: HTML? = title.map { "<title>\($0)</title>" }
    return """
      <rect class="\(style)" x="\(text(left))" y="\(text(frame.top))" width="\(text(width))" \
      height="\(text(chart.plotBottom - frame.top))"\(paint)>\(words)</rect>
      """
  }

  private func path(_ lines: [[DemandChart.Point]]) -> String {
    lines.filter { !$0.isEmpty }.map { line in
      "M" + line.map { "\(text($0.x)) \(text($0.y))" }.joined(separator: "L")
    }.joined()
  }

  /// A tenth of a unit is below what a screen shows.
  private func text(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    let whole = "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10)"
    return tenths % 10 == 0 ? whole : whole + ".\(abs(tenths) % 10)"
  }
}
