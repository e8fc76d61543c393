internal import Inventory

/// The first page: what needs a planner this morning, then each region.
struct OverviewPage {
  let model: OverviewModel

  static func render(_ model: OverviewModel) -> [UInt8] { OverviewPage(model: model).html.bytes }

  private var html: HTML {
    PageFrame(title: "Quartermaster: \(model.asOf.short)", isSignedIn: model.isSignedIn).html(
      """
      <h1>\(model.asOf.long)</h1>
      \(provenance)
      \(RunNotice(model: model).html)
      \(model.regions.isEmpty ? emptiness : summary)
      """)
  }

  private var summary: HTML {
    """
    <dl class="figures">
    \(OverviewFigures(model: model).all)</dl>
    \(FlagList(model: model).html)
    \(model.regions.count > 1 ? RegionTable(model: model).html : HTML.none)
    \(model.regions.indices.filter { model.regions[$0].isDetailed }.map(section))
    """
  }

  private func section(_ position: Int) -> HTML {
    RegionSection(model: model, position: position).html
  }

  private var emptiness: HTML {
    """
    <p class="empty">There is no demand yet. It appears here once a location has sent some and a \
    run has forecast it.</p>

    """
  }

  private var provenance: HTML {
    guard let run = model.run else {
      return "<p class=\"provenance\">There is no forecast yet: no run was published.</p>"
    }
    return """
      <p class="provenance">Forecast from data through \(run.origin.short(on: model.asOf)), \
      published \(published(run)) by run \(run.run) over \(run.series.grouped) series</p>
      """
  }

  private func published(_ run: OverviewModel.RunSummary) -> String {
    switch model.asOf - run.publishedOn {
    case 0: "today at \(run.publishedAt)"
    case 1: "yesterday at \(run.publishedAt)"
    default: "\(run.publishedOn.short(on: model.asOf)) at \(run.publishedAt)"
    }
  }
}

/// The few figures at the top.
struct OverviewFigures {
  private static let namedRegions = 3

  let model: OverviewModel

  var all: HTML { "\([urgent, flags, freshness])" }

  private var urgent: HTML {
    let count = model.urgentCount
    return figure(
      count.grouped, "urgent order \(count == 1 ? "line" : "lines")",
      "of \(model.toOrderCount.grouped) to order\(extent)", tone: count > 0 ? "critical" : "calm")
  }

  private var extent: String {
    model.detailedCount < model.regions.count ? " in \(model.detailedCount.grouped) regions" : ""
  }

  private var flags: HTML {
    let counts = model.flags.counts
    let parts = OverviewModel.Flag.Severity.allCases.compactMap { severity in
      counts[severity].flatMap { $0 > 0 ? "\($0.grouped) \(severity.rawValue)" : nil }
    }
    let count = model.flags.count
    let tone =
      counts[.critical] ?? 0 > 0 ? "critical" : counts[.warning] ?? 0 > 0 ? "warning" : "calm"
    return figure(
      count.grouped, count == 1 ? "flag" : "flags",
      parts.isEmpty ? "no abnormal prediction" : parts.joined(separator: ", "), tone: tone)
  }

  private var freshness: HTML {
    let stale = model.staleRegions
    let rest = stale.count - Self.namedRegions
    let names = stale.prefix(Self.namedRegions).enumerated().map { place, region -> HTML in
      "\(place > 0 ? ", " : "")\(HTML.name(region.region.text))"
    }
    let more: HTML =
      stale.isEmpty
      ? "all data as fresh as promised" : "\(names)\(rest > 0 ? " and \(rest.grouped) more" : "")"
    return """
      <div class="\(stale.isEmpty ? "calm" : "warning")"><dt>\
      \(stale.count == 1 ? "region" : "regions") behind</dt><dd>\(stale.count.grouped)\
      <small> of \(model.regions.count.grouped)</small></dd><dd class="more">\(more)</dd></div>

      """
  }

  private func figure(_ number: String, _ label: String, _ more: String, tone: String) -> HTML {
    """
    <div class="\(tone)"><dt>\(label)</dt><dd>\(number)</dd><dd class="more">\(more)</dd></div>

    """
  }
}

/// What was flagged, critical first.
struct FlagList {
  let model: OverviewModel

  var html: HTML {
    let flags = model.flags
    guard flags.count > 0 else { return .none }
    let rest = flags.count - flags.shown.count
    let more: HTML =
      rest > 0
      ? "<p class=\"rest\">and \(rest.grouped) more: <code>quartermaster flags</code> lists all</p>"
      : .none
    return """
      <section aria-labelledby="flags"><h2 id="flags">Flags</h2>
      <ul class="flags">
      \(flags.shown.map(item))</ul>
      \(more)</section>
      """
  }

  private func item(_ flag: OverviewModel.Flag) -> HTML {
    let place = model.regions.firstIndex { $0.region == flag.region && $0.isDetailed }
    let region: HTML =
      switch (flag.region, place) {
      case (let region?, let place?):
        "<a href=\"#region-\(place)\">\(HTML.name(region.text))</a>"
      case (let region?, nil): HTML.name(region.text)
      case (nil, _): "all regions"
      }
    return """
      <li class="\(flag.severity.rawValue)"><span class="severity">\(Mark(flag.severity).html) \
      \(flag.severity.rawValue)</span><span class="where">\(region)</span>\
      <span class="told"><bdi>\(flag.sentence)</bdi></span></li>

      """
  }
}

/// The regions at a glance.
struct RegionTable {
  let model: OverviewModel

  var html: HTML {
    """
    <section aria-labelledby="regions"><h2 id="regions">Regions</h2>
    <table class="regions"><thead><tr><th scope="col">Region</th><th scope="col">Data</th>\
    <th scope="col" class="n">Urgent</th><th scope="col" class="n">To order</th>\
    <th scope="col" class="n">Flags</th><th scope="col" class="n wide">Next 4 weeks</th>\
    </tr></thead><tbody>
    \(model.regions.enumerated().map(row))</tbody></table>\(rest)</section>
    """
  }

  private var rest: HTML? {
    let count = model.regions.count - model.detailedCount
    guard count > 0 else { return nil }
    return """
      <p class="rest">The \(model.detailedCount.grouped) regions with most to look at follow; \
      <code>quartermaster report procurement --region NAME</code> shows any other.</p>
      """
  }

  private func row(_ position: Int, _ region: RegionOverview) -> HTML {
    let name = HTML.name(region.region.text)
    let link: HTML = region.isDetailed ? "<a href=\"#region-\(position)\">\(name)</a>" : name
    let coming = region.chart.comingTotal.map { Int($0.rounded()).grouped } ?? "?"
    return """
      <tr><th scope="row">\(link)</th>\
      <td>\(FreshnessMark(freshness: region.freshness, asOf: model.asOf).short)</td>\
      <td class="n\(region.orders?.urgent ?? 0 > 0 ? " hot" : "")">\
      \(region.orders.map { $0.urgent.grouped } ?? "?")</td>\
      <td class="n">\(region.orders.map { $0.toOrder.grouped } ?? "?")</td>\
      <td class="n">\(region.flagCount.grouped)</td>\
      <td class="n wide">\(coming)</td></tr>

      """
  }
}
