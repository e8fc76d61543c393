import Forecasting
import Inventory
import Testing

@testable import Planning

@Suite("The procurement report")
struct ReportProcurementTests {
  let origin = Day("2026-03-01") ?? .earliest

  func midnight(before day: Day) -> Instant {
    Instant(microseconds: Int64(day.ordinal) * 86_400_000_000)
  }

  func basis(asOf: Day? = nil) throws -> ProcurementReport.Basis {
    ProcurementReport.Basis(
      region: try #require(RegionCode("NORTH")), asOf: asOf ?? origin, origin: origin, run: 12)
  }

  func input(
    _ item: String, _ location: String, daily: Int64 = 10_000, onHand: Double? = 100,
    lead: Double? = 6, stale: Bool = false, spread: DemandSpread = .certain
  ) throws -> ReplenishmentInput {
    let code = try #require(ItemCode(item))
    return ReplenishmentInput(
      series: Series(
        item: code, location: LocationCode(location), region: RegionCode("NORTH"), category: nil),
      means: Array(repeating: daily, count: 42), spread: spread, tier: .hybrid,
      stock: onHand.map { StockSnapshot(asOf: midnight(before: origin), onHand: $0) },
      terms: Terms(item: code, leadTimeDays: lead, reviewPeriodDays: 4),
      completeThrough: origin - (stale ? 5 : 0), isStale: stale)
  }

  @Test("certain demand makes every figure of a line checkable by hand")
  func certainLine() throws {
    var input = try input("A", "L1", onHand: 70)
    input.stock?.onOrder = 20
    input.stock?.reserved = 5
    let line = ProcurementReport.make(try basis(), inputs: [input], paths: 10).lines[0]
    #expect(line.forecastDays == Amount(10))
    #expect(line.forecast == Amount(100))
    #expect(line.quantiles == Array(repeating: Amount(100), count: 8))
    #expect(line.inventoryPosition == Amount(85))
    #expect(line.reorderPoint == Amount(100))
    #expect(line.safetyStock == .zero)
    #expect(line.orderUpTo == Amount(140))
    #expect(line.suggestedOrder == Amount(55))
    #expect(line.daysOfSupply == Amount(6.5))
    #expect(!line.isUrgent)
    #expect(line.notes == [])
  }

  @Test("safety stock is the reorder point less the forecast, exactly")
  func safetyStock() throws {
    let spread = DemandSpread.squareRoot(scale: 10, deviation: 0.6, growth: 0.08)
    let line = ProcurementReport.make(
      try basis(), inputs: [try input("A", "L1", spread: spread)]
    ).lines[0]
    let reorderPoint = try #require(line.reorderPoint)
    #expect(line.safetyStock == reorderPoint - line.forecast)
    #expect(reorderPoint > line.forecast)
    // The service level is 0.95, which is one of the quantiles too.
    #expect(line.quantiles?[6] == reorderPoint)
  }

  @Test("without a stock record on hand is unknown and nothing is suggested")
  func noStock() throws {
    let line = ProcurementReport.make(
      try basis(), inputs: [try input("A", "L1", onHand: nil)], paths: 10
    ).lines[0]
    #expect(line.onHand == nil)
    #expect(line.daysOfSupply == nil)
    #expect(line.suggestedOrder == nil)
    #expect(line.reorderPoint == Amount(100))
    #expect(line.notes == [.noStockRecord])
  }

  @Test("stock that was counted days ago is said to be old")
  func oldStock() throws {
    var input = try input("A", "L1")
    input.stock = StockSnapshot(asOf: midnight(before: origin - 4), onHand: 100)
    let line = ProcurementReport.make(try basis(), inputs: [input], paths: 10).lines[0]
    #expect(line.notes == [.stockCounted(daysBefore: 4)])
    #expect(line.onHand == Amount(100))
  }

  @Test("without a lead time the line says so, shows the horizon's demand and suggests nothing")
  func noLeadTime() throws {
    let line = ProcurementReport.make(
      try basis(), inputs: [try input("A", "L1", lead: nil)], paths: 10
    ).lines[0]
    #expect(line.notes == [.noLeadTime])
    #expect(line.forecastDays == Amount(28))
    #expect(line.forecast == Amount(280))
    #expect(line.suggestedOrder == nil)
    #expect(line.daysOfSupply == Amount(10))
  }

  @Test("an interval beyond the forecast is extended and the line says by how much")
  func extended() throws {
    let line = ProcurementReport.make(
      try basis(), inputs: [try input("A", "L1", lead: 50)], paths: 10
    ).lines[0]
    #expect(line.notes == [.forecastExtended(days: 12)])
    #expect(line.forecast == Amount(540))
  }

  @Test("days that have passed since the origin are left out")
  func laterAsOf() throws {
    var input = try input("A", "L1")
    input.means = (1...42).map { $0 * 1000 }
    let line = ProcurementReport.make(
      try basis(asOf: origin + 3), inputs: [input], paths: 10
    ).lines[0]
    #expect(line.forecast == Amount(Double((4...13).reduce(0, +))))
  }

  @Test("what runs out first comes first, what is unknown last, ties by codes")
  func urgency() throws {
    let report = ProcurementReport.make(
      try basis(),
      inputs: [
        try input("E", "L1", onHand: nil), try input("D", "L1", onHand: 1000),
        try input("C", "L2", onHand: 80), try input("C", "L1", onHand: 80),
        try input("B", "L1", onHand: 10), try input("A", "L1", lead: nil),
      ], paths: 10)
    let codes = report.lines.map { "\($0.node.item?.text ?? "")\($0.node.location?.text ?? "")" }
    #expect(codes == ["BL1", "CL1", "CL2", "DL1", "AL1", "EL1"])
    #expect(report.urgentCount == 1)
    #expect(report.toOrderCount == 3)
    #expect(report.regionLines.map { $0.node.item?.text } == ["B", "C", "D", "A", "E"])
  }

  @Test("a region's line is the exact sum of its locations' lines")
  func regionSum() throws {
    let report = ProcurementReport.make(
      try basis(),
      inputs: [
        try input("A", "L1", daily: 333, onHand: 1), try input("A", "L2", daily: 1_667, onHand: 7),
      ], regionSpreads: [try #require(ItemCode("A")): .certain], paths: 10)
    let sum = try #require(report.regionLines.first)
    #expect(sum.node.level == .itemRegion)
    #expect(sum.forecast == Amount(20))
    #expect(sum.quantiles?[3] == Amount(20))
    #expect(sum.onHand == Amount(8))
    #expect(sum.suggestedOrder == report.lines.compactMap(\.suggestedOrder).reduce(.zero, +))
    #expect(sum.daysOfSupply == Amount(4))
    #expect(sum.leadTimeDays == Amount(6))
    #expect(sum.notes == [])
  }

  @Test("a sum is urgent with one of its parts, however much the others hold")
  func urgentPart() throws {
    let report = ProcurementReport.make(
      try basis(),
      inputs: [try input("A", "L1", onHand: 10), try input("A", "L2", onHand: 5000)], paths: 10)
    #expect(report.regionLines[0].daysOfSupply == Amount(250.5))
    #expect(report.regionLines[0].isUrgent)
  }

  @Test("a sum with an unknown part is unknown, but what is suggested still adds up")
  func unknownPart() throws {
    let report = ProcurementReport.make(
      try basis(),
      inputs: [
        try input("A", "L1", onHand: 0), try input("A", "L2", onHand: nil, lead: 9, stale: true),
      ], paths: 10)
    let sum = try #require(report.regionLines.first)
    #expect(sum.onHand == nil)
    #expect(sum.suggestedOrder == Amount(140))
    #expect(sum.leadTimeDays == nil)
    #expect(sum.quantiles == nil)
    #expect(sum.isStale)
    #expect(sum.completeThrough == origin - 5)
    #expect(sum.notes == [.partsWithoutSuggestion(1, of: 2)])
    #expect(report.isStale)
  }

  @Test("a line does not change with the lines around it or their order")
  func independence() throws {
    let spread = DemandSpread.negativeBinomial(dispersion: 2)
    let inputs = try ["A", "B", "C"].map { try input($0, "L1", spread: spread) }
    let together = ProcurementReport.make(try basis(), inputs: inputs, paths: 100)
    let reversed = ProcurementReport.make(try basis(), inputs: inputs.reversed(), paths: 100)
    let alone = ProcurementReport.make(try basis(), inputs: [inputs[1]], paths: 100)
    #expect(together.lines == reversed.lines)
    #expect(together.lines.first { $0.node.item?.text == "B" } == alone.lines[0])
  }

  @Test("a region without series has an empty report")
  func empty() throws {
    let report = ProcurementReport.make(try basis(), inputs: [])
    #expect(report.lines.isEmpty && report.regionLines.isEmpty)
    #expect(report.completeThrough == nil)
  }
}
