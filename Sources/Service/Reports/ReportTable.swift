import Inventory
import Planning

/// The report for a terminal, at most 120 columns wide.
struct ReportTable {
  static let widthLimit = 120

  let text: String

  init(_ report: ProcurementReport, width: Int = widthLimit) {
    var footnotes = Footnotes()
    let table = AlignedTable(columns: Self.columns(report, footnotes: &footnotes), width: width)
    var text = ReportHeading(report).text + "\n"
    if report.lines.isEmpty {
      text += "This region has no series.\n"
    } else {
      text += table.text
      let rules = ["! runs out before an order placed today arrives"].filter { _ in
        report.urgentCount > 0
      }
      let dropped = table.dropped.isEmpty ? [] : [Self.droppedNote(table.dropped)]
      let feet = rules + footnotes.texts + dropped
      if !feet.isEmpty { text += "\n" + feet.joined(separator: "\n") + "\n" }
    }
    self.text = text
  }

  private static func droppedNote(_ columns: [String]) -> String {
    "Left out to fit: \(columns.joined(separator: ", ")). --format csv has every column."
  }

  private static func columns(
    _ report: ProcurementReport, footnotes: inout Footnotes
  ) -> [AlignedTable.Column] {
    // One location's sums would repeat its lines.
    let severalLocations = Set(report.lines.map(\.node.location)).count > 1
    let sums = severalLocations ? report.regionLines : []
    let lines = report.lines + sums
    let breakAfter = sums.isEmpty ? nil : report.lines.count
    func column(
      _ heading: String, keep: Int, left: Bool = false, _ cell: (OrderLine) -> String
    ) -> AlignedTable.Column {
      AlignedTable.Column(
        heading: heading, cells: lines.map(cell), isLeft: left, keep: keep, ruleAfter: breakAfter)
    }
    let marks = lines.map { footnotes.marks($0.notes) }
    return [
      column("", keep: 9, left: true) { $0.isUrgent ? "!" : "" },
      column("item", keep: 9, left: true) { $0.node.item?.text ?? "" },
      column("location", keep: 9, left: true) { $0.node.location?.text ?? "all" },
      column("on hand", keep: 9) { readable($0.onHand) },
      column("on order", keep: 5) { readable($0.onOrder) },
      column("supply days", keep: 7) { readable($0.daysOfSupply) },
      column("covers days", keep: 4) { readable($0.forecastDays, unknown: "") },
      column("forecast", keep: 9) { readable($0.forecast) },
      column(rangeHeading(report), keep: 3) { range($0) },
      column("safety stock", keep: 2) { readable($0.safetyStock, unknown: "") },
      column("reorder point", keep: 6) { readable($0.reorderPoint, unknown: "") },
      column("order up to", keep: 1) { readable($0.orderUpTo, unknown: "") },
      column("order", keep: 9) { readable($0.suggestedOrder) },
      column("tier", keep: 8, left: true) { $0.tier.rawValue + ($0.isStale ? " stale" : "") },
      AlignedTable.Column(
        heading: "", cells: marks, isLeft: true, keep: 9, ruleAfter: breakAfter),
    ]
  }

  private static func rangeHeading(_ report: ProcurementReport) -> String {
    let quantiles = report.basis.quantiles
    guard let low = quantiles.first, let high = quantiles.last else { return "" }
    return "\(percent(low))-\(percent(high)) %"
  }

  private static func percent(_ part: Double) -> String { Amount(part * 100).description }

  private static func range(_ line: OrderLine) -> String {
    guard let low = line.quantiles?.first, let high = line.quantiles?.last else { return "" }
    return "\(readable(low))-\(readable(high))"
  }

  /// Whole units from 100 on, one decimal below; "?" where unknown.
  static func readable(_ amount: Amount?, unknown: String = "?") -> String {
    guard let amount else { return unknown }
    let rounded = amount.rounded(toDecimals: abs(amount.value) < 99.95 ? 1 : 0)
    let text = rounded.description
    let (whole, fraction) =
      text.split(separator: ".").first.map { whole in
        (whole, text.dropFirst(whole.count))
      } ?? (Substring(text), "")
    let sign = whole.hasPrefix("-") ? "-" : ""
    let digits = UInt64(whole.drop { $0 == "-" }) ?? 0
    return sign + digits.grouped + fraction
  }
}

/// Numbers the notes that a table's lines carry, in order of appearance.
private struct Footnotes {
  private(set) var texts: [String] = []
  private var numbers: [String: Int] = [:]

  mutating func marks(_ notes: [OrderLine.Note]) -> String {
    notes.map { note in String(number(of: note.explanation)) }.joined(separator: ",")
  }

  private mutating func number(of explanation: String) -> Int {
    if let number = numbers[explanation] { return number }
    let number = texts.count + 1
    numbers[explanation] = number
    texts.append("\(number) \(explanation)")
    return number
  }
}
