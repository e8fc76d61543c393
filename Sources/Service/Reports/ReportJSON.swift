import Inventory
import Planning

/// The report as one JSON object, whose lines have the CSV form's columns as keys.
enum ReportJSON {
  static func text(of report: ProcurementReport) -> String {
    let basis = report.basis
    let fields = ReportField.all(for: basis)
    let head = [
      "\"region\": \(quoted(basis.region.text))",
      "\"as_of\": \(quoted(basis.asOf.description))",
      "\"origin\": \(quoted(basis.origin.description))",
      "\"run\": \(basis.run)",
      "\"complete_through\": \(report.completeThrough.map { quoted($0.description) } ?? "null")",
      "\"stale\": \(report.isStale)",
      "\"lines_to_order\": \(report.toOrderCount)",
      "\"lines_urgent\": \(report.urgentCount)",
      "\"lines\": \(array(report.lines, fields))",
      "\"sums\": \(array(report.regionLines, fields))",
    ]
    return "{\n  " + head.joined(separator: ",\n  ") + "\n}\n"
  }

  private static func array(_ lines: [OrderLine], _ fields: [ReportField]) -> String {
    guard !lines.isEmpty else { return "[]" }
    let objects = lines.map { line in
      let pairs = fields.map { "\(quoted($0.name)): \(literal($0.value(line)))" }
      return "    {" + pairs.joined(separator: ", ") + "}"
    }
    return "[\n" + objects.joined(separator: ",\n") + "\n  ]"
  }

  private static func literal(_ value: ReportField.Value) -> String {
    switch value {
    case .text(let text): text.map(quoted) ?? "null"
    case .number(let digits): digits ?? "null"
    case .flag(let flag): flag ? "true" : "false"
    case .list(let words): "[" + words.map(quoted).joined(separator: ", ") + "]"
    }
  }

  /// RFC 8259, section 7: quotation mark, reverse solidus and control characters are escaped.
  static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case "\r": quoted += "\\r"
      case "\t": quoted += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
