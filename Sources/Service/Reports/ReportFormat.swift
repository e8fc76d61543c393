public import Planning

/// How a report is written down. The figures are the same in all.
public enum ReportFormat: String, CaseIterable, Hashable, Sendable {
  case table, csv, json

  /// - Parameter width: of the terminal that shows a table; nil when none does.
  public func text(of report: ProcurementReport, width: Int? = nil) -> String {
    switch self {
    case .table:
      ReportTable(report, width: min(width ?? ReportTable.widthLimit, ReportTable.widthLimit)).text
    case .csv: ReportCSV.text(of: report)
    case .json: ReportJSON.text(of: report)
    }
  }
}
