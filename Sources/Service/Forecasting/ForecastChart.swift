internal import Inventory
internal import Planning

/// History, mean and fan of one forecast as a drawing that stands alone (SVG).
public struct ForecastChart: Sendable {
  private static let fewestPast = 56

  private let title: String
  /// Units per bucket, the last of them at the origin; NaN is missing.
  private let history: [Double]
  private let forecast: NodeForecast
  private let days: [Day]
  private let origin: Day
  private let frame: ChartFrame

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
    frame = ChartFrame(
      count: past + ahead, before: past,
      highest: max((known + forecast.means.map { Double($0) / 1000 }).max() ?? 1, 1e-9))
  }

  var svg: String {
    frame.drawing(
      title: title, words: words,
      """
      \(frame.grid)\(fan)<path class="demand" d="\(frame.path(history, from: -history.count))"/>
      <path class="mean" d="\(frame.path(means, from: 0))"/>
      \(frame.origin(before: 0))\(ticks)
      """
    ).markup
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

  /// Pairs of quantiles, the widest first: where they overlap, the fan darkens.
  private var fan: HTML {
    let rows = forecast.quantiles
    var fan = HTML.none
    for place in 0..<rows.count / 2 {
      let (low, high) = (rows[place], rows[rows.count - 1 - place])
      fan += frame.fan(low, high, from: 0)
    }
    return fan
  }

  /// The origin and the last bucket are named; between them there is rarely room.
  private var ticks: HTML {
    let baseline = frame.text(ChartFrame.height - 16)
    let last = days.last?.description ?? ""
    return """
      <text x="\(frame.text(frame.x(-0.5)))" y="\(baseline)" text-anchor="middle">\(origin.description)</text>
      <text x="\(frame.text(ChartFrame.width - ChartFrame.right))" y="\(baseline)" \
      text-anchor="end">\(last)</text>

      """
  }
}
