internal import Inventory

/// One region: how fresh, what is coming, what to order first.
struct RegionSection {
  let model: OverviewModel
  let position: Int

  private var region: RegionOverview { model.regions[position] }

  var html: HTML {
    let isStale = region.freshness.isStale
    return """
      <section class="region\(isStale ? " stale" : "")" id="region-\(position)" \
      aria-labelledby="name-\(position)">
      <header><h2 id="name-\(position)">\(HTML.name(region.region.text))</h2>
      <p>\(FreshnessMark(freshness: region.freshness, asOf: model.asOf).long)\(standing)</p></header>
      <div class="pair">
      <div>\(outlook)\(chart)</div>
      <div>\(orders)</div>
      </div></section>

      """
  }

  /// What is shown instead while a region is behind.
  private var standing: HTML {
    region.chart.isStale
      ? "<span class=\"more\">; its forecast is the last good one</span>" : HTML.none
  }

  private var outlook: HTML {
    let series = region.chart
    guard let coming = series.comingTotal else {
      return "<h3>Demand</h3>"
    }
    let change: HTML? = series.recentTotal.flatMap { recent in
      guard recent > 0 else { return nil }
      let percent = Int(((coming / recent - 1) * 100).rounded())
      let sign = percent > 0 ? "+" : percent < 0 ? "\u{2212}" : "\u{00B1}"
      return
        " <span class=\"more\">\(sign)\(abs(percent).grouped) % on the last four complete</span>"
    }
    return """
      <h3>Next four weeks <strong>\(Int(coming.rounded()).grouped)</strong> units\(change)</h3>

      """
  }

  private var chart: HTML {
    func drawing(_ frame: DemandChart.Frame, _ suffix: String) -> DemandChartDrawing {
      DemandChartDrawing(
        chart: DemandChart(region.chart, frame: frame), region: region.region,
        id: "chart-\(position)-\(suffix)")
    }
    let hasBand = region.chart.forecast.contains { $0.low != nil && $0.high != nil }
    let kept = region.chart.isStale ? " (earlier run)" : ""
    let style = region.chart.isStale ? "forecast kept" : "forecast"
    return """
      <figure>
      \(drawing(.wide, "w").svg(style: "only-wide", tellsDays: true))\
      \(drawing(.narrow, "n").svg(style: "only-narrow", tellsDays: false))\
      <figcaption>\(legend("<path class=\"line demand\" d=\"M1 6H23\"/>", "demand"))\
      \(legend("<path class=\"line \(style)\" d=\"M1 6H23\"/>", "forecast\(kept)"))\
      \(hasBand ? legend("<path class=\"band\" d=\"M1 1H23V11H1Z\"/>", "90 % range") : HTML.none)\
      </figcaption></figure>
      """
  }

  private func legend(_ shape: HTML, _ words: String) -> HTML {
    """
    <span class="legend"><svg class="swatch" viewBox="0 0 24 12" aria-hidden="true">\(shape)</svg> \
    \(words)</span>
    """
  }

  private var orders: HTML {
    let remark: HTML? = region.remark.map { "<p class=\"rest\">\($0)</p>" }
    guard let orders = region.orders else {
      return "<h3>Orders</h3>\(remark)"
    }
    return "\(OrderTable(orders: orders).html)\(remark)"
  }
}

/// The most urgent lines of a region's report.
struct OrderTable {
  let orders: OrderSummary

  var html: HTML {
    guard !orders.first.isEmpty else {
      return """
        <h3>Nothing to order</h3>
        <p class="rest">on \(orders.lines.grouped) lines</p>
        """
    }
    let rest = orders.toOrder - orders.first.count
    let foot: HTML? =
      rest > 0
      ? "<p class=\"rest\">and \(rest.grouped) more to order, of \(orders.lines.grouped) lines</p>"
      : nil
    return """
      <h3>Order first <span class="more">\(heading)</span></h3>
      <table class="orders"><thead><tr><th scope="col">Item</th>\
      <th scope="col" class="n wide">On hand</th>\
      <th scope="col" class="n">Lasts</th>\
      <th scope="col" class="n">Arrives in</th>\
      <th scope="col" class="n">Order</th></tr></thead><tbody>
      \(orders.first.map(row))</tbody></table>
      \(foot)
      """
  }

