internal import Inventory
internal import Planning
internal import Storage

/// How a series' demand and the life of a number are written down.
public enum DemandFormat: String, CaseIterable, Hashable, Sendable {
  case table, csv, json

  public func text(of listing: DemandListing) -> String {
    switch self {
    case .table: DemandFormat.table(listing)
    case .csv: DemandFormat.csv(listing)
    case .json: DemandFormat.json(listing)
    }
  }

  private static func table(_ listing: DemandListing) -> String {
    let region = listing.region.map { " in \($0)" } ?? ""
    let complete = listing.completeThrough.map { "complete through \($0)" }
    let heading =
      "\(listing.item) at \(listing.location)\(region), dataset version \(listing.version), "
      + (complete ?? "never said to be complete") + "\n"
    guard !listing.days.isEmpty else {
      return heading + "the series begins after these days\n"
    }
    func column(_ heading: String, _ cells: [String], isLeft: Bool = true) -> AlignedTable.Column {
      AlignedTable.Column(
        heading: heading, cells: cells, isLeft: isLeft, keep: AlignedTable.alwaysKept,
        ruleAfter: nil)
    }
    return heading
      + AlignedTable(
        columns: [
          column("day", listing.days.map(\.day.description)),
          column("weekday", listing.days.map(\.day.weekdayName)),
          column("quantity", listing.days.map(\.shownQuantity), isLeft: false),
          column("state", listing.days.map(\.state.rawValue)),
        ], width: 100
      ).text
  }

  private static func csv(_ listing: DemandListing) -> String {
    let rows = listing.days.map { day in
      "\(day.day),\(day.quantity?.digits ?? ""),\(day.state.rawValue)\n"
    }
    return "day,quantity,state\n" + rows.joined()
  }

  private static func json(_ listing: DemandListing) -> String {
    func text(_ value: String?) -> String { value.map(ReportJSON.quoted) ?? "null" }
    let head = [
      ("item", text(listing.item.text)), ("location", text(listing.location.text)),
      ("region", text(listing.region?.text)), ("version", "\(listing.version)"),
      ("complete_through", text(listing.completeThrough?.description)),
    ].map { "  \"\($0)\": \($1),\n" }
    let days = listing.days.map { day in
      let quantity = day.quantity?.digits ?? "null"
      return "    {\"day\": \"\(day.day)\", \"quantity\": \(quantity), "
        + "\"state\": \"\(day.state.rawValue)\"}"
    }
    let array = days.isEmpty ? "[]" : "[\n" + days.joined(separator: ",\n") + "\n  ]"
    return "{\n" + head.joined() + "  \"days\": \(array)\n}\n"
  }
}

extension DemandDay {
  /// A lower bound says so; a question mark is something unknown.
  fileprivate var shownQuantity: String {
    guard let quantity else { return state == .closed ? "" : "?" }
    return (state == .stockout ? ">= " : "") + quantity.digits
  }
}

extension Double {
  /// All its digits, a whole number without a point.
  var digits: String {
    let text = description
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}

extension Day {
  /// `Mon` to `Sun`.
  var weekdayName: String { ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"][weekday - 1] }
}
