internal import Inventory
internal import Planning

extension RunReplay {
  /// What the command line prints of it.
  public var text: String {
    let values = comparison.values.grouped
    var lines = [
      "run \(run), made again from dataset version \(datasetVersion): \(finding(values))"
    ]
    if let first = comparison.firstFarApart ?? comparison.first {
      lines.append("first difference: \(first.sentence)")
    }
    if madeBy != replayedBy {
      lines.append(
        "made by version \(madeBy.code) on \(madeBy.core), replayed by \(replayedBy.code) on"
          + " \(replayedBy.core)")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func finding(_ values: String) -> String {
    switch verdict {
    case .identical: "all \(values) values compared are the same, bit for bit"
    case .close:
      "\(comparison.differing.grouped) of \(values) values differ, all by less than another"
        + " processor core explains"
    case .different:
      "\(comparison.differing.grouped) of \(values) values differ,"
        + " \(comparison.farApart.grouped) of them by more than rounding explains"
    }
  }
}

extension ReplayComparison.Difference {
  /// `q0.95 of item-location OATS at LEEDS on 2024-07-01: published 12.5, replayed 12.4`.
  var sentence: String {
    let what = probability.map { "q\($0)" } ?? "the mean"
    let made = replayed.map { "replayed \($0)" } ?? "nothing was made"
    return "\(what) of \(node.name) on \(day): published \(published), \(made)"
  }
}

/// A run that does not come out as it was published.
public struct ReplayMismatch: Failure {
  public let replay: RunReplay

  /// Nil for a run that does.
  public init?(_ replay: RunReplay) {
    guard replay.verdict == .different else { return nil }
    self.replay = replay
  }

  public var code: String { "replay-mismatch" }
  public var exitCode: ExitCode { .data }
  public var sentence: String { "run \(replay.run) does not come out as it was published" }
}
