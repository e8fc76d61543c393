internal import Inventory
public import Planning

/// How a forecast that is taken apart is written down.
public enum ExplanationFormat: String, CaseIterable, Hashable, Sendable {
  case table, csv, json

  public func text(of explanation: Explanation, width: Int) -> String {
    switch self {
    case .table: explanation.text(width: width)
    case .csv: explanation.csv
    case .json: explanation.json
    }
  }
}

extension Explanation {
  /// Everything that the CSV has, part by part: `units` and, for effects, `scaled` by day.
  var json: String {
    func text(_ value: String?) -> String { value.map(ReportJSON.quoted) ?? "null" }
    func numbers(_ values: [Double]) -> String {
      "[" + values.map { "\($0)" }.joined(separator: ", ") + "]"
    }
    let head = [
      ("level", text(node.level.rawValue)), ("item", text(node.item?.text)),
      ("location", text(node.location?.text)), ("region", text(node.region?.text)),
      ("category", text(node.category?.text)), ("tier", text(tier.rawValue)),
      ("reason", text(reason)),
      ("days", "[" + days.map { text($0.description) }.joined(separator: ", ") + "]"),
      (
        "means",
        numbers(days.indices.map { lead in parts.reduce(0) { $0 + $1.units[lead] } })
      ),
    ].map { "  \"\($0)\": \($1),\n" }
    let rows = parts.map { part in
      "    {\"kind\": \(text(part.kind.rawValue)), \"part\": \(text(part.name)), "
        + "\"scaled\": \(part.scaled.map(numbers) ?? "null"), "
        + "\"units\": \(numbers(part.units))}"
    }
    return "{\n" + head.joined() + "  \"parts\": [\n" + rows.joined(separator: ",\n") + "\n  ]\n}\n"
  }
}
