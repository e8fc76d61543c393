import Inventory
import Planning
import Postgres
import Storage
import TestKit
import Testing

@testable import Service

@Suite("The demo")
struct DemoTests {
  @Test("stopped half-way it is taken up again, and ends in the same data; then it is there")
  func interrupted() async throws {
    try await withDatabase(.migrated) { session, _ in
      let clock = ZoneClock(asOf: day("2026-11-20"), deploymentZone: "UTC")
      let script = try GeneratedRetailer().batches(through: day("2026-11-19"))
      // All that came before the last days of three sources.
      let sent = script.prefix(script.count - 7)
      for batch in sent {
        let push = Push(
          kind: batch.kind, path: batch.key, source: batch.source, key: batch.key,
          completeThrough: batch.completeThrough, generatedAt: batch.generatedAt,
          mapping: batch.mapping)
        _ = try await Synchronisation.apply(
          push, from: .chunks([batch.bytes]), clock: clock, progress: .silent, to: session)
      }
      let resumed = try await Demo.run(clock: clock, in: session)
      let rest = Set(script.map(\.key)).subtracting(sent.map(\.key))
      #expect(
        resumed.summary.contains(" rows in \(rest.count) pushes, data through 2026-11-19\n"))
      let keys = try await session.run { db in try BatchStore.keys(in: db) }
      #expect(Set(keys.values.joined()) == Set(script.map(\.key)))
      let again = try await Demo.run(clock: clock, in: session)
      #expect(again.summary == "the retailer is there, with data through 2026-11-19")
      #expect(again.report.lines == resumed.report.lines)
    }
  }

  @Test("it does not mix with data that is not its own")
  func inTheWay() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      await #expect(throws: DemoInTheWay.self) {
        try await Demo.run(clock: warehouse.clock, in: session)
      }
    }
  }
}
