import Inventory
import Postgres
import Storage

@testable import Service

extension Warehouse {
  static let demandHeader = "item,location,day,quantity\n"

  /// Rows that wait, or all that were ever set aside.
  func quarantined(
    settled: Bool = false, _ narrow: (inout QuarantineQuery) -> Void = { _ in }
  ) async throws -> [QuarantineRecord] {
    var query = QuarantineQuery(limit: 100_000)
    query.includesSettled = settled
    narrow(&query)
    return try await Quarantine.list(query, in: session)
  }

  @discardableResult
  func replay(
    confirming: Bool = false, _ narrow: (inout QuarantineQuery) -> Void = { _ in }
  ) async throws -> ReplaySummary {
    var query = QuarantineQuery(limit: .max)
    narrow(&query)
    var request = ReplayRequest(query, by: "test")
    request.confirmsUnits = confirming
    return try await Replay.run(request, clock: clock, in: session)
  }

  @discardableResult
  func fix(_ id: Int64, _ row: String) async throws -> ReplaySummary {
    try await Quarantine.replay(
      id, correction: Array(row.utf8), by: "test", clock: clock, in: session)
  }

  func watermarks() async throws -> [Day?] {
    try await session.run { db in try DatasetStore.locations(in: db) }.map(\.completeThrough)
  }
}
