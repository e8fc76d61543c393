public import Inventory
internal import Planning

/// What one node sold, and over it what was forecast from each origin, as a drawing that stands
/// alone (SVG). Where the origins are many, the earliest are left out.
public struct BacktestChart: Sendable {
  private static let fewestPast = 28
  private static let mostBuckets = 400

  private let node: Node
  private let origins: [Day]
  private let forecasts: [NodeForecast]
  /// Units per bucket from `past` buckets before the first origin to the last forecast's end.
  private let demand: [Double]
  private let past: Int
  private let step: Int
  private let frame: ChartFrame

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
    frame = ChartFrame(
      count: demand.count, before: 0,
      highest: max((demand.filter { !$0.isNaN } + ends).max() ?? 1, 1e-9))
  }

  /// Writes the drawing to a file.
  public func write(to path: String) throws {
    var sink = try ByteSink(path: path)
    try sink.append(svg.utf8)
    try sink.finish()
  }

  var svg: String {
    frame.drawing(
      title: node.name, words: words,
      """
      \(legend)\(frame.grid)\(fans)<path class="demand" d="\(frame.path(demand, from: 0))"/>
      \(means)\(ticks)
      """
    ).markup
  }

  /// What the drawing shows, for those who cannot see it.
  private var words: String {
    let horizon = forecasts.last?.means.count ?? 0
    return "\(demand.count) buckets of demand, and over them forecasts of \(horizon) buckets from"
      + " \(origins.count) origins, with their quantiles."
  }

  private var legend: HTML {
    let x = ChartFrame.width - ChartFrame.right
    return """
      <text x="\(frame.text(x))" y="26" text-anchor="end">black: sold; blue: forecast and its outermost \
      quantiles; dotted: its origin</text>

      """
  }

  private var fans: HTML {
    var fans = HTML.none
    for (number, forecast) in forecasts.enumerated() {
      let first = past + number * step
      fans += frame.origin(before: first)
      guard let low = forecast.quantiles.first, let high = forecast.quantiles.last,
        forecast.quantiles.count > 1
      else { continue }
      fans += frame.fan(low, high, from: first)
    }
    return fans
  }

  private var means: HTML {
    var lines = HTML.none
    for (number, forecast) in forecasts.enumerated() {
      let units = forecast.means.map { Double($0) / 1000 }
      lines += "<path class=\"mean\" d=\"\(frame.path(units, from: past + number * step))\"/>\n"
    }
    return lines
  }

  /// Origins are named as far as their names do not run into each other.
  private var ticks: HTML {
    var ticks = HTML.none
    var free = 0.0
    for (number, origin) in origins.enumerated() {
      let place = frame.x(Double(past + number * step) - 0.5)
      guard place - 40 >= free else { continue }
      ticks += """
        <text x="\(frame.text(place))" y="\(frame.text(ChartFrame.height - 16))" \
        text-anchor="middle">\(origin.description)</text>

        """
      free = place + 48
    }
    return ticks
  }
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
