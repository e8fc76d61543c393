internal import Inventory
internal import LinearAlgebra
public import Planning
public import Postgres
internal import Storage

/// A run made again from its dataset version, and what it was beside what was published.
public struct RunReplay: Sendable {
  public enum Verdict: String, Hashable, Sendable {
    /// Every value compared has the same bits.
    case identical
    /// Made on another processor core, and apart by no more than rounding explains.
    case close
    case different
  }

  public let run: Int
  public let datasetVersion: Int64
  public let comparison: ReplayComparison
  /// The code and processor core that made the run, and those of the replay.
  public let madeBy: (code: String, core: String)
  public let replayedBy: (code: String, core: String)

  /// Other cores round otherwise; the same one must give the same bits.
  public var isSameCore: Bool { madeBy.core == replayedBy.core }

  public var verdict: Verdict {
    if comparison.differing == 0 { return .identical }
    return !isSameCore && comparison.farApart == 0 ? .close : .different
  }

  /// Makes a run again and compares.
  ///
  /// All nodes are fitted, because they learn from one another; a sample is of what is compared.
  ///
  /// - Parameters:
  ///   - run: nil is the run in use.
  ///   - sample: compares only so many values, drawn with the seed; nil compares all.
  /// - Throws: `RunReplayRefusal`, `DatasetVersionError`.
  public static func run(
    _ run: Int? = nil, sample: Int? = nil, seed: UInt64 = 1, clock: ZoneClock,
    progress: Progress.Channel = .silent, in session: Session
  ) async throws -> RunReplay {
    let (view, published) = try await session.run { db in
      try db.transaction(isolation: .repeatableRead, readOnly: true) { db in
        let view = try ReplayView.read(run: run, clock: clock, in: db)
        let run = view.basis.run
        let published = try ForecastStore.forecasts(ofRun: run, in: db)
        guard view.basis.hasForecasts, !published.isEmpty else {
          throw RunReplayRefusal.forecastsDropped(run: run)
        }
        return (view, published)
      }
    }
    let step = progress.step("replay", unit: "forecasts")
    let comparison = try await ComputeThread.run {
      let table = try view.forecast(step: step)
      let replayed = Publication(
        table, of: view.dataset.histories.map(\.series), carried: view.carried,
        locks: view.steadying.held)
      return ReplayComparison(
        published: published, replayed: replayed.forecasts, quantiles: view.basis.quantiles,
        sample: sample.map { (count: $0, seed: seed) })
    }
    step.finish()
    return RunReplay(
      run: view.basis.run, datasetVersion: view.basis.datasetVersion, comparison: comparison,
      madeBy: (view.basis.codeVersion, view.basis.processorCore),
      replayedBy: (Version.text, Processor.coreName))
  }
}
