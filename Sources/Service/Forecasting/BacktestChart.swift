public import Inventory
internal import Planning

/// What one node sold, and over it what was forecast from each origin, as a drawing that stands
/// alone (SVG). Where the origins are many, the earliest are left out.
public struct BacktestChart: Sendable {
  private static let width = 960.0
  private static let height = 380.0
  private static let left = 64.0
  private static let right = 16.0
  private static let top = 48.0
  private static let bottom = 44.0
  private static let fewestPast = 28
  private static let mostBuckets = 400

  private let node: Node
  private let origins: [Day]
  private let forecasts: [NodeForecast]
  /// Units per bucket from `past` buckets before the first origin to the last forecast's end.
  private let demand: [Double]
  private let past: Int
  private let step: Int
  private let highest: Double

  /// - Parameters:
  ///   - tables: of evenly spaced origins, ascending; not empty.
  ///   - step: buckets between two of them.
  init?(_ node: Node, tables: [ForecastTable], step: Int, accuracy: AccuracyTable) {
    guard let horizon = tables.last?.days.count else { return nil }
    let past = max(BacktestChart.fewestPast, horizon)
    let room = BacktestChart.mostBuckets - past - horizon
    let drawn = tables.suffix(max(1, room / step + 1))
    let forecasts = drawn.compactMap { table in table.nodes.first { $0.node == node } }
    guard let first = drawn.first, forecasts.count == drawn.count else { return nil }
    self.node = node
    self.forecasts = forecasts
    self.past = past
    self.step = step
    origins = drawn.map(\.origin)
    demand =
      accuracy.history(of: node, through: first.origin, buckets: past)
      + accuracy.demand(
        of: node, after: first.origin, buckets: (drawn.count - 1) * step + horizon)
    let ends = forecasts.flatMap { $0.quantiles.last ?? $0.means.map { Double($0) / 1000 } }
    highest = max((demand.filter { !$0.isNaN } + ends).max() ?? 1, 1e-9)
  }

  /// Writes the drawing to a file.
  public func write(to path: String) throws {
    var sink = try ByteSink(path: path)
    try sink.append(svg.utf8)
    try sink.finish()
  }

  var svg: String {
    let (width, height) = (BacktestChart.width, BacktestChart.height)
    let drawing: HTML = """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(text(width)) \(text(height))" \
      role="img" aria-labelledby="title words">
      <title id="title">\(node.name)</title><desc id="words">\(words)</desc>
      \(ForecastChart.style)<rect class="ground" width="100%" height="100%"/>
      <text class="title" x="\(text(BacktestChart.left))" y="26">\(node.name)</text>
      \(legend)\(grid)\(fans)<path class="demand" d="\(path(demand, from: 0))"/>
      \(means)\(ticks)</svg>

      """
    return drawing.markup
  }

  /// What the drawing shows, for those who cannot see it.
  private var words: String {
    let horizon = forecasts.last?.means.count ?? 0
    return "\(demand.count) buckets of demand, and over them forecasts of \(horizon) buckets from"
      + " \(origins.count) origins, with their quantiles."
  }

  private var legend: HTML {
    let x = BacktestChart.width - BacktestChart.right
    return """
      <text x="\(text(x))" y="26" text-anchor="end">black: sold; blue: forecast and its outermost \
      quantiles; dotted: its origin</text>

      """
  }

  private var fans: HTML {
    var fans = HTML.none
    for (number, forecast) in forecasts.enumerated() {
      let first = past + number * step
      let origin = text(x(Double(first) - 0.5))
      fans += """
        <line class="origin" x1="\(origin)" x2="\(origin)" y1="\(text(BacktestChart.top))" \
        y2="\(text(BacktestChart.height - BacktestChart.bottom))"/>

        """
      guard let low = forecast.quantiles.first, let high = forecast.quantiles.last,
        forecast.quantiles.count > 1
      else { continue }
      let edge = high.indices.map { ($0, high[$0]) } + low.indices.reversed().map { ($0, low[$0]) }
      let points = edge.map { "\(text(x(Double(first + $0.0)))),\(text(y($0.1)))" }
      fans += "<polygon class=\"fan\" points=\"\(points.joined(separator: " "))\"/>\n"
    }
    return fans
  }

  private var means: HTML {
    var lines = HTML.none
    for (number, forecast) in forecasts.enumerated() {
      let units = forecast.means.map { Double($0) / 1000 }
      lines += "<path class=\"mean\" d=\"\(path(units, from: past + number * step))\"/>\n"
    }
    return lines
  }

  private var grid: HTML {
    var lines = HTML.none
    let step = ForecastChart.step(highest / 4)
    var value = 0.0
    while value <= highest {
      let label =
        value == value.rounded() ? Int(value).grouped : "\((value * 1000).rounded() / 1000)"
      lines += """
        <line class="grid" x1="\(text(BacktestChart.left))" \
        x2="\(text(BacktestChart.width - BacktestChart.right))" y1="\(text(y(value)))" \
        y2="\(text(y(value)))"/><text x="\(text(BacktestChart.left - 8))" \
        y="\(text(y(value) + 4))" text-anchor="end">\(label)</text>

        """
      value += step
    }
    return lines
  }

  /// Origins are named as far as their names do not run into each other.
  private var ticks: HTML {
    var ticks = HTML.none
    var free = 0.0
    for (number, origin) in origins.enumerated() {
      let place = x(Double(past + number * step) - 0.5)
      guard place - 40 >= free else { continue }
      ticks += """
        <text x="\(text(place))" y="\(text(BacktestChart.height - 16))" \
        text-anchor="middle">\(origin.description)</text>

        """
      free = place + 48
    }
    return ticks
  }

  /// A line with a gap wherever nothing is known.
  private func path(_ values: [Double], from first: Int) -> String {
    var path = ""
    var isOpen = false
    for (offset, value) in values.enumerated() {
      if !value.isNaN {
        path += "\(isOpen ? "L" : "M")\(text(x(Double(first + offset)))) \(text(y(value)))"
      }
      isOpen = !value.isNaN
    }
    return path
  }

  private func x(_ bucket: Double) -> Double {
    let room = BacktestChart.width - BacktestChart.left - BacktestChart.right
    return BacktestChart.left + bucket / Double(max(demand.count - 1, 1)) * room
  }

  private func y(_ units: Double) -> Double {
    let room = BacktestChart.height - BacktestChart.top - BacktestChart.bottom
    return BacktestChart.height - BacktestChart.bottom - units / highest * room
  }

  private func text(_ coordinate: Double) -> String { "\((coordinate * 10).rounded() / 10)" }
}

/// No node of the file is what somebody wanted drawn.
public struct NothingToDraw: Error, Hashable, Sendable {
  public let levels: [Level]
}

extension NothingToDraw: Failure {
  public var code: String { "nothing-to-draw" }
  public var exitCode: ExitCode { .data }
  public var sentence: String {
    "no forecast of this file has the parts that --node names; its levels are "
      + levels.map(\.rawValue).joined(separator: ", ")
  }
}
