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

extension ReceivedRow {
  func refused(
    _ reason: RefusalReason, found: String, item: ItemCode? = nil, location: LocationCode? = nil,
    day: Day? = nil
  ) -> RefusedRow {
    RefusedRow(
      line: line, reason: reason, found: found, raw: raw, item: item, location: location,
      day: day)
  }
}

/// Takes over, from the fact that stands, a field that the push does not speak of.
public typealias Carry<Fact> = @Sendable (_ incoming: inout Fact, _ standing: Fact) -> Void

/// Rows of one kind on their way into the database, with what becomes of them.
struct FactIntake<Key: Hashable, Content: FactContent> {
  var table = FactTable<Key, Content>()
  private var counts = RowCounts()
  private var refused: [RefusedRow] = []
  /// The row that brought this batch's standing fact, to refuse it if it must give way.
  private var origins: [Key: RefusedRow] = [:]

  var outcome: RowOutcome { RowOutcome(counts: counts, refused: refused) }

  /// Receives a row; `asConflict` is how it looks if it, or a fact like it, must be refused.
  mutating func receive(
    _ key: Key, _ content: Content, revision: Int64?, asConflict: @autoclosure () -> RefusedRow
  ) throws {
    let resolution = try table.receive(key, content, revision: revision)
    counts.count(resolution)
    switch resolution {
    case .conflict(incomingStands: false):
      refused.append(asConflict())
    case .conflict(incomingStands: true):
      let row = asConflict()
      if let fallen = origins[key] {
        refused.append(fallen)
        counts.displaceOwn()
      } else if let replaced = table.replaced[key] {
        refused.append(row.describing(replaced.content))
      }
      origins[key] = row
    case .applied:
      origins[key] = asConflict()
    case .duplicate, .stale:
      break
    }
  }

  mutating func refuse(_ row: RefusedRow) {
    counts.quarantined += 1
    refused.append(row)
  }
}

extension RowCounts {
  /// A row of this batch that had been applied gave way to another one.
  mutating func displaceOwn() {
    applied -= 1
    quarantined += 1
  }
}

extension RefusedRow {
  /// The same row about a fact of an earlier push, whose own bytes are gone by now.
  fileprivate func describing(_ content: some FactContent) -> RefusedRow {
    RefusedRow(
      line: line, reason: reason, found: found, raw: Array(String(describing: content).utf8),
      substitute: .description, item: item, location: location, day: day)
  }
}

extension OpenBatch {
  /// What orders a fact of this batch against others; nil leaves it to receipt.
  func order(_ revision: Revision?) -> Int64? {
    revision?.order ?? header.generatedAt?.microseconds
  }
}
