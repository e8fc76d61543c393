internal import Inventory
internal import Storage

/// How rows of quarantine are written down.
public enum QuarantineFormat: String, CaseIterable, Hashable, Sendable {
  case table, csv, json

  /// - Parameter counts: how many rows wait in all, by code.
  func text(
    of records: [QuarantineRecord], counts: [(code: String, rows: Int)]
  ) -> String {
    switch self {
    case .table: QuarantineFormat.table(records, counts)
    case .csv: QuarantineFormat.csv(records)
    case .json: QuarantineFormat.json(records)
    }
  }

  private static let headings = [
    "row", "batch", "source", "kind", "line", "code", "item", "location", "day",
  ]

  /// One line each, the sentence last and whole: it says what to mend.
  private static func table(
    _ records: [QuarantineRecord], _ counts: [(code: String, rows: Int)]
  ) -> String {
    let waiting = counts.reduce(0) { $0 + $1.rows }
    let parts = counts.map { "\($0.rows.grouped) \($0.code)" }.joined(separator: ", ")
    let heading =
      waiting == 0
      ? "no row waits" : "\(rows(waiting)) \(waiting == 1 ? "waits" : "wait"): \(parts)"
    guard !records.isEmpty else { return heading + "\n" }
    let shown: [[String]] =
      [["row", "batch", "source", "code", "reason"]]
      + records.map { record in
        [
          String(record.id), String(record.batch), record.source.text, record.row.code,
          record.row.message + (record.end.map { " (\($0.settlement.rawValue))" } ?? ""),
        ]
      }
    let widths = (0..<4).map { column in shown.map { $0[column].displayWidth }.max() ?? 0 }
    let lines = shown.map { cells in
      zip(cells, widths).enumerated().map { $1.0.padded(to: $1.1, left: $0 > 1) }
        .joined(separator: "  ") + "  " + cells[4]
    }
    let rest = waiting - records.count
    let more = rest > 0 && records.allSatisfy { $0.end == nil }
    return ([heading, ""] + lines + (more ? ["and \(rest.grouped) more"] : []))
      .joined(separator: "\n") + "\n"
  }

  private static func csv(_ records: [QuarantineRecord]) -> String {
    let heading = headings + ["field", "message", "attempts", "settlement", "raw"]
    let lines = records.map { record in
      let row = record.row
      return [
        String(record.id), String(record.batch), record.source.text, record.kind,
        String(row.line), row.code, row.item?.text ?? "", row.location?.text ?? "",
        row.day?.description ?? "", row.field ?? "", row.message, String(record.attempts),
        record.end?.settlement.rawValue ?? "", String(decoding: row.raw, as: UTF8.self),
      ].map(\.quotedForCSV).joined(separator: ",")
    }
    return ([heading.joined(separator: ",")] + lines).joined(separator: "\n") + "\n"
  }

  private static func json(_ records: [QuarantineRecord]) -> String {
    let objects = records.map { "  " + object($0) }
    return objects.isEmpty ? "[]\n" : "[\n" + objects.joined(separator: ",\n") + "\n]\n"
  }

  private static func object(_ record: QuarantineRecord) -> String {
    let row = record.row
    func text(_ value: String?) -> String { value.map(ReportJSON.quoted) ?? "null" }
    let pairs = [
      ("id", String(record.id)), ("batch", String(record.batch)),
      ("source", text(record.source.text)), ("kind", text(record.kind)),
      ("line", String(row.line)), ("code", text(row.code)), ("field", text(row.field)),
      ("message", text(row.message)), ("item", text(row.item?.text)),
      ("location", text(row.location?.text)), ("day", text(row.day?.description)),
      ("attempts", String(record.attempts)),
      ("settlement", text(record.end?.settlement.rawValue)),
      ("raw", text(String(decoding: row.raw, as: UTF8.self))),
    ]
    return "{" + pairs.map { "\"\($0)\": \($1)" }.joined(separator: ", ") + "}"
  }

