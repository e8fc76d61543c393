internal import Inventory

extension RefusedRow {
  /// The fact that had to give way to a row of demand, written as a row of its own that can be
  /// replayed: its bytes are gone by now. It had the revision that the row has.
  func displacing(_ facts: DemandFacts, _ row: Int, _ quantity: Double) -> RefusedRow {
    let revision = facts.revisions.isEmpty ? nil : facts.revisions[row]
    let fields = [
      facts.itemCodes[Int(facts.items[row])].text,
      facts.locationCodes[Int(facts.locations[row])].text, facts.day(row).description,
      String(quantity), revision?.description ?? "",
    ]
    return RefusedRow(
      line: line, reason: reason, found: found,
      raw: Array(fields.map(\.quotedForCSV).joined(separator: ",").utf8),
      substitute: .row(header: "item,location,day,quantity,revision"), item: item,
      location: location, day: day)
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
