internal import Digests
internal import Inventory
internal import Planning
public import Storage

private func column(
  _ heading: String, _ cells: [String], isLeft: Bool = true
) -> AlignedTable.Column {
  AlignedTable.Column(
    heading: heading, cells: cells, isLeft: isLeft, keep: AlignedTable.alwaysKept, ruleAfter: nil)
}

extension Instant {
  /// Whole seconds, as nobody needs more of a run.
  var second: String { String(description.prefix(19)) + "Z" }
}

extension FinishedRun {
  /// What became of it, in a word.
  var standing: String { isPublished ? "in use" : state.rawValue }
}

extension [FinishedRun] {
  /// What the command line prints of all runs.
  public var text: String {
    guard !isEmpty else { return "no runs yet: 'quartermaster train' makes one\n" }
    return AlignedTable(
      columns: [
        column("run", map { "\($0.run)" }, isLeft: false),
        column("state", map(\.standing)),
        column("as-of", map(\.asOf.description)),
        column("origin", map(\.origin.description)),
        column("series", map(\.series.grouped), isLeft: false),
        column("data", map { "\($0.datasetVersion)" }, isLeft: false),
        column("configuration", map { $0.configuration.map { "v\($0)" } ?? "-" }),
        column("against", map { $0.comparedWith.map { "\($0)" } ?? "-" }, isLeft: false),
        column("finished", map(\.finishedAt.second)),
      ], width: 120
    ).text
  }
}

