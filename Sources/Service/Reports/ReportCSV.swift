import Planning

/// The report as RFC 4180 with a header: the lines, then the sums over the region.
enum ReportCSV {
  static func text(of report: ProcurementReport) -> String {
    let fields = ReportField.all(for: report.basis)
    var text = fields.map { $0.name.csvField }.joined(separator: ",") + "\n"
    for line in report.lines + report.regionLines {
      text += fields.map { cell($0.value(line)) }.joined(separator: ",") + "\n"
    }
    return text
  }

  private static func cell(_ value: ReportField.Value) -> String {
    switch value {
    case .text(let text): (text ?? "").csvField
    case .number(let digits): digits ?? ""
    case .flag(let flag): flag ? "true" : "false"
    case .list(let words): words.joined(separator: ";").csvField
    }
  }
}

extension String {
  /// As a field of RFC 4180: quoted where it holds a comma, a quote or a line end.
  var csvField: String {
    let breaking: Set<UInt8> = [0x22, 0x2C, 0x0A, 0x0D]
    guard utf8.contains(where: breaking.contains) else { return self }
    return "\""
      + split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
  }
}
