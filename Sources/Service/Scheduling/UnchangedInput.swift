internal import Inventory
internal import LinearAlgebra
internal import Planning
internal import Postgres
internal import Storage

/// A run would see what another has seen, and come to the same.
public struct UnchangedInput: Error, Hashable, Sendable {
  public enum Fate: Hashable, Sendable {
    /// It is the one in use.
    case inUse
    /// The gate refused it, and would again.
    case refused
  }

  public let run: Int
  public let fate: Fate
  /// The dataset version that was looked at.
  public let version: Int64

  /// For the request and the log.
  public var finding: String {
    switch fate {
    case .inUse:
      "unchanged: dataset version \(version) reads as run \(run) saw it, so that stays in use"
    case .refused:
      "unchanged, refused before: dataset version \(version) reads as run \(run) saw it, and that"
        + " was refused; 'quartermaster schedule run-now --force' makes it again"
    }
  }

  /// Compares what a run would see with what the one in use has seen, and the last one that was
  /// refused: the data, the origin, what becomes of each region, and the configuration, program and
  /// processor core that would fit it.
  static func check(
    _ view: TrainingView, configuration: Int, in session: Session
  ) async throws {
    let version = view.dataset.version
    try await session.run { db in
      if let run = try RunStore.published(in: db)?.run,
        let basis = try RunStore.basis(ofRun: run, in: db), basis.hasForecasts,
        try saw(view, configuration, basis, in: db)
      {
        throw UnchangedInput(run: run, fate: .inUse, version: version)
      }
      if let run = try RegistryStore.standingRefusal(against: view.champion, in: db),
        let basis = try RunStore.basis(ofRun: run, in: db),
        try saw(view, configuration, basis, in: db)
      {
        throw UnchangedInput(run: run, fate: .refused, version: version)
      }
    }
  }

  /// Whether a run has seen what this one would.
  private static func saw(
    _ view: TrainingView, _ configuration: Int, _ basis: RunBasis, in db: isolated Session
  ) throws -> Bool {
    guard basis.contentDigest == view.dataset.contentDigest, basis.origin == view.origin,
      basis.configuration == configuration, basis.codeVersion == Version.text,
      basis.processorCore == Processor.coreName
    else { return false }
    return try RunStore.regions(ofRun: basis.run, in: db).map(fate).sorted()
      == view.regions.map(fate).sorted()
      && holdsWhatIsLocked(basis.run, after: view.origin, in: db)
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
