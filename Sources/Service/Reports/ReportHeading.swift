import Inventory
import Planning

/// What stands above a report's table: for whom, as of when, from which forecast, how fresh.
struct ReportHeading {
  static let namedStaleLocations = 5

  let text: String

  init(_ report: ProcurementReport) {
    let basis = report.basis
    text =
      [
        "Procurement report, region \(basis.region)",
        "As of \(basis.asOf), from the forecast of \(basis.origin) (run \(basis.run))"
          + ", \(Self.freshness(report))",
        Self.counts(report),
      ].joined(separator: "\n") + "\n"
  }

  private static func freshness(_ report: ProcurementReport) -> String {
    let stale = Dictionary(
      report.lines.filter(\.isStale).map { ($0.node.location?.text ?? "", $0.completeThrough) },
      uniquingKeysWith: { first, _ in first })
    guard !stale.isEmpty else {
      return report.completeThrough.map { "data complete through \($0)" }
        ?? "data not declared complete"
    }
    let named = stale.sorted { $0.key < $1.key }.prefix(namedStaleLocations).map { name, through in
      "\(name) (\(through.map { "complete through \($0)" } ?? "nothing declared complete"))"
    }
    let more = stale.count > named.count ? " and \(stale.count - named.count) more" : ""
    return "STALE: " + named.joined(separator: ", ") + more
  }

  private static func counts(_ report: ProcurementReport) -> String {
    let (lines, unknown) = (
      report.lines.count, report.lines.count { $0.suggestedOrder == nil }
    )
    let withheld = unknown > 0 ? "; no suggestion for \(unknown.grouped)" : ""
    guard report.toOrderCount > 0 else {
      return "Nothing to order on \(lines.grouped) lines\(withheld)"
    }
    return "\(report.toOrderCount.grouped) of \(lines.grouped) lines to order"
      + ", \(report.urgentCount.grouped) of them urgent\(withheld)"
  }
}
