public import Inventory

/// A row of a small kind, as it was read.
public struct ReceivedRow<Fact: Sendable>: Sendable {
  public let fact: Fact
  public let revision: Revision?
  public let line: Int
  public let raw: [UInt8]

  public init(_ fact: Fact, revision: Revision? = nil, line: Int, raw: [UInt8]) {
    self.fact = fact
    self.revision = revision
    self.line = line
    self.raw = raw
  }
}

/// Takes over, from the fact that stands, a field that the push does not speak of.
public typealias Carry<Fact> = @Sendable (_ incoming: inout Fact, _ standing: Fact) -> Void

/// Rows of one kind on their way into the database, with what becomes of them.
struct Reception<Key: Hashable, Content: FactContent> {
  var table = FactTable<Key, Content>()
  private(set) var counts = RowCounts()
  private(set) var aside: [QuarantinedRow] = []
  /// Where this batch's standing fact came from, to set it aside if it must give way.
  private var origins: [Key: QuarantinedRow] = [:]

  /// Receives a row; `asQuarantined` tells how it would look if it must be set aside.
  mutating func receive(
    _ key: Key, _ content: Content, revision: Int64?, asQuarantined: @autoclosure () -> QuarantinedRow
  ) throws {
    let resolution = try table.receive(key, content, revision: revision)
    counts.count(resolution)
    switch resolution {
    case .conflict(incomingStands: false):
      aside.append(asQuarantined())
    case .conflict(incomingStands: true):
      let row = asQuarantined()
      if let fallen = origins[key] {
        aside.append(fallen)
        counts.applied -= 1
        counts.quarantined += 1
      } else if let replaced = table.replaced[key] {
        aside.append(row.withContent(replaced.content))
      }
      origins[key] = row
    case .applied:
      origins[key] = asQuarantined()
    case .duplicate, .stale:
      break
    }
  }

  mutating func setAside(_ row: QuarantinedRow) {
    counts.quarantined += 1
    aside.append(row)
  }
}

extension QuarantinedRow {
  static func conflict(
    _ field: String, line: Int, raw: [UInt8], item: String? = nil, location: String? = nil,
    day: Day? = nil
  ) -> QuarantinedRow {
    QuarantinedRow(
      line: line, code: "conflicting_duplicate", field: field, found: nil, raw: raw, item: item,
      location: location, day: day)
  }

  /// The same row about a fact of an earlier push, whose own bytes are gone by now.
  fileprivate func withContent(_ content: some FactContent) -> QuarantinedRow {
    QuarantinedRow(
      line: line, code: code, field: field, found: nil, raw: Array(String(describing: content).utf8),
      item: item, location: location, day: day)
  }
}

extension OpenBatch {
  /// What orders a fact of this batch against others; nil leaves it to receipt.
  func order(_ revision: Revision?) -> Int64? {
    revision?.order ?? header.generatedAt?.microseconds
  }
}
