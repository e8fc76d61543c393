import Forecasting
import Inventory
import Planning
import Testing

/// Reports small enough to be checked by eye.
struct ReportSamples {
  let origin: Day
  let region: RegionCode

  init() throws {
    origin = try #require(Day("2026-03-01"))
    region = try #require(RegionCode("NORTH"))
  }

  func input(
    _ item: String, _ location: String, daily: Double, onHand: Double?, lead: Double? = 6,
    review: Double? = 7, stale: Bool = false
  ) throws -> ReplenishmentInput {
    let code = try #require(ItemCode(item))
    return ReplenishmentInput(
      series: Series(
        item: code, location: LocationCode(location), region: region,
        category: CategoryCode("dairy, eggs")),
      itemName: "The \"\(item)\"", unit: "pc",
      means: Array(repeating: Int64(daily * 1000), count: 42),
      spread: .negativeBinomial(dispersion: 1.5), tier: daily < 1 ? .profile : .hybrid,
      stock: onHand.map {
        StockSnapshot(
          asOf: Instant(microseconds: Int64(origin.ordinal) * 86_400_000_000), onHand: $0,
          onOrder: 24, reserved: 2)
      },
      terms: Terms(
        item: code, supplier: "Farm & Co", leadTimeDays: lead, leadTimeDeviationDays: 1,
        reviewPeriodDays: review, minimumOrderQuantity: 12, orderMultiple: 6, unitCost: "1.250"),
      completeThrough: stale ? origin - 4 : origin, isStale: stale)
  }

  func report(_ inputs: [ReplenishmentInput]) -> ProcurementReport {
    let spreads = Dictionary(
      inputs.compactMap { input in input.series.item.map { ($0, input.spread) } },
      uniquingKeysWith: { first, _ in first })
    return ProcurementReport.make(
      ProcurementReport.Basis(region: region, asOf: origin + 1, origin: origin, run: 7),
      inputs: inputs, regionSpreads: spreads)
  }

  /// Everything a table can hold: urgent, to order, enough, unknown, stale, extended.
  func full() throws -> ProcurementReport {
    report([
      try input("MILK-1L", "OSLO", daily: 120.5, onHand: 300),
      try input("MILK-1L", "BERGEN", daily: 80, onHand: 9000, stale: true),
      try input("SAFFRON", "OSLO", daily: 0.125, onHand: 3, lead: 40, review: nil),
      try input("EGGS-12", "OSLO", daily: 14, onHand: nil),
      try input("CREAM", "OSLO", daily: 6, onHand: 50, lead: nil),
    ])
  }
}
