internal import Inventory

/// The paper on which demand and forecasts are drawn: where a bucket and an amount stand, the grid,
/// and lines and areas over it, as SVG that stands alone.
struct ChartFrame: Sendable {
  static let width = 960.0
  static let height = 380.0
  static let left = 64.0
  static let right = 16.0
  static let top = 48.0
  static let bottom = 44.0

  /// Buckets in all.
  let count: Int
  /// How many of them stand before bucket 0.
  let before: Int
  /// Units at the upper edge, above 0.
  let highest: Double

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

  /// The whole drawing around what is drawn over the ground.
  func drawing(title: String, words: String, _ content: HTML) -> HTML {
    """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(text(ChartFrame.width)) \
    \(text(ChartFrame.height))" role="img" aria-labelledby="title words">
    <title id="title">\(title)</title><desc id="words">\(words)</desc>
    \(ChartFrame.style)<rect class="ground" width="100%" height="100%"/>
    <text class="title" x="\(text(ChartFrame.left))" y="26">\(title)</text>
    \(content)</svg>

    """
  }

  /// Lines at round amounts, each with its name.
  var grid: HTML {
    var lines = HTML.none
    let step = ChartFrame.step(highest / 4)
    var value = 0.0
    while value <= highest {
      let label =
        value == value.rounded() ? Int(value).grouped : "\((value * 1000).rounded() / 1000)"
      lines += """
        <line class="grid" x1="\(text(ChartFrame.left))" \
        x2="\(text(ChartFrame.width - ChartFrame.right))" y1="\(text(y(value)))" \
        y2="\(text(y(value)))"/><text x="\(text(ChartFrame.left - 8))" \
        y="\(text(y(value) + 4))" text-anchor="end">\(label)</text>

        """
      value += step
    }
    return lines
  }

  /// Between the last bucket seen and bucket `first`.
  func origin(before first: Int) -> HTML {
    let place = text(x(Double(first) - 0.5))
    return """
      <line class="origin" x1="\(place)" x2="\(place)" y1="\(text(ChartFrame.top))" \
      y2="\(text(ChartFrame.height - ChartFrame.bottom))"/>

      """
  }

  /// What lies between two quantiles.
  func fan(_ low: [Double], _ high: [Double], from first: Int) -> HTML {
    let edge = high.indices.map { ($0, high[$0]) } + low.indices.reversed().map { ($0, low[$0]) }
    let points = edge.map { "\(text(x(Double(first + $0.0)))),\(text(y($0.1)))" }
    return "<polygon class=\"fan\" points=\"\(points.joined(separator: " "))\"/>\n"
  }

  /// A line with a gap wherever nothing is known.
  func path(_ values: [Double], from first: Int) -> String {
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

  func x(_ bucket: Double) -> Double {
    let room = ChartFrame.width - ChartFrame.left - ChartFrame.right
    return ChartFrame.left + (bucket + Double(before)) / Double(max(count - 1, 1)) * room
  }

  func y(_ units: Double) -> Double {
    let room = ChartFrame.height - ChartFrame.top - ChartFrame.bottom
    return ChartFrame.height - ChartFrame.bottom - units / highest * room
  }

  func text(_ coordinate: Double) -> String { "\((coordinate * 10).rounded() / 10)" }

  /// 1, 2 or 5 times a power of ten, at least as large.
  static func step(_ least: Double) -> Double {
    var power = 1e-9
    while power * 10 <= least { power *= 10 }
    return [1, 2, 5, 10].map { $0 * power }.first { $0 >= least } ?? 10 * power
  }
}