  static func rows(_ count: Int) -> String { count == 1 ? "1 row" : "\(count.grouped) rows" }
}

extension QuarantineRecord {
  /// What the command line prints of one row: all that is known of it, and what to do.
  var report: String {
    var lines = ["row \(id) " + (end.map { "was \($0.settlement.rawValue)" } ?? "waits")]
    func say(_ name: String, _ text: String?) {
      guard let text else { return }
      lines.append("  " + name.padded(to: 10, left: true) + text)
    }
    say("source", "\(source), batch \(batch) (key \(key)), received \(receivedAt.toTheSecond)")
    say("line", "\(row.line) of \(kind)")
    say("code", row.code + (row.field.map { ", field \($0)" } ?? ""))
    say("reason", row.message)
    say("held", heldBecause)
    say("about", about)
    say("attempts", attempts > 0 ? "\(attempts), each set aside again" : nil)
    say("columns", columns)
    say("row", String(decoding: row.raw, as: UTF8.self))
    if let end {
      say("settled", "\(end.at.toTheSecond) by \(end.by), in batch \(end.batch)")
      say("because", end.because)
      say("corrected", end.correction.map { String(decoding: $0, as: UTF8.self) })
    } else {
      say("next", advice)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private var about: String? {
    let words = [row.item?.text, row.location?.text, row.day?.description].compactMap { $0 }
    return words.isEmpty ? nil : words.joined(separator: " · ")
  }

  /// The line that names the columns, as a corrected row must have them.
  var columns: String? {
    if case .row(let header) = row.substitute { return header }
    return reading?.header.map { String(decoding: $0, as: UTF8.self) }
  }

  private var advice: String {
    if isHeld {
      return "'quartermaster quarantine replay --batch \(batch) --confirm' if the units are right,"
        + " 'quarantine discard --batch \(batch)' if not"
    }
    if let obstacle = obstacle() { return obstacle.sentence }
    switch row.code {
    case "unknown_item": return "comes in by itself when the item does"
    case "unknown_location": return "comes in by itself when the location does"
    default: return "'quartermaster quarantine fix \(id) --row TEXT', or discard it"
    }
  }
}

extension ReplaySummary {
  /// What the command line prints of it.
  var text: String {
    guard settled + failed + unconfirmed > 0 else { return "no such row waits\n" }
    var lines: [String] = []
    if settled > 0 {
      lines.append(
        "\(QuarantineFormat.rows(settled)) settled: applied \(counts.applied.grouped),"
          + " duplicate \(counts.duplicate.grouped), stale \(counts.stale.grouped)")
    }
    if !batches.isEmpty {
      lines.append((batches.count == 1 ? "batch " : "batches ") + batches.map(String.init).listed)
    }
    if watermarkMoved { lines.append("the watermark moved: enough rows are settled") }
    if failed > 0 {
      lines.append("\(QuarantineFormat.rows(failed)) set aside again:")
      lines += firstFailed.prefix(10).map { "  row \($0.id): \($0.message) [\($0.code)]" }
      if failed > 10 { lines.append("  and \((failed - 10).grouped) more") }
    }
    if unconfirmed > 0 {
      lines.append(
        "\(QuarantineFormat.rows(unconfirmed)) held until somebody confirms their units:"
          + " 'quartermaster quarantine replay --batch N --confirm'")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// What is said beside the receipt of what the rows waited for.
  var arrivalText: String {
    settled == 0
      ? "" : "\(QuarantineFormat.rows(settled)) that had waited came in, too\n"
  }
}

extension Instant {
  /// Without parts of a second.
  fileprivate var toTheSecond: Instant {
    Instant(microseconds: microseconds / 1_000_000 * 1_000_000)
  }
}

extension String {
  /// A field of RFC 4180: quoted where it must be.
  fileprivate var quotedForCSV: String {
    guard utf8.contains(where: { "\",\r\n".utf8.contains($0) }) else { return self }
    return "\""
      + split(separator: "\"", omittingEmptySubsequences: false)
      .joined(separator: "\"\"") + "\""
  }
}
