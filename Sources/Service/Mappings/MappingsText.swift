internal import Inventory
public import Storage

extension [SourceRecord] {
  /// What the command line prints of all sources.
  func text(_ mappings: [MappingRecord]) -> String {
    guard !isEmpty else { return "no sources yet: the first push of one makes it\n" }
    func column(_ heading: String, _ cells: [String], isLeft: Bool = true) -> AlignedTable.Column {
      AlignedTable.Column(
        heading: heading, cells: cells, isLeft: isLeft, keep: AlignedTable.alwaysKept,
        ruleAfter: nil)
    }
    let mapped = map { source in
      mappings.filter { $0.source == source.code && $0.text != MappingText() }
        .map { "\($0.kind) v\($0.version)" }.joined(separator: ", ")
    }
    return AlignedTable(
      columns: [
        column("source", map(\.code.text)),
        column("batches", map { $0.batches.grouped }, isLeft: false),
        column(
          "last", map { $0.lastReceivedAt.map { $0.description.prefix(19) + "Z" } ?? "never" }),
        column("locations", map { $0.locations.grouped }, isLeft: false),
        column("mapped", mapped.map { $0.isEmpty ? "-" : $0 }),
      ], width: 100
    ).text
  }
}

extension MappingRecord: CustomStringConvertible {
  /// What the command line prints of a mapping, line by line.
  public var description: String {
    let head =
      "\(kind) of '\(source)', version \(version), \(madeAt.description.prefix(19))Z by \(madeBy)"
    let lines = text.lines.map { "  \($0.name.padded(to: 12))\($0.value)" }
    return ([head] + (lines.isEmpty ? ["  as the formats have it"] : lines))
      .joined(separator: "\n") + "\n"
  }
}

extension MappingText {
  /// What differs from the formats, by name.
  fileprivate var lines: [(name: String, value: String)] {
    func pairs(_ words: [String: String]) -> String? {
      words.isEmpty
        ? nil : words.sorted { $0.key < $1.key }.map { "\($0)=\($1)" }.joined(separator: ", ")
    }
    func other(_ value: String?, than usual: String?) -> String? { value == usual ? nil : value }
    let values: [(String, String?)] = [
      ("columns", pairs(columns)),
      ("ignored", ignored.isEmpty ? nil : ignored.joined(separator: ", ")),
      ("header", header?.joined(separator: ", ")),
      ("delimiter", other(delimiter, than: ",").map { $0 == "\t" ? "tab" : $0 }),
      ("encoding", other(encoding, than: "utf-8")), ("decimal", other(decimal, than: ".")),
      ("thousands", thousands.map { $0 == " " ? "space" : $0 }), ("date format", dateFormat),
      ("units", pairs(units)),
    ]
    return values.compactMap { name, value in value.map { (name, $0) } }
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String {
    self + String(repeating: " ", count: Swift.max(1, width - count))
  }
}
