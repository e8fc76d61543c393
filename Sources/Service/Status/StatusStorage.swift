internal import Inventory
internal import Planning
internal import Storage

extension Status {
  /// Tables beyond so many, or smaller than this share of all, are summed up.
  private static let shownTables = 10
  private static let shownShare = 0.01

  /// What the tables take, the largest first.
  var storage: String {
    let all = tables.reduce(0) { $0 + $1.bytes }
    let shown = tables.prefix(Status.shownTables).filter {
      Double($0.bytes) >= Double(all) * Status.shownShare
    }
    let rest = tables.dropFirst(shown.count)
    let others = TableSize(
      table: "\(rest.count.grouped) others", rows: nil,
      heapBytes: rest.reduce(0) { $0 + $1.heapBytes },
      indexBytes: rest.reduce(0) { $0 + $1.indexBytes },
      toastBytes: rest.reduce(0) { $0 + $1.toastBytes })
    let lines: [TableSize] = shown + (rest.isEmpty ? [] : [others])
    func column(_ heading: String, _ cells: [String], isLeft: Bool = false) -> AlignedTable.Column {
      AlignedTable.Column(
        heading: heading, cells: cells, isLeft: isLeft, keep: AlignedTable.alwaysKept,
        ruleAfter: nil)
    }
    return "Storage: \(all.asBytes)\n\n"
      + AlignedTable(
        columns: [
          column("table", lines.map(\.table), isLeft: true),
          column("rows", lines.map { $0.rows.map { "~\($0.grouped)" } ?? "?" }),
          column("heap", lines.map(\.heapBytes.asBytes)),
          column("indexes", lines.map(\.indexBytes.asBytes)),
          column("toast", lines.map(\.toastBytes.asBytes)),
          column("bytes", lines.map(\.bytes.asBytes)),
        ], width: 100
      ).text
  }
}

extension Int {
  /// As a person reads it: 1,024 bytes are 1 kB, as PostgreSQL's `pg_size_pretty` has it.
  var asBytes: String {
    var (value, unit) = (Double(self), 0)
    let units = ["B", "kB", "MB", "GB", "TB"]
    while value >= 1024, unit < units.count - 1 { (value, unit) = (value / 1024, unit + 1) }
    let digits = value < 10 && unit > 0 ? (value * 10).rounded() / 10 : value.rounded()
    return digits == digits.rounded() ? "\(Int(digits)) \(units[unit])" : "\(digits) \(units[unit])"
  }
}
