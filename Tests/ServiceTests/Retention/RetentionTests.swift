import Inventory
import Postgres
import Storage
import TestKit
import Testing

@testable import Service

@Suite("How long things are kept")
struct RetentionTests {
  @Test("the environment says it; what it does not say has its default")
  func environment() throws {
    let retention = try Retention(environment: [
      "QUARTERMASTER_HISTORY_YEARS": "10", "QUARTERMASTER_KEEP_KEYS_DAYS": "14",
      "QUARTERMASTER_KEEP_RUNS_DAYS": "forever", "QUARTERMASTER_KEEP_CHANGES_DAYS": "",
    ])
    #expect(retention.historyYears == 10 && retention.keyDays == 14)
    #expect(retention.runDays == nil && retention.changeDays == 400)
    #expect(try Retention(environment: [:]) == Retention())
  }

  @Test("what is no term is refused with its variable", arguments: ["0", "-1", "+5", "ten", "1.5"])
  func unreadable(text: String) {
    #expect {
      _ = try Retention(environment: ["QUARTERMASTER_KEEP_KEYS_DAYS": text])
    } throws: { error in
      FailureReport(error).sentence
        == "QUARTERMASTER_KEEP_KEYS_DAYS is '\(text)'; it is a whole number from 1 to 100000, or"
        + " 'forever'"
    }
  }

  @Test(
    "years are counted back from today to the same day",
    arguments: [
      ("2024-06-30", "2014-06-30"), ("2024-02-29", "2014-03-01"), ("2024-01-01", "2014-01-01"),
    ])
  func years(today: String, first: String) {
    var retention = Retention()
    retention.historyYears = 10
    #expect(retention.allowedDays(today: day(today)) == day(first)...day(today))
    #expect(Retention().allowedDays(today: day(today)).lowerBound == .earliest)
  }

  @Test("rows from before what is kept are quarantined, and those of its first day are not")
  func beforeRetention() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      var retention = Retention()
      retention.historyYears = 2
      func push(_ kind: SyncKind, _ text: String) async throws -> PushReceipt {
        try await Synchronisation.apply(
          Push(kind: kind, path: "test", source: code("erp")),
          from: .chunks([Array(text.utf8)]), clock: warehouse.clock, retention: retention,
          progress: .silent, to: session)
      }
      let demand = try await push(
        .demand,
        "item,location,day,quantity\noats,leeds,2022-06-29,1\noats,leeds,2022-06-30,2\n")
      #expect(demand.figures == [1, 0, 0, 1] && demand.codes == ["before_retention"])
      #expect(
        demand.firstQuarantined.map(\.message) == [
          "line 2: day '2022-06-29' is before 2022-06-30, the first day that is kept"
        ])
      let stock = try await push(
        .stock,
        "item,location,as_of,on_hand\noats,leeds,2022-06-29,1\noats,leeds,2022-06-30,2\n")
      #expect(stock.figures == [1, 0, 0, 1] && stock.codes == ["before_retention"])
      // Everything is kept unless somebody says otherwise.
      let old = try await warehouse.sync(
        .demand, "item,location,day,quantity\noats,leeds,1950-01-01,1\n")
      #expect(old.figures == [1, 0, 0, 0])
    }
  }
}
