internal import Inventory
internal import LinearAlgebra
internal import Planning
internal import Postgres
internal import Storage

/// A run would see what the one in use has seen, and come to the same.
public struct UnchangedInput: Error, Hashable, Sendable {
  /// The run in use.
  public let run: Int
  /// The dataset version that was looked at.
  public let version: Int64

  /// For the request and the log.
  public var finding: String {
    "unchanged: dataset version \(version) reads as run \(run) saw it, so that stays in use"
  }

  /// Compares what a run would see with what the one in use has seen: the data, the origin, what
  /// becomes of each region, and the configuration, program and processor core that would fit it.
  static func check(
    _ view: TrainingView, configuration: Int, in session: Session
  ) async throws {
    let (digest, version, origin) = (
      view.dataset.contentDigest, view.dataset.version, view.origin
    )
    let wanted = view.regions.map(UnchangedInput.fate).sorted()
    try await session.run { db in
      guard let run = try RunStore.published(in: db)?.run,
        let basis = try RunStore.basis(ofRun: run, in: db), basis.hasForecasts,
        basis.contentDigest == digest, basis.origin == origin,
        basis.configuration == configuration, basis.codeVersion == Version.text,
        basis.processorCore == Processor.coreName,
        try RunStore.regions(ofRun: run, in: db).map(UnchangedInput.fate).sorted() == wanted
      else { return }
      throw UnchangedInput(run: run, version: version)
    }
  }

  /// What becomes of a region. One that was carried over before goes on with the same forecast.
  private static func fate(_ region: RunRecord.Region) -> String {
    "\(region.state.rawValue) \(region.completeThrough?.description ?? "never") \(region.region)"
  }
}
