import Inventory
import Postgres
import Storage
import TestKit
import Testing

@testable import Service

@Suite("Senders at once")
struct ConcurrentOrderTests {
  @Test("several senders of two sources, with the same facts, end as one sender does")
  func senders() async throws {
    let facts = ToldFacts.facts(1500, items: 6, days: 30, completes: 10, seed: 5)
    let alone = try await withDatabase(.migrated) { session, _ in
      try await send(
        ShuffledSender.seeds(order: 0)
          + ShuffledSender.parcels(facts, order: 0, seed: 1, cuts: 4), "alone", session)
      return try await Fingerprint.facts(in: session)
    }
    for round in 0..<3 {
      try await withDatabase(.migrated) { session, target in
        try await send(ShuffledSender.seeds(order: 0), "seeds", session)
        try await withThrowingTaskGroup(of: Void.self) { group in
          for sender in 0..<4 {
            // Two thirds of all facts each: most are sent by several.
            let own = facts.enumerated().filter { ($0.offset + sender) % 3 != 0 }.map(\.element)
            let parcels = ShuffledSender.parcels(
              own, order: 0, seed: UInt64(10 * round + sender), cuts: 5)
            group.addTask {
              let session = try await Session.connect(target)
              try await send(parcels, "sender-\(sender)", session)
              await session.close()
            }
          }
          try await group.waitForAll()
        }
        let together = try await Fingerprint.facts(in: session)
        #expect(Set(together).symmetricDifference(alone).isEmpty)
      }
    }
  }

  @Test("of contents sent at once under one key one is stored, and the others are told so")
  func oneKey() async throws {
    try await withDatabase(.migrated) { session, target in
      let warehouse = try await Warehouse.stocked(session)
      let outcomes = try await withThrowingTaskGroup(of: String.self) { group in
        for number in 0..<6 {
          group.addTask {
            let own = try await Session.connect(target)
            let text = "item,location,day,quantity\noats,leeds,2024-06-01,\(number % 2)\n"
            let outcome = await outcome(of: {
              try await Warehouse(session: own, clock: warehouse.clock).sync(
                .demand, text, key: "once")
            })
            await own.close()
            return outcome
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(outcomes.count { $0 == "stored" } == 1)
      #expect(
        Set(outcomes).isSubset(of: ["stored", "repeated", "under way", "key reused"]),
        "\(outcomes)")
      #expect(try await warehouse.demand().count == 1)
    }
  }

  @Test(
    "a push that PostgreSQL ends to resolve a deadlock is applied all the same",
    .timeLimit(.minutes(2)))
  func deadlock() async throws {
    try await withDatabase(.migrated) { session, target in
      let warehouse = try await Warehouse.stocked(session)
      let other = try await Session.connect(target)
      try await other.run { db in
        try db.script(
          "BEGIN; SET LOCAL deadlock_timeout = '10min';"
            + " SELECT FROM location WHERE code = 'york' FOR UPDATE")
      }
      async let receipt = warehouse.sync(
        .demand,
        "item,location,day,quantity\noats,leeds,2024-06-01,3\noats,york,2024-06-01,4\n")
      try await other.run { db in
        // The push holds leeds and waits for york; from here on each waits for the other.
        while try db.rows("SELECT FROM pg_locks WHERE NOT granted").isEmpty {}
        try db.script("SELECT FROM location WHERE code = 'leeds' FOR UPDATE; COMMIT")
      }
      #expect(try await receipt.figures == [2, 0, 0, 0])
      #expect(try await warehouse.demand().count == 2)
      await other.close()
    }
  }

  private func send(
    _ parcels: [ShuffledSender.Parcel], _ name: String, _ session: Session
  ) async throws {
    let warehouse = Warehouse(session: session)
    for (number, parcel) in parcels.enumerated() {
      try await ShuffledSender.send(parcel, key: "\(name)-\(number)", through: warehouse)
    }
  }

  private func outcome(of push: () async throws -> PushReceipt) async -> String {
    do {
      return try await push().receipt.isRepeated ? "repeated" : "stored"
    } catch BatchError.underWay {
      return "under way"
    } catch BatchError.keyReused {
      return "key reused"
    } catch {
      return "\(error)"
    }
  }
}
