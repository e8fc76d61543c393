internal import Inventory
internal import Planning
internal import Storage

/// How flags are written down.
public enum FlagFormat: String, CaseIterable, Hashable, Sendable {
  case table, json

  public func text(of listing: FlagListing) -> String {
    switch self {
    case .table: FlagFormat.table(listing)
    case .json: FlagFormat.json(listing)
    }
  }

  /// One line each, the sentence last and whole: it is what a planner reads.
  private static func table(_ listing: FlagListing) -> String {
    let counts = listing.flags.reduce(into: [Severity: Int]()) {
      $0[$1.flag.severity, default: 0] += 1
    }
    let heading =
      "Run \(listing.run), as of \(listing.asOf): "
      + (counts.listed.map { "flags: " + $0 } ?? "no flags")
    let rows = listing.flags.map { stored in
      [stored.flag.severity.rawValue, stored.flag.rule.rawValue]
    }
    let widths = (0..<2).map { column in rows.map { $0[column].displayWidth }.max() ?? 0 }
    let lines = zip(rows, listing.flags).map { row, stored in
      zip(row, widths).map { $0.padded(to: $1, left: true) }.joined(separator: "  ") + "  "
        + stored.flag.message
    }
    return ([heading] + lines).joined(separator: "\n") + "\n"
  }

  private static func json(_ listing: FlagListing) -> String {
    let objects = listing.flags.map { "    " + object($0) }
    let array = objects.isEmpty ? "[]" : "[\n" + objects.joined(separator: ",\n") + "\n  ]"
    return
      "{\n  \"run\": \(listing.run),\n  \"as_of\": \"\(listing.asOf)\",\n  \"flags\": \(array)\n}\n"
  }

  /// A flag as one JSON object.
  static func object(_ stored: StoredFlag) -> String {
    let flag = stored.flag
    func text(_ value: String?) -> String { value.map(ReportJSON.quoted) ?? "null" }
    func number(_ value: Double?) -> String {
      value.flatMap { $0.isFinite ? "\(($0 * 1000).rounded() / 1000)" : nil } ?? "null"
    }
    let pairs = [
      ("id", "\(stored.id)"), ("run", "\(stored.run)"), ("rule", text(flag.rule.rawValue)),
      ("severity", text(flag.severity.rawValue)), ("region", text(flag.region?.text)),
      ("level", text(flag.node?.level.rawValue)), ("item", text(flag.node?.item?.text)),
      ("location", text(flag.node?.location?.text)), ("category", text(flag.node?.category?.text)),
      ("expected", number(flag.expected)), ("found", number(flag.found)),
      ("message", text(flag.message)), ("raised_at", text(stored.raisedAt.description)),
    ]
    return "{" + pairs.map { "\"\($0)\": \($1)" }.joined(separator: ", ") + "}"
  }
}
