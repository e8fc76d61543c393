internal import Inventory
internal import Planning

/// History, mean and fan of one forecast as a drawing that stands alone (SVG).
public struct ForecastChart: Sendable {
  private static let width = 960.0
  private static let height = 380.0
  private static let left = 64.0
  private static let right = 16.0
  private static let top = 48.0
  private static let bottom = 44.0
  private static let fewestPast = 56

  private let title: String
  /// Units per bucket, the last of them at the origin; NaN is missing.
  private let history: [Double]
  private let forecast: NodeForecast
  private let days: [Day]
  private let origin: Day
  private let highest: Double

  init(_ forecast: NodeForecast, of table: ForecastTable, histories: [DemandHistory]) {
    let ahead = table.days.count
    let past = max(ForecastChart.fewestPast, 2 * ahead)
    let grid = BucketGrid(
      table.settings.bucket, following: histories.map(\.start))
    let next = grid.position(of: table.origin) + 1
    var sums = [Double](repeating: .nan, count: past)
    for history in histories where Node(forecast.node.level, of: history.series) == forecast.node {
      let first = grid.position(of: history.start)
      for (offset, value) in history.values.enumerated() where !value.isNaN {
        let place = first + offset - (next - past)
        if sums.indices.contains(place) {
          sums[place] = sums[place].isNaN ? value : sums[place] + value
        }
      }
    }
    self.history = sums
    self.forecast = forecast
    days = table.days
    origin = table.origin
    title = forecast.node.name
    let known = sums.filter { !$0.isNaN } + (forecast.quantiles.last ?? [])
    highest = max((known + forecast.means.map { Double($0) / 1000 }).max() ?? 1, 1e-9)
  }

  var svg: String {
    let (width, height) = (ForecastChart.width, ForecastChart.height)
    let drawing: HTML = """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(text(width)) \(text(height))" \
      role="img" aria-labelledby="title words">
      <title id="title">\(title)</title><desc id="words">\(words)</desc>
      \(ForecastChart.style)<rect class="ground" width="100%" height="100%"/>
      <text class="title" x="\(text(ForecastChart.left))" y="26">\(title)</text>
      \(grid)\(fan)<path class="demand" d="\(path(history, from: -history.count))"/>
      <path class="mean" d="\(path(means, from: 0))"/>
      <line class="origin" x1="\(text(x(-0.5)))" x2="\(text(x(-0.5)))" \
      y1="\(text(ForecastChart.top))" y2="\(text(height - ForecastChart.bottom))"/>
      \(ticks)</svg>

      """
    return drawing.markup
  }

  /// Writes the drawing to a file.
  public func write(to path: String) throws {
    var sink = try ByteSink(path: path)
    try sink.append(svg.utf8)
    try sink.finish()
  }

  private var means: [Double] { forecast.means.map { Double($0) / 1000 } }

  /// What the drawing shows, for those who cannot see it.
  private var words: String {
    let sum = means.reduce(0, +)
    return "\(history.count) buckets of demand up to \(origin), then \(days.count) of forecast,"
      + " \(Int(sum.rounded()).grouped) units in all, with its quantiles."
  }

  static let style: HTML = """
    <style>
    .ground { fill: #fff } text { font: 13px system-ui, sans-serif; fill: #444 }
    .title { font-size: 16px; font-weight: 600; fill: #111 }
    .grid { stroke: #e3e3e3 } .origin { stroke: #999; stroke-dasharray: 3 4 }
    .fan { fill: #1f6feb; fill-opacity: 0.16 }
    .demand, .mean { fill: none; stroke-width: 1.6; stroke-linejoin: round }
    .demand { stroke: #333 } .mean { stroke: #1f6feb; stroke-width: 2.2 }
    </style>

    """

  /// Pairs of quantiles, the widest first: where they overlap, the fan darkens.
  private var fan: HTML {
    let rows = forecast.quantiles
    var fan = HTML.none
    for place in 0..<rows.count / 2 {
      let (low, high) = (rows[place], rows[rows.count - 1 - place])
      let edge = high.indices.map { ($0, high[$0]) } + low.indices.reversed().map { ($0, low[$0]) }
      let points = edge.map { "\(text(x(Double($0.0)))),\(text(y($0.1)))" }
      fan += "<polygon class=\"fan\" points=\"\(points.joined(separator: " "))\"/>\n"
    }
    return fan
  }

  private var grid: HTML {
    var lines = HTML.none
    let step = ForecastChart.step(highest / 4)
    var value = 0.0
    while value <= highest {
      lines += """
        <line class="grid" x1="\(text(ForecastChart.left))" \
        x2="\(text(ForecastChart.width - ForecastChart.right))" y1="\(text(y(value)))" \
        y2="\(text(y(value)))"/><text x="\(text(ForecastChart.left - 8))" \
        y="\(text(y(value) + 4))" text-anchor="end">\(label(value))</text>

        """
      value += step
    }
    return lines
  }

  /// The origin and the last bucket are named; between them there is rarely room.
  private var ticks: HTML {
    let baseline = text(ForecastChart.height - 16)
    let last = days.last?.description ?? ""
    return """
      <text x="\(text(x(-0.5)))" y="\(baseline)" text-anchor="middle">\(origin.description)</text>
      <text x="\(text(ForecastChart.width - ForecastChart.right))" y="\(baseline)" \
      text-anchor="end">\(last)</text>

      """
  }

  /// A line with a gap wherever nothing is known.
  private func path(_ values: [Double], from first: Int) -> String {
    var path = ""
    var isOpen = false
    for (offset, value) in values.enumerated() {
      guard !value.isNaN else {
        isOpen = false
        continue
      }
      path += "\(isOpen ? "L" : "M")\(text(x(Double(first + offset)))) \(text(y(value)))"
      isOpen = true
    }
    return path
  }

  private func x(_ bucket: Double) -> Double {
    let count = Double(history.count + days.count - 1)
    let room = ForecastChart.width - ForecastChart.left - ForecastChart.right
    return ForecastChart.left + (bucket + Double(history.count)) / count * room
  }

  private func y(_ units: Double) -> Double {
    let room = ForecastChart.height - ForecastChart.top - ForecastChart.bottom
    return ForecastChart.height - ForecastChart.bottom - units / highest * room
  }

  /// 1, 2 or 5 times a power of ten, at least as large.
  static func step(_ least: Double) -> Double {
    var power = 1e-9
    while power * 10 <= least { power *= 10 }
    return [1, 2, 5, 10].map { $0 * power }.first { $0 >= least } ?? 10 * power
  }

  private func label(_ value: Double) -> String {
    value == value.rounded() ? Int(value).grouped : "\((value * 1000).rounded() / 1000)"
  }

  private func text(_ coordinate: Double) -> String { "\((coordinate * 10).rounded() / 10)" }
}
