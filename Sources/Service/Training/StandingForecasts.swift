internal import Inventory
internal import LinearAlgebra
internal import Planning
internal import Postgres
internal import Storage

/// Which published forecasts from past origins a refit would only find again: those that the same
/// configuration, program and processor core made, of the same regions, at the version at which the
/// gate would read the data.
struct StandingForecasts: Sendable {
  let view: TrainingView
  let configuration: RunConfiguration

  /// What a refit from a run's origin would find, in the order in which it would; nil where that is
  /// not known without it.
  ///
  /// - Parameter published: what readers were given by the run.
  func means(
    _ published: [Node: DailyMeans], ofRun run: Int, in db: isolated Session
  ) throws -> [NodeMeans]? {
    guard let basis = try RunStore.basis(ofRun: run, in: db),
      basis.codeVersion == Version.text, basis.processorCore == Processor.coreName,
      try Configurations.configuration(ofRun: run, in: db).settings == configuration.settings,
      configuration.settings.reconciliation != .auto,
      // The sums of a run that carried a region over hold forecasts of another origin.
      try RunStore.regions(ofRun: run, in: db).map(StandingForecasts.fate).sorted()
        == view.regions.map(StandingForecasts.fate).sorted(),
      view.regions.allSatisfy({ $0.state == .trained })
    else { return nil }
    let level = Hierarchy(view.dataset.histories.map(\.series)).levels.last ?? .itemLocation
    let series = view.dataset.histories.map(\.series).filter {
      published[Node(level, of: $0)] != nil
    }
    guard published.keys.count(where: { $0.level == level }) == series.count else { return nil }
    let nodes = Hierarchy(series).nodes
    let means = nodes.compactMap { node in
      published[node].flatMap { known in
        known.firstDay == basis.origin + 1 ? NodeMeans(node: node, means: known.means) : nil
      }
    }
    // A series that ended, or moved to another category, was in other sums then.
    return means.count == nodes.count ? means : nil
  }

  private static func fate(_ region: RunRecord.Region) -> String {
    "\(region.state.rawValue) \(region.region)"
  }
}
