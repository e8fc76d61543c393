internal import Inventory

/// A report whose lines are figures: one source of its table, CSV and JSON.
struct FigureReport: Sendable {
  struct Column: Sendable {
    enum Kind: Sendable {
      case text
      case count
      /// Shown as per cent in a table; the ratio itself in CSV and JSON.
      case ratio
      case number
    }

    /// In CSV and JSON.
    let name: String
    let kind: Kind
    /// 9 for a column that a table never leaves out; the smallest goes first.
    var keep = AlignedTable.alwaysKept
  }

  /// What the table says above its lines.
  let title: String
  /// What a table says where there are no lines.
  let empty: String
  /// The members of the JSON form before its lines.
  let facts: JSONValue
  let columns: [Column]
  /// A value per column; null is unknown.
  let lines: [[JSONValue]]

  func text(_ format: ReportFormat, width: Int?) -> String {
    switch format {
    case .table: table(min(width ?? ReportTable.widthLimit, ReportTable.widthLimit))
    case .csv: csv
    case .json: json.text + "\n"
    }
  }

  private func table(_ width: Int) -> String {
    guard !lines.isEmpty else { return "\(title)\n\(empty)\n" }
    let table = AlignedTable(
      columns: columns.enumerated().map { place, column in
        AlignedTable.Column(
          heading: column.name.split(separator: "_").joined(separator: " "),
          cells: lines.map { column.cell($0[place]) }, isLeft: place == 0, keep: column.keep,
          ruleAfter: nil)
      }, width: width)
    let dropped =
      table.dropped.isEmpty
      ? "" : "Left out to fit: \(table.dropped.joined(separator: ", ")); CSV has every column.\n"
    return "\(title)\n\n\(table.text)\(dropped)"
  }

  private var csv: String {
    let rows = lines.map { line in
      line.map { value in
        switch value {
        case .string(let text): text.csvField
        case .null: ""
        default: value.text
        }
      }.joined(separator: ",") + "\n"
    }
    return columns.map(\.name).joined(separator: ",") + "\n" + rows.joined()
  }

  private var json: JSONValue {
    facts.adding([
      "lines": .array(
        lines.map { line in
          .object(zip(columns, line).map { JSONValue.Member(name: $0.name, value: $1) })
        })
    ])
  }
}

extension FigureReport.Column {
  fileprivate func cell(_ value: JSONValue) -> String {
    switch (kind, value) {
    case (_, .null): "?"
    case (_, .string(let text)): text.isEmpty ? "(none)" : text
    case (_, .integer(let count)): count.grouped
    case (.ratio, .number(let ratio)): "\((ratio * 1000).rounded() / 10) %"
    case (_, .number(let number)):
      number == number.rounded() && number.magnitude < 1e15
        ? Int(number).grouped : "\((number * 100).rounded() / 100)"
    default: value.text
    }
  }
}

extension JSONValue {
  /// To a millionth; nil is unknown.
  static func figure(_ value: Double?) -> JSONValue {
    guard let value, value.isFinite else { return .null }
    return .number((value * 1_000_000).rounded() / 1_000_000)
  }
}
