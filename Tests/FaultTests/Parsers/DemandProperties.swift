import Inventory

@testable import Service

/// Demand: the same rows however the bytes are cut, every row a fact or a rejection that holds its
/// bytes, and the same facts when they are written down again, as CSV or as NDJSON.
enum DemandProperties {
  struct Fact: Hashable {
    let item: String
    let location: String
    let day: Int32
    let quantity: Double
    let revision: Revision?
    let line: Int32
  }

  struct Rows: Hashable {
    var facts: [Fact] = []
    var rejections: [Rejection] = []
    var received = 0
  }

  /// What came of the bytes: rows, or the failure that refused them all.
  enum Outcome: Hashable {
    case rows(Rows)
    case refused(ReadFailure)
  }

  static func check(_ bytes: [UInt8], _ format: RowFormat) throws {
    let whole = outcome(bytes, format, step: 4_096)
    // One of the two, because a reader costs more than reading so few bytes.
    let step = bytes.count.isMultiple(of: 2) ? 1 : 13
    try require(outcome(bytes, format, step: step) == whole, "pieces of \(step) differ")
    guard case .rows(let rows) = whole else { return }
    try checkWhole(rows, of: bytes)
    for other in RowFormat.allCases {
      let again = outcome(written(rows.facts, other), other, step: 4_096)
      let facts = rows.facts.isEmpty && other == .ndjson ? .rows(Rows()) : again
      guard case .rows(let reread) = facts else {
        throw BrokenProperty(sentence: "as \(other.rawValue) it is refused: \(again)")
      }
      try require(
        reread.facts.map(content) == rows.facts.map(content) && reread.rejections.isEmpty,
        "as \(other.rawValue) the facts are others: \(reread.rejections.map(\.sentence))")
    }
  }

  /// Every row is a fact or a rejection, and a rejection holds what was sent.
  static func checkWhole(_ rows: Rows, of bytes: [UInt8]) throws {
    try require(
      rows.received == rows.facts.count + rows.rejections.count, "\(rows.received) received")
    // What is inflated on the way is not what was given.
    let isPlain = !bytes.starts(with: [0x1F, 0x8B])
    for rejection in rows.rejections {
      try require(!rejection.sentence.isEmpty, "a rejection without a sentence")
      try require(!isPlain || holds(bytes, rejection.raw), "bytes that nobody sent")
    }
  }

  static func outcome(
    _ bytes: [UInt8], _ format: RowFormat, step: Int, mapping: ColumnMapping = ColumnMapping()
  ) -> Outcome {
    do throws(ReadFailure) {
      return .rows(try read(bytes, format, step: step, mapping))
    } catch { return .refused(error) }
  }

  private static func read(
    _ bytes: [UInt8], _ format: RowFormat, step: Int, _ mapping: ColumnMapping
  ) throws(ReadFailure) -> Rows {
    var reader = try DemandReader(
      ByteSource(.chunks(pieces(bytes, step))), format: format, mapping: mapping,
      blockBytes: step)
    var (rows, block) = (Rows(), DemandBlock())
    while try reader.read(into: &block) {
      rows.received += block.received
      rows.rejections += block.rejections
      for row in 0..<block.count {
        rows.facts.append(
          Fact(
            item: reader.items.codes[Int(block.items[row])].text,
            location: reader.locations.codes[Int(block.locations[row])].text,
            day: block.days[row], quantity: block.quantities[row],
            revision: block.revisions.isEmpty ? nil : block.revisions[row],
            line: block.lines[row]))
      }
    }
    return rows
  }

  /// A fact without its place in the file.
  private static func content(_ fact: Fact) -> [String] {
    [
      fact.item, fact.location, "\(fact.day)", "\(fact.quantity)",
      fact.revision.map { "\($0.kind) \($0.order)" } ?? "",
    ]
  }

  private static func written(_ facts: [Fact], _ format: RowFormat) -> [UInt8] {
    let names = ["item", "location", "day", "quantity", "revision"]
    var text = format == .csv ? names.joined(separator: ",") + "\n" : ""
    for fact in facts {
      let values = [
        fact.item, fact.location, Day(ordinal: fact.day).description, "\(fact.quantity)",
        fact.revision?.description ?? "",
      ]
      switch format {
      case .csv: text += values.map(quoted).joined(separator: ",") + "\n"
      case .ndjson:
        let members = zip(names, values).map { "\(escaped($0)):\(escaped($1))" }
        text += "{\(members.joined(separator: ","))}\n"
      }
    }
    return Array(text.utf8)
  }

  private static func quoted(_ text: String) -> String {
    "\"" + text.replacing("\"", with: "\"\"") + "\""
  }

  private static func escaped(_ text: String) -> String {
    "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }
}

func pieces(_ bytes: [UInt8], _ step: Int) -> [[UInt8]] {
  stride(from: 0, to: bytes.count, by: step).map {
    Array(bytes[$0..<min($0 + step, bytes.count)])
  }
}

/// Whether the bytes hold the others, one after the other.
func holds(_ bytes: [UInt8], _ part: [UInt8]) -> Bool {
  if part.isEmpty { return true }
  guard part.count <= bytes.count else { return false }
  return (0...bytes.count - part.count).contains { start in
    bytes[start] == part[0] && bytes[start..<start + part.count].elementsEqual(part)
  }
}
