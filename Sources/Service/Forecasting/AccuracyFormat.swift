internal import Foundation
internal import Inventory
public import Planning

/// How a table of accuracy is written down.
public enum AccuracyFormat: String, CaseIterable, Hashable, Sendable {
  case table, json

  public func text(of accuracy: AccuracyTable) -> String {
    switch self {
    case .table: AccuracyFormat.table(accuracy)
    case .json: AccuracyFormat.json(accuracy)
    }
  }

  private static func table(_ accuracy: AccuracyTable) -> String {
    let lines = accuracy.lines
    let scaled = lines.compactMap(\.wrmsse)
    func column(_ heading: String, _ cells: [String]) -> AlignedTable.Column {
      AlignedTable.Column(
        heading: heading, cells: cells, isLeft: heading == accuracy.grouping.rawValue,
        keep: AlignedTable.alwaysKept, ruleAfter: nil)
    }
    let table = AlignedTable(
      columns: [
        column(accuracy.grouping.rawValue, lines.map(\.group)),
        column("WRMSSE", lines.map { shown($0.wrmsse, 4) }),
        column("MASE", lines.map { shown($0.mase, 4) }),
        column("WAPE", lines.map { shown($0.wape, 4) }),
        column("bias", lines.map { shown($0.bias, 4) }),
        column("sMAPE", lines.map { shown($0.smape, 4) }),
        column("pinball", lines.map { shown($0.pinball, 4) }),
        column("coverage", lines.map { shown($0.coverage, 3) }),
      ], width: 100)
    guard accuracy.grouping == .level else { return table.text }
    let mean = scaled.reduce(0, +) / Double(max(scaled.count, 1))
    return table.text + "mean WRMSSE over levels \(decimals(mean, 4))\n"
  }

  private static func json(_ accuracy: AccuracyTable) -> String {
    let rows = accuracy.lines.map { line in
      let figures = [
        ("wrmsse", line.wrmsse), ("mase", line.mase), ("wape", line.wape), ("bias", line.bias),
        ("smape", line.smape), ("pinball", line.pinball), ("coverage", line.coverage),
      ]
      return "  {\"\(accuracy.grouping.rawValue)\": \"\(line.group)\", "
        + figures.map { "\"\($0.0)\": \(decimals($0.1 ?? .nan, 6))" }.joined(separator: ", ") + "}"
    }
    return "[\n" + rows.joined(separator: ",\n") + "\n]\n"
  }

  /// Nothing where there is none.
  private static func shown(_ value: Double?, _ digits: Int) -> String {
    value.map { decimals($0, digits) } ?? ""
  }

  private static func decimals(_ value: Double, _ digits: Int) -> String {
    value.isFinite ? String(format: "%.\(digits)f", value) : "null"
  }
}
