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
  /// How many orders of 10,000 facts the long form takes, a multiple of 50: 1,000 for
  /// `QUARTERMASTER_LONG_TESTS=1`, else the number it says; nil for the bounded form.
  static let longOrders = ProcessInfo.processInfo.environment["QUARTERMASTER_LONG_TESTS"]
    .flatMap { Int($0) }.map { $0 == 1 ? 1000 : $0 }

  @Test("10,000 facts of every kind and words on what is complete come to the same in any order")
  func alone() async throws {
    let facts = ToldFacts.facts(10_000, completes: 30, seed: 1)
    var prints: [String: [Int]] = [:]
    for order in 0..<(Self.longOrders.map { $0 / 10 } ?? 8) {
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

  @Test("facts come to the same in 1,000 orders, cut into batches, with repetitions")
  func sideBySide() async throws {
    let isLong = Self.longOrders != nil
    let (facts, items, orders) =
      isLong
      ? (ToldFacts.facts(10_000, completes: 0, seed: 2), 20, 50)
      : (ToldFacts.facts(60, items: 1, days: 3, completes: 0, seed: 2), 1, 1000)
    let total = Self.longOrders ?? 1000
    var prints: [String: [Int]] = [:]
    for first in stride(from: 0, to: total, by: orders) {
      let parcels = parcels(facts, orders: first..<first + orders, items: items)
      try await withDatabase(.migrated) { session, _ in
        try await send(parcels, session)
        for (order, print) in try await Fingerprint.all(in: session) {
          prints[print, default: []].append(order)
        }
      }
    }
    #expect(prints.count == 1, "orders by what they came to: \(prints)")
    #expect(prints.values.joined().count == total)
  }

  /// Many orders in one database: batch *n* holds part *n* of each, under codes of its own.
  private func parcels(
    _ facts: [ToldFact], orders: Range<Int>, items: Int
  ) -> [ShuffledSender.Parcel] {
    var parts: [[ShuffledSender.Parcel]] = [[]]
    for order in orders {
      merge(ShuffledSender.seeds(order: order, items: items), into: &parts[0])
      let parcels = ShuffledSender.parcels(
        facts, order: order, seed: UInt64(order), cuts: 1 + order % 5)
      for (position, parcel) in parcels.enumerated() {
        if parts.count == position + 1 { parts.append([]) }
        merge([parcel], into: &parts[position + 1])
      }
    }
    return parts.flatMap(\.self)
  }

  private func send(_ parcels: [ShuffledSender.Parcel], _ session: Session) async throws {
    let warehouse = Warehouse(session: session)
    for (number, parcel) in parcels.enumerated() {
      try await ShuffledSender.send(parcel, key: "\(number)", through: warehouse)
    }
  }

  private func merge(
    _ more: [ShuffledSender.Parcel], into parcels: inout [ShuffledSender.Parcel]
  ) {
    for parcel in more {
      let known = parcels.firstIndex { $0.source == parcel.source && $0.kind == parcel.kind }
      if let known { parcels[known].rows += parcel.rows } else { parcels.append(parcel) }
    }
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
