import Foundation
import Inventory
import Postgres
import Storage
import TestKit
import Testing

@testable import Service

@Suite("Syncing the generated retailer")
struct RetailSyncTests {
  @Test("no row is set aside, nothing goes twice, and a second start knows what came")
  func sync() async throws {
    try await withDatabase(.migrated) { session, _ in
      let through = Day(ordinal: 20_776)
      var warehouse = Warehouse(session: session)
      warehouse.clock = ZoneClock(asOf: through + 1, deploymentZone: "UTC")
      let batches = try shortRetailer().batches(through: through)
      var repeated = 0
      for batch in batches {
        let receipt = try await warehouse.push(batch)
        #expect(receipt.receipt.counts.quarantined == 0, "\(batch.key)")
        #expect(receipt.firstQuarantined.isEmpty)
        if receipt.receipt.isRepeated { repeated += 1 }
      }
      #expect(repeated == batches.count - Set(batches.map(\.key)).count)
      let before = try await warehouse.demand()
      for batch in try shortRetailer().batches(through: through, after: through - 2) {
        try await warehouse.push(batch)
      }
      #expect(try await warehouse.demand() == before)
      #expect(before.count > 2000)
    }
  }

  private func shortRetailer() throws -> GeneratedRetailer {
    let json = Data(PackageResources.retailer_json)
    var fields = try #require(JSONSerialization.jsonObject(with: json) as? [String: Any])
    fields["historyDays"] = 14
    return GeneratedRetailer(
      try RetailerParameters(json: Array(JSONSerialization.data(withJSONObject: fields))))
  }
}

extension Warehouse {
  @discardableResult
  fileprivate func push(_ batch: SyncBatch) async throws -> PushReceipt {
    try await sync(
      batch.kind, batch.bytes, source: batch.source.text, key: batch.key,
      through: batch.completeThrough?.description, generatedAt: batch.generatedAt?.description,
      mapping: batch.mapping)
  }
}
