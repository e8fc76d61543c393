import Inventory

@testable import Service

/// Items, locations, calendar, terms, prices and stock: the first byte says which. The same however
/// the bytes are cut, and every row a fact, a rejection or a repetition.
enum FactProperties {
  struct Rows: Hashable {
    var facts: [String] = []
    var rejections: [Rejection] = []
    var received = 0
    var repeated = 0
  }

  enum Outcome: Hashable {
    case rows(Rows)
    case refused(ReadFailure)
  }

  static func check(_ bytes: [UInt8]) throws {
    guard let first = bytes.first else { return }
    let content = Array(bytes.dropFirst())
    switch first % 6 {
    case 0: try check(Item.self, content)
    case 1: try check(Location.self, content)
    case 2: try check(CalendarEvent.self, content)
    case 3: try check(Terms.self, content)
    case 4: try check(Price.self, content)
    default: try check(StockRow.self, content)
    }
  }

  private static func check<Fact: ReadableFact>(_ kind: Fact.Type, _ bytes: [UInt8]) throws {
    let whole = outcome(kind, bytes, step: 4_096)
    try require(outcome(kind, bytes, step: 1) == whole, "pieces of 1 differ")
    guard case .rows(let rows) = whole else { return }
    try require(
      rows.received == rows.facts.count + rows.rejections.count + rows.repeated,
      "\(rows.received) received")
    for rejection in rows.rejections {
      try require(!rejection.sentence.isEmpty, "a rejection without a sentence")
      try require(
        bytes.starts(with: [0x1F, 0x8B]) || holds(bytes, rejection.raw), "bytes that nobody sent")
    }
  }

  private static func outcome<Fact: ReadableFact>(
    _ kind: Fact.Type, _ bytes: [UInt8], step: Int
  ) -> Outcome {
    do throws(ReadFailure) {
      var reader = try FactReader<Fact>(
        ByteSource(.chunks(pieces(bytes, step))), blockBytes: step)
      var rows = Rows()
      while let reading = try reader.next() {
        switch reading {
        case .fact(let fact, let row): rows.facts.append("\(row.line): \(fact)")
        case .rejected(let rejection): rows.rejections.append(rejection)
        }
      }
      (rows.received, rows.repeated) = (reader.receivedRows, reader.repeatedRows)
      return .rows(rows)
    } catch { return .refused(error) }
  }
}