  private var heading: String {
    orders.urgent > 0
      ? "\(orders.urgent.grouped) will run out before an order placed today arrives"
      : "nothing runs out before an order placed today arrives"
  }

  private func row(_ line: OrderSummary.Line) -> HTML {
    let urgent: HTML = line.isUrgent ? "<span class=\"tag\">urgent</span>" : .none
    let name: HTML? = line.name.map { "<span class=\"name\">\(HTML.name($0))</span>" }
    let location: HTML? = line.location.map { "<span class=\"at\">\(HTML.name($0.text))</span>" }
    return """
      <tr\(line.isUrgent ? " class=\"urgent\"" as HTML : HTML.none)><th scope="row">\
      <span class="code">\(HTML.name(line.item.text))</span> \(location) \(urgent)\
      \(name)</th><td class="n wide">\(line.onHand)</td><td class="n">\(days(line.daysOfSupply))</td>\
      <td class="n">\(days(line.leadTimeDays))</td><td class="n"><strong>\(line.order)</strong></td></tr>

      """
  }

  private func days(_ text: String) -> HTML { "\(text)<span class=\"unit\"> d</span>" }
}

/// How fresh a region is, in a word and in a sentence.
struct FreshnessMark {
  let freshness: RegionFreshness
  let asOf: Day

  var short: HTML {
    guard freshness.isStale else {
      return "<span class=\"calm\">\(Mark.good) fresh</span>\(through)"
    }
    let behind = freshness.daysBehind.map { days($0) + " behind" } ?? "never complete"
    return "<span class=\"warning\">\(Mark.warning) \(behind)</span>\(through)"
  }

  var long: HTML {
    guard freshness.isStale else {
      return """
        <span class="calm">\(Mark.good) fresh</span> \
        <span class="more">\(freshness.completeThrough.map { "complete through \($0.short(on: asOf))" } ?? "")</span>
        """
    }
    let others =
      freshness.staleLocations > 1
      ? ", as are \((freshness.staleLocations - 1).grouped) more of \(freshness.locations.grouped)"
      : ""
    let what: HTML =
      freshness.completeThrough.map { through in
        """
        \(HTML.name(freshness.worst.text)) is complete through \(through.short(on: asOf)) only, \
        \(freshness.due.short(on: asOf)) was due
        """
      } ?? """
        \(HTML.name(freshness.worst.text)) has never said up to which day it is complete
        """
    return """
      <span class="warning">\(Mark.warning) \
      \(freshness.daysBehind.map { days($0) + " behind" } ?? "never complete")</span> \
      <span class="more">\(what)\(others)</span>
      """
  }

  private var through: HTML? {
    freshness.completeThrough.map {
      " <span class=\"more only-wide\">through \($0.short(on: asOf))</span>"
    }
  }

  private func days(_ count: Int) -> String { count == 1 ? "1 day" : "\(count.grouped) days" }
}

/// Small shapes that differ without colour, beside the word they stand for.
struct Mark {
  let html: HTML

  static let good = mark("<circle cx=\"6\" cy=\"6\" r=\"4\"/>")
  static let warning = mark("<path d=\"M6 1L11.5 11H.5Z\"/>")
  private static let critical = mark("<path d=\"M6 0L12 6L6 12L0 6Z\"/>")
  private static let info = mark("<circle class=\"hollow\" cx=\"6\" cy=\"6\" r=\"4\"/>")

  init(_ severity: OverviewModel.Flag.Severity) {
    switch severity {
    case .critical: html = Mark.critical
    case .warning: html = Mark.warning
    case .info: html = Mark.info
    }
  }

  private static func mark(_ shape: HTML) -> HTML {
    "<svg class=\"mark\" viewBox=\"0 0 12 12\" aria-hidden=\"true\">\(shape)</svg>"
  }
}
