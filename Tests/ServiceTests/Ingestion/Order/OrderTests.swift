import Foundation
import Postgres
import Storage
import TestKit
import Testing

@testable import Service

/// The law of ingestion: facts that carry revisions end in the same facts, lives of numbers and
/// watermarks, whatever order, batches and repetitions they come in.
@Suite("Order of facts")
struct OrderTests {
  /// 1,000 whole orders instead of 12: `QUARTERMASTER_LONG_TESTS=1`.
  static let isLong = ProcessInfo.processInfo.environment["QUARTERMASTER_LONG_TESTS"] == "1"

  @Test("10,000 facts of every kind come to the same in any order, batches and repetition")
  func wholeOrders() async throws {
    let facts = ToldFacts.facts(10_000, completes: 30, seed: 1)
    var prints: [String: [Int]] = [:]
    for order in 0..<(Self.isLong ? 1000 : 12) {
      let parcels = ShuffledSender.parcels(
        facts, order: 0, seed: UInt64(1000 + order), cuts: 1 + order % 8)
      let print = try await withDatabase(.migrated) { session, _ in
        try await send(ShuffledSender.seeds(order: 0) + parcels, session)
        if order == 0 { try await checkSubstance(session) }
        return try await Fingerprint.all(in: session)[0]
      }
      prints[try #require(print), default: []].append(order)
    }
    #expect(prints.count == 1, "orders by what they came to: \(prints)")
  }

  @Test("1,000 orders of 60 facts about few things come to the same")
  func manyOrders() async throws {
    let facts = ToldFacts.facts(60, items: 1, days: 3, completes: 0, seed: 2)
    try await withDatabase(.migrated) { session, _ in
      // Side by side: batch n holds part n of every order, under codes of its own.
      var parts: [[ShuffledSender.Parcel]] = [[]]
      for order in 0..<1000 {
        parts[0] = merged(parts[0], ShuffledSender.seeds(order: order, items: 1))
        let parcels = ShuffledSender.parcels(
          facts, order: order, seed: UInt64(order), cuts: 1 + order % 3)
        for (position, parcel) in parcels.enumerated() {
          if parts.count == position + 1 { parts.append([]) }
          parts[position + 1] = merged(parts[position + 1], [parcel])
        }
      }
      try await send(parts.flatMap(\.self), session)
      let prints = try await Fingerprint.all(in: session)
      #expect(prints.count == 1000)
      #expect(Set(prints.values).count == 1)
    }
  }

  private func send(_ parcels: [ShuffledSender.Parcel], _ session: Session) async throws {
    let warehouse = Warehouse(session: session)
    for (number, parcel) in parcels.enumerated() {
      try await ShuffledSender.send(parcel, key: "\(number)", through: warehouse)
    }
  }

  private func merged(
    _ parcels: [ShuffledSender.Parcel], _ more: [ShuffledSender.Parcel]
  ) -> [ShuffledSender.Parcel] {
    var merged = parcels
    for parcel in more {
      let known = merged.firstIndex { $0.source == parcel.source && $0.kind == parcel.kind }
      if let known { merged[known].rows += parcel.rows } else { merged.append(parcel) }
    }
    return merged
  }

  /// That the fingerprint covers something: every sort of line, and every way into the log.
  private func checkSubstance(_ session: Session) async throws {
    let counts = try await Fingerprint.counts(in: session)
    let sorts = [
      "item", "location", "terms", "price", "event", "series", "demand", "demand life", "stock",
      "stock life", "watermark",
    ]
    #expect(Set(counts.keys) == Set(sorts))
    #expect(counts["demand life", default: 0] > counts["demand", default: 0])
    let log: [Bool] = try await session.run { db in
      try db.rows(
        """
        SELECT exists(SELECT FROM demand_change WHERE replaced_by IS NULL),
          exists(SELECT FROM demand_change WHERE replaced_by IS NOT NULL),
          exists(SELECT FROM stock_change WHERE replaced_by IS NULL),
          exists(SELECT FROM quarantine WHERE code = 'conflicting_duplicate'),
          exists(SELECT FROM item WHERE field_revisions IS NOT NULL)
        """
      ).flatMap { row in [try row[0], try row[1], try row[2], try row[3], try row[4]] }
    }
    #expect(log == [true, true, true, true, true])
  }
}
