public import Planning

/// How a report is written down. The figures are the same in all.
public enum ReportFormat: String, CaseIterable, Hashable, Sendable {
  case table, csv, json

  public func text(of report: ProcurementReport) -> String {
    switch self {
    case .table: ReportTable(report).text
    case .csv: ReportCSV.text(of: report)
    case .json: ReportJSON.text(of: report)
    }
  }
}
