internal import Foundation
internal import Inventory
public import Planning

/// How a table of accuracy is written down.
public enum AccuracyFormat: String, CaseIterable, Hashable, Sendable {
  case table, json

  public func text(of accuracy: AccuracyTable) -> String {
    switch self {
    case .table: AccuracyFormat.table(accuracy.lines)
    case .json: AccuracyFormat.json(accuracy.lines)
    }
  }

  private static func table(_ lines: [AccuracyTable.Line]) -> String {
    let mean = lines.map(\.wrmsse).reduce(0, +) / Double(max(lines.count, 1))
    func column(_ heading: String, _ cells: [String]) -> AlignedTable.Column {
      AlignedTable.Column(
        heading: heading, cells: cells, isLeft: heading == "level",
        keep: AlignedTable.alwaysKept, ruleAfter: nil)
    }
    let table = AlignedTable(
      columns: [
        column("level", lines.map(\.level.rawValue)),
        column("WRMSSE", lines.map { decimals($0.wrmsse, 4) }),
        column("WAPE", lines.map { decimals($0.wape, 4) }),
        column("bias", lines.map { decimals($0.bias, 4) }),
        column("coverage", lines.map { decimals($0.coverage, 3) }),
      ], width: 100)
    return table.text + "mean WRMSSE over levels \(decimals(mean, 4))\n"
  }

  private static func json(_ lines: [AccuracyTable.Line]) -> String {
    let rows = lines.map { line in
      "  {\"level\": \"\(line.level.rawValue)\", \"wrmsse\": \(decimals(line.wrmsse, 6)), "
        + "\"wape\": \(decimals(line.wape, 6)), \"bias\": \(decimals(line.bias, 6)), "
        + "\"coverage\": \(decimals(line.coverage, 6))}"
    }
    return "[\n" + rows.joined(separator: ",\n") + "\n]\n"
  }

  private static func decimals(_ value: Double, _ digits: Int) -> String {
    value.isFinite ? String(format: "%.\(digits)f", value) : "null"
  }
}