extension RunDetails {
  /// What the command line prints of a run.
  public var text: String {
    var lines = ["Run \(run.run), \(run.standing)"]
    lines += facts.map { "  \($0.name.padded(to: 15))\($0.value)" }
    lines += ["", regionTable]
    if !checks.isEmpty { lines += ["Gate: \(gateSentence)", checkTable] }
    lines += publications.map {
      "Published \($0.publishedAt.second) by \($0.publishedBy): \($0.reason)"
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private var facts: [(name: String, value: String)] {
    [
      ("as of", "\(run.asOf), origin \(run.origin), \(run.horizon) days ahead"),
      (
        "data",
        "version \(run.datasetVersion), \(shortDigest), \(run.series.grouped) series,"
          + " \(run.observations.grouped) observations"
      ),
      (
        "configuration",
        configuration.map {
          "version \($0.version), \(Hexadecimal.text($0.digest).prefix(12)), by \($0.madeBy):"
            + " \($0.reason)"
        } ?? "older than configurations"
      ),
      (
        "made by",
        "quartermaster \(run.codeVersion) on \(run.processorCore)"
          + (run.threads.map { ", \($0) threads" } ?? "")
      ),
      ("finished", "\(run.finishedAt.second), begun \(run.startedAt.second)"),
      ("asked for by", request?.asker ?? "a person, 'quartermaster train'"),
      ("cost", cost?.sentence ?? "not kept"),
      ("gain", gainSentence ?? "nothing to compare with"),
      ("compared with", run.comparedWith.map { "run \($0)" } ?? "no earlier run"),
    ] + stability
  }

  private var stability: [(name: String, value: String)] {
    let before = run.comparedWith.map { " of run \($0)" } ?? ""
    let blend = run.blendWeight.map { weight in
      (
        name: "blend",
        value: (weight > 0 ? "\(weight)\(before)" : "nothing\(before)")
          + (run.blendFinding.map { ", \($0)" } ?? "")
      )
    }
    let reconciliation = (
      name: "reconciliation",
      value: run.reconciliation.rawValue + (run.reconciliationFinding.map { ", \($0)" } ?? "")
    )
    return [reconciliation] + (blend.map { [$0] } ?? [])
      + locks.map { held in
        (
          "locked",
          "lock \(held.record.lock.id): \(held.cells.grouped) days of series of"
            + " \(held.record.scope.words), as run \(held.record.lock.run) said"
        )
      }
  }

  private var gateSentence: String {
    let failed = checks.count { !$0.hasPassed }
    return failed == 0 ? "all \(checks.count) checks passed" : "\(failed) of \(checks.count) failed"
  }

  private var regionTable: String {
    AlignedTable(
      columns: [
        column("region", regions.map(\.region.text)),
        column("state", regions.map(\.state.rawValue)),
        column("complete-through", regions.map { $0.completeThrough?.description ?? "never" }),
        column("off-by", regions.map { wapes[$0.region].percent }, isLeft: false),
        column("because", regions.map(\.reason)),
      ], width: 120
    ).text
  }

  private var checkTable: String {
    AlignedTable(
      columns: [
        column("check", checks.map(\.name.rawValue)),
        column("region", checks.map { $0.region?.text ?? "-" }),
        column("days-ahead", checks.map { $0.leads?.description ?? "-" }),
        column("outcome", checks.map { $0.hasPassed ? "passed" : "FAILED" }),
        column("limit", checks.map { $0.limit.digits }, isLeft: false),
        column("found", checks.map { $0.figure.digits }, isLeft: false),
        column("finding", checks.map(\.finding)),
      ], width: 200
    ).text
  }
}

extension RunComparison {
  /// What the command line prints of what changed.
  public var text: String {
    let (old, new) = (first.run, second.run)
    var lines = ["Run \(new.run) (\(new.standing)) against run \(old.run) (\(old.standing))"]
    let isSame = old.contentDigest == new.contentDigest
    let more = new.observations - old.observations
    lines += [
      "  data           "
        + (isSame
          ? "the same, version \(new.datasetVersion)"
          : "version \(old.datasetVersion) -> \(new.datasetVersion),"
            + " \(more.grouped) observations and \((new.series - old.series).grouped) series more"),
      "  origin         " + change(old.origin.description, new.origin.description),
      "  configuration  "
        + (configurationChanges.isEmpty
          ? "unchanged" : configurationChanges.joined(separator: ", ")),
      "  code           " + change(old.codeVersion, new.codeVersion),
      "  processor      "
        + change(
          "\(old.processorCore), \(old.threads.map { "\($0)" } ?? "?") threads",
          "\(new.processorCore), \(new.threads.map { "\($0)" } ?? "?") threads"),
      "",
    ]
    return lines.joined(separator: "\n") + "\n" + table
  }

  private func change(_ old: String, _ new: String) -> String {
    old == new ? "\(new), unchanged" : "\(old) -> \(new)"
  }

  private var table: String {
    let regions = Set((first.regions + second.regions).map(\.region)).sorted()
    func both(_ cell: (RunDetails, RegionCode) -> String) -> [String] {
      regions.map { region in
        let (old, new) = (cell(first, region), cell(second, region))
        return old == new ? new : "\(old) -> \(new)"
      }
    }
    return AlignedTable(
      columns: [
        column("region", regions.map(\.text)),
        column("state", both { $0.region($1)?.state.rawValue ?? "-" }),
        column(
          "complete-through",
          both { $0.region($1)?.completeThrough?.description ?? "-" }),
        column("off-by", both { $0.wapes[$1].percent }),
        column("churn", regions.map { churn[$0].percent }, isLeft: false),
      ], width: 120
    ).text
  }
}

extension RunDetails {
  fileprivate func region(_ region: RegionCode) -> RunRecord.Region? {
    regions.first { $0.region == region }
  }
}

extension Double? {
  /// "12.3 %"; a dash where there is none.
  var percent: String {
    guard let share = self else { return "-" }
    guard share.isFinite, share < 1e9 else { return "?" }
    let tenths = Int((share * 1000).rounded())
    return "\(tenths / 10).\(abs(tenths % 10)) %"
  }

  /// Three decimals at most; a dash where there is none.
  fileprivate var digits: String {
    guard let value = self else { return "-" }
    guard value.isFinite, value.magnitude < 1e12 else { return "?" }
    return "\((value * 1000).rounded() / 1000)"
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String {
    self + String(repeating: " ", count: Swift.max(1, width - count))
  }
}
