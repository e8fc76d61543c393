import Planning

/// The report as RFC 4180 with a header: the lines, then the sums over the region.
enum ReportCSV {
  static func text(of report: ProcurementReport) -> String {
    let fields = ReportField.all(for: report.basis)
    var text = fields.map { quoted($0.name) }.joined(separator: ",") + "\n"
    for line in report.lines + report.regionLines {
      text += fields.map { cell($0.value(line)) }.joined(separator: ",") + "\n"
    }
    return text
  }

  private static func cell(_ value: ReportField.Value) -> String {
    switch value {
    case .text(let text): quoted(text ?? "")
    case .number(let digits): digits ?? ""
    case .flag(let flag): flag ? "true" : "false"
    case .list(let words): quoted(words.joined(separator: ";"))
    }
  }

  static func quoted(_ text: String) -> String {
    let breaking: Set<UInt8> = [0x22, 0x2C, 0x0A, 0x0D]
    guard text.utf8.contains(where: breaking.contains) else { return text }
    return "\""
      + text.split(separator: "\"", omittingEmptySubsequences: false)
      .joined(separator: "\"\"") + "\""
  }
}
