internal import Inventory
internal import Planning
internal import Storage

extension TrainingSummary {
  /// What the command line prints of it.
  public var text: String {
    let trained = regions.filter { $0.state == .trained }
    var lines = [
      "run \(run): \(series.grouped) series in \(trained.map(\.region.text).listed), origin"
        + " \(origin), dataset version \(datasetVersion)",
      "\(observations.grouped) observations -> \(nodes.grouped) forecasts of \(horizon) days"
        + " (\(rungs))",
    ]
    lines.append(
      flags.listed.map { "flags: \($0); 'quartermaster flags' lists them" } ?? "no flags")
    for region in regions where region.state == .stale {
      let run = region.carriedFrom.map { " of run \($0)" } ?? ""
      lines.append("\(region.region) keeps its forecast\(run), stale: \(region.reason)")
    }
    for region in regions where region.state == .absent {
      lines.append("\(region.region) has no forecast: \(region.reason)")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private var rungs: String {
    Tier.allCases.compactMap { tier in
      tiers[tier].map { "\(tier.rawValue) \($0.grouped)" }
    }.joined(separator: ", ")
  }
}
