import Inventory
import Postgres
import Storage
import TestKit

@testable import Service

/// Sends facts in an order of its own: shuffled, some of them twice, cut into batches at random.
struct ShuffledSender {
  /// What is sent at once: rows of one kind of one source, or a word on what is complete.
  struct Parcel: Sendable {
    let source: String
    let kind: SyncKind
    var rows: [String]
    var through: String?
  }

  /// The parcels of an order, in the order in which they are sent.
  ///
  /// - Parameters:
  ///   - seed: which order it is.
  ///   - cuts: how many parts the shuffled facts are cut into.
  static func parcels(_ facts: [ToldFact], order: Int, seed: UInt64, cuts: Int) -> [Parcel] {
    var random = SeededGenerator(seed: seed)
    let repeated = facts.shuffled(using: &random).prefix(facts.count / 20)
    let shuffled = (facts + repeated).shuffled(using: &random)
    let borders = (0..<cuts).map { _ in Int.random(in: 0...shuffled.count, using: &random) }
    let ends = (borders + [0, shuffled.count]).sorted()
    return zip(ends, ends.dropFirst()).flatMap { start, end in
      grouped(shuffled[start..<end], order: order).shuffled(using: &random)
    }
  }

  /// A part of an order as one parcel for each source and kind.
  private static func grouped(_ facts: ArraySlice<ToldFact>, order: Int) -> [Parcel] {
    var parcels: [Parcel] = []
    for fact in facts {
      let kind = fact.kind ?? .demand
      let row = fact.kind == nil ? [] : [fact.row(ofOrder: order)]
      let through = fact.kind == nil ? fact.text : nil
      // A batch says one thing of what is complete.
      let known = parcels.firstIndex {
        $0.source == fact.source && $0.kind == kind && ($0.through == nil || through == nil)
      }
      if let known {
        parcels[known].rows += row
        parcels[known].through = parcels[known].through ?? through
      } else {
        parcels.append(Parcel(source: fact.source, kind: kind, rows: row, through: through))
      }
    }
    return parcels
  }

  /// The items and locations that the facts are about, told without a revision.
  static func seeds(order: Int, items count: Int = 20) -> [Parcel] {
    let items = ToldFacts.items.prefix(count).map { "{\"item\": \"\(order)\($0)\"}" }
    let locations = ToldFacts.locations.values.joined().map {
      "{\"location\": \"\(order)\($0)\", \"region\": \"nowhere\"}"
    }
    return [
      Parcel(source: "setup", kind: .items, rows: items),
      Parcel(source: "setup", kind: .locations, rows: locations),
    ]
  }

  static func send(_ parcel: Parcel, key: String, through warehouse: Warehouse) async throws {
    let push = Push(
      kind: parcel.kind, path: "test", source: code(parcel.source), key: key,
      completeThrough: parcel.through.map(day))
    let receipt = try await Synchronisation.apply(
      push, from: .chunks([Array(parcel.rows.joined(separator: "\n").utf8)]), format: .ndjson,
      clock: warehouse.clock, progress: .silent, to: warehouse.session)
    let counts = receipt.receipt.counts
    guard counts.received == parcel.rows.count else {
      throw Miscount(received: counts.received, sent: parcel.rows.count)
    }
  }

  /// A receipt that does not account for every row.
  struct Miscount: Error {
    let received: Int
    let sent: Int
  }
}
