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
        try RunStore.regions(ofRun: run, in: db).map(UnchangedInput.fate).sorted() == wanted,
        try holdsWhatIsLocked(run, after: origin, in: db)
      else { return }
      throw UnchangedInput(run: run, version: version)
    }
  }

  /// Whether a run holds the days that are locked, and no others. Those that are locked as it says
  /// it holds by itself.
  private static func holdsWhatIsLocked(
    _ run: Int, after origin: Day, in db: isolated Session
  ) throws -> Bool {
    let live = try ForecastLockStore.live(from: origin + 1, in: db).map(\.lock)
    let held = try ForecastLockStore.held(byRun: run, in: db).map(\.record.lock)
    return live.filter { $0.run != run }.map(\.id)
      == held.filter { $0.lastDay > origin }.map(\.id)
  }

  /// What becomes of a region. One that was carried over before goes on with the same forecast.
  private static func fate(_ region: RunRecord.Region) -> String {
    "\(region.state.rawValue) \(region.completeThrough?.description ?? "never") \(region.region)"
  }
}
