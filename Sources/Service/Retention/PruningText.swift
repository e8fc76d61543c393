internal import Inventory
internal import Storage

extension Pruning.Report {
  /// What the command line prints of it.
  public var text: String {
    guard !lines.isEmpty else { return "another instance is pruning; nothing was done here\n" }
    func column(_ heading: String, _ cells: [String], isLeft: Bool = true) -> AlignedTable.Column {
      AlignedTable.Column(
        heading: heading, cells: cells, isLeft: isLeft, keep: AlignedTable.alwaysKept,
        ruleAfter: nil)
    }
    let table = AlignedTable(
      columns: [
        column("what", lines.map(\.what.words)),
        column(
          "kept-days", lines.map { $0.keptDays?.grouped ?? Retention.forever }, isLeft: false),
        column(isDryRun ? "would-go" : "gone", lines.map(\.rows.grouped), isLeft: false),
      ], width: 100
    ).text
    return table + (isDryRun ? "dry run: nothing was dropped\n" : "")
  }
}

extension Prunable {
  fileprivate var words: String {
    switch self {
    case .keys: "keys of pushes"
    case .changes: "replaced values"
    case .quarantine: "settled rows of quarantine"
    case .forecasts: "forecasts of earlier runs"
    case .accuracy: "accuracy of earlier runs"
    case .movements: "lines of journals"
    }
  }
}
