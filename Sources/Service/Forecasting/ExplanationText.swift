internal import Inventory
public import Planning

extension Explanation {
  /// Parts that never reach this share of the mean are shown together.
  private static let leastShare = 0.005

  /// A row per bucket, a column per part, in units; small parts are one column.
  public func text(width: Int) -> String {
    let means = days.indices.map { lead in parts.reduce(0) { $0 + $1.units[lead] } }
    let least = (means.max() ?? 0) * Explanation.leastShare
    // The level is what people look for, however little it moved.
    let shown = parts.filter { part in
      part.kind == .level || part.units.contains { $0.magnitude >= least && $0 != 0 }
    }
    let rest = days.indices.map { lead in
      means[lead] - shown.reduce(0) { $0 + $1.units[lead] }
    }
    var columns = [
      AlignedTable.Column(
        heading: "day", cells: days.map(\.description), isLeft: true,
        keep: AlignedTable.alwaysKept, ruleAfter: nil)
    ]
    columns += shown.map { Explanation.column($0.name, $0.units) }
    if rest.contains(where: { $0.magnitude >= 0.05 }) {
      columns.append(Explanation.column("other", rest))
    }
    columns.append(Explanation.column("mean", means))
    let table = AlignedTable(columns: columns, width: max(width, 60))
    return "\(node.name): \(tier.rawValue), \(reason); units\n\n" + table.text
      + (table.dropped.isEmpty
        ? "" : "\nleft out for want of width: \(table.dropped.joined(separator: ", "))\n")
  }

  /// Writes every figure to a file.
  public func write(to path: String, as format: ExplanationFormat) throws {
    var sink = try ByteSink(path: path)
    try sink.append(format.text(of: self, width: .max).utf8)
    try sink.finish()
  }

  /// Every figure: `level,item,location,region,category,day,kind,part,scaled,units`.
  var csv: String {
    var text = "level,item,location,region,category,day,kind,part,scaled,units\n"
    let name = [
      node.level.rawValue, node.item?.text, node.location?.text, node.region?.text,
      node.category?.text,
    ].map { ($0 ?? "").csvField }.joined(separator: ",")
    for (lead, day) in days.enumerated() {
      for part in parts {
        let scaled = part.scaled.map { "\($0[lead])" } ?? ""
        let fields = [
          name, day.description, part.kind.rawValue, part.name.csvField, scaled,
          "\(part.units[lead])",
        ]
        text += fields.joined(separator: ",") + "\n"
      }
    }
    return text
  }

  /// A zero has no sign.
  private static func tenths(_ value: Double) -> String {
    let rounded = (value * 10).rounded() / 10
    return rounded == 0 ? "0.0" : "\(rounded)"
  }

  private static func column(_ name: String, _ values: [Double]) -> AlignedTable.Column {
    AlignedTable.Column(
      heading: name, cells: values.map { $0 == 0 ? "" : tenths($0) },
      isLeft: false,
      keep: name == "mean" ? AlignedTable.alwaysKept : 1, ruleAfter: nil)
  }
}

extension Node {
  /// `item-location FOODS_1 at CA_1`: what a person calls it.
  var name: String {
    let codes = [item?.text ?? category?.text, location?.text ?? region?.text].compactMap { $0 }
    return codes.isEmpty ? level.rawValue : "\(level.rawValue) \(codes.joined(separator: " at "))"
  }
}
