import Foundation
import Inventory
import Postgres
import Storage
import TestKit
import Testing

@testable import Service

@Suite("Online Retail", .enabled(if: SharedData.holds(OnlineRetail.file)))
struct OnlineRetailTests {
  private func push(
    _ kind: SyncKind, _ origin: ByteSource.Origin, generatedAt: String? = nil,
    through: String? = nil, to warehouse: Warehouse
  ) async throws -> Receipt {
    let push = Push(
      kind: kind, path: "", source: code("shop"), completeThrough: through.map(day),
      generatedAt: generatedAt.flatMap { Instant($0) })
    return try await Synchronisation.apply(
      push, from: origin, clock: warehouse.clock, progress: .silent, to: warehouse.session
    ).receipt
  }

  private func quarantined(_ batch: Int, _ session: Session) async throws -> [String: Int] {
    let rows = try await session.rows(
      "SELECT code, count(*) FROM quarantine WHERE batch_id = \(batch) GROUP BY code")
    var counts: [String: Int] = [:]
    for row in rows { counts[try row[0]] = try row[1] }
    return counts
  }

  @Test("all 541,909 lines are accounted for, and every day's demand is what its lines make")
  func everyLine() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "retail-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func file(_ kind: String) throws -> ByteSource.Origin {
      let path = folder.appending(path: kind + ".csv").path
      try OnlineRetail.converted(kind, to: path)
      return .file(path)
    }
    let truth = try OnlineRetail()
    #expect(truth.lines == 541_909)
    #expect(truth.negative == 10_624)
    try await withDatabase(.migrated) { session, _ in
      let clock = ZoneClock(asOf: day("2011-12-09"), deploymentZone: "Europe/London")
      let warehouse = Warehouse(session: session, clock: clock)
      _ = try await push(.items, file("items"), to: warehouse)
      _ = try await push(.locations, file("locations"), to: warehouse)
      let lines = try file("movements")
      let all = try await push(
        .movements, lines, generatedAt: "2011-12-10T00:00:00Z", to: warehouse)
      #expect(all.counts.received == truth.lines)
      #expect(all.counts.applied == truth.lines - truth.odd)
      #expect(try await quarantined(all.batch, session) == ["unknown_item": truth.odd])
      try await compareDemand(truth, session)
      try await compareRepetition(folder, lines, warehouse, session)
      try await compareNegativeSales(truth, warehouse, session)
    }
  }

  private func compareDemand(_ truth: OnlineRetail, _ session: Session) async throws {
    let expected = truth.demand
    let rows = try await session.rows(
      "SELECT item::text, location::text, day, quantity FROM demand")
    #expect(rows.count == expected.count)
    var different = 0
    for row in rows {
      let day: Day = try row[2]
      let cell = OnlineRetail.Cell(item: try row[0], country: try row[1], day: day.description)
      if expected[cell] != (try row[3] as Double) { different += 1 }
    }
    #expect(different == 0)
    let beyond: Double = try await session.rows(
      "SELECT sum(returned_beyond_sales)::float8 FROM movement_demand")[0][0]
    #expect(beyond == truth.returnedBeyondSales)
    // 80,995 paper birdies and 74,215 jars, sold in error and cancelled within the half hour.
    let errors = try await session.rows(
      """
      SELECT sold::float8, returned::float8, demand::float8 FROM movement_demand
      WHERE sold > 70000 ORDER BY sold
      """)
    #expect(try errors.map { try $0[0] as Double } == [74_215, 80_995])
    #expect(try errors.map { try $0[1] as Double } == [74_215, 80_995])
    #expect(try errors.map { try $0[2] as Double } == [0, 0])
  }

  /// The first lines again: as they were, they change nothing; from an earlier export, less so.
  private func compareRepetition(
    _ folder: URL, _ lines: ByteSource.Origin, _ warehouse: Warehouse, _ session: Session
  ) async throws {
    guard case .file(let path) = lines else { return }
    let head = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").prefix(
      20_001)
    let odd = head.dropFirst().count {
      !$0.split(separator: ",")[2].prefix(5).allSatisfy(\.isNumber)
    }
    let part = ByteSource.Origin.chunks([Array(head.joined(separator: "\n").utf8)])
    let before = try await session.rows("SELECT count(*), sum(quantity) FROM demand")[0]
    let again = try await push(
      .movements, part, generatedAt: "2011-12-10T00:00:00Z", to: warehouse)
    #expect(again.counts.duplicate == 20_000 - odd)
    #expect(again.counts.quarantined == odd)
    let earlier = try await push(
      .movements, part, generatedAt: "2011-12-09T00:00:00Z", to: warehouse)
    #expect(earlier.counts.stale == 20_000 - odd)
    let after = try await session.rows("SELECT count(*), sum(quantity) FROM demand")[0]
    #expect(try (before[0] as Int, before[1] as Double) == (after[0], after[1]))
  }

  /// Cancellations as the shop writes them, as sales below zero, are refused one by one.
  private func compareNegativeSales(
    _ truth: OnlineRetail, _ warehouse: Warehouse, _ session: Session
  ) async throws {
    let rows = (0..<truth.negative).map { "n\($0),sale,10002,France,2011-01-04,-\($0 % 9 + 1)" }
    let text = "id,kind,item,location,at,quantity\n" + rows.joined(separator: "\n")
    let receipt = try await push(.movements, .chunks([Array(text.utf8)]), to: warehouse)
    #expect(
      try await quarantined(receipt.batch, session) == ["invalid_quantity": truth.negative])
  }
}
