import Inventory

@testable import Service

/// First pages small enough to be checked by eye.
enum OverviewSamples {
  static let today = day("2026-11-20")

  static func series(missing: Set<Int> = [], isStale: Bool = false) -> DemandChart.Series {
    DemandChart.Series(
      firstDay: today - 56,
      demand: (0..<56).map { missing.contains($0) ? nil : Double(100 + $0 % 7 * 10) },
      today: today,
      forecast: (0..<28).map { ahead in
        DemandChart.Series.ForecastDay(
          day: today + ahead, mean: 130, low: 90 - Double(ahead), high: 160 + Double(ahead))
      }, isStale: isStale)
  }

  static func line(_ item: String, urgent: Bool = false) -> OrderSummary.Line {
    OrderSummary.Line(
      item: code(item), name: "The \(item)", location: code("oslo"), onHand: "12",
      daysOfSupply: "5.9", leadTimeDays: "7", order: "1,136", unit: "pc", isUrgent: urgent)
  }

  static func region(
    _ name: String, completeThrough: Day? = today - 1, orders: [OrderSummary.Line] = [],
    chart: DemandChart.Series = series()
  ) -> RegionOverview {
    let isStale = completeThrough.map { $0 < today - 2 } ?? true
    return RegionOverview(
      region: code(name),
      freshness: RegionFreshness(
        completeThrough: completeThrough, due: today - 2, worst: code("oslo"),
        staleLocations: isStale ? 2 : 0, locations: 3),
      chart: chart,
      orders: OrderSummary(
        lines: 90, toOrder: orders.isEmpty ? 0 : orders.count + 30,
        urgent: orders.count(where: \.isUrgent), first: orders))
  }

  static func model(
    _ regions: [RegionOverview], flags: [OverviewModel.Flag] = []
  ) -> OverviewModel {
    OverviewModel(
      asOf: today,
      run: OverviewModel.RunSummary(
        run: 12, origin: today - 1, publishedOn: today, publishedAt: "06:31", series: 5120),
      regions: regions,
      flags: OverviewModel.FlagSummary(
        shown: flags,
        counts: Dictionary(grouping: flags, by: \.severity).mapValues(\.count)))
  }

  static func text(_ model: OverviewModel) -> String {
    String(decoding: OverviewPage.render(model), as: UTF8.self)
  }
}
