internal import Foundation
public import Inventory
internal import Planning
public import Postgres
internal import Storage

/// Reads what the first page shows, and renders it.
public enum Overview {
  static let shownFlags = 12
  static let shownLines = 8
  /// Regions with a section of their own: reports take long, and pages are read by people.
  static let detailedRegions = 24

  /// The page as HTML.
  ///
  /// - Parameters:
  ///   - regions: those that the reader may see; nil is all.
  ///   - isSignedIn: whether to offer signing out.
  ///   - cache: kept between requests, because reports take long to make.
  ///   - now: time since any fixed moment, from a clock that only goes forward.
  public static func page(
    clock: ZoneClock, regions: [RegionCode]? = nil, isSignedIn: Bool = false,
    cache: OverviewCache, now: Duration, in session: Session
  ) async throws -> [UInt8] {
    var model = try await read(
      clock: clock, regions: regions, cache: cache, now: now, in: session)
    model.isSignedIn = isSignedIn
    return OverviewPage.render(model)
  }

  static func read(
    clock: ZoneClock, regions: [RegionCode]? = nil, cache: OverviewCache, now: Duration,
    in session: Session
  ) async throws -> OverviewModel {
    let facts = try await session.run { db in
      try db.transaction(isolation: .repeatableRead, readOnly: true) { db in
        try OverviewFacts.read(clock: clock, regions: regions, in: db)
      }
    }
    let demand = try await cache.demand(
      OverviewCache.DemandKey(firstDay: facts.firstDay, asOf: facts.asOf),
      version: facts.version, now: now
    ) {
      try await session.run { db in
        try OverviewDemand.read(from: facts.firstDay, through: facts.asOf, in: db)
      }
    }
    var model = facts.model(demand)
    model.detail(detailedRegions)
    guard let run = facts.run else { return model }
    for place in model.regions.indices where model.regions[place].isDetailed {
      let region = model.regions[place].region
      let key = OverviewCache.OrdersKey(region: region, run: run.run, asOf: facts.asOf)
      do {
        model.regions[place].orders = try await cache.orders(
          key, version: facts.version, now: now
        ) {
          OrderSummary(
            try await ProcurementReporting.report(region: region, clock: clock, in: session))
        }
      } catch let refusal as ReportRefusal {
        model.regions[place].remark = refusal.sentence
      }
    }
    return model
  }
}

extension OverviewModel {
  /// Chooses the regions that get a section: those behind, then those with most flags, then by
  /// code. They stay in their places.
  mutating func detail(_ limit: Int) {
    let pressing = regions.indices.sorted { left, right in
      let (one, other) = (regions[left], regions[right])
      if one.freshness.isStale != other.freshness.isStale { return one.freshness.isStale }
      return one.flagCount == other.flagCount ? left < right : one.flagCount > other.flagCount
    }
    for place in pressing.dropFirst(limit) { regions[place].isDetailed = false }
  }
}

/// Demand of all regions over the days that charts show.
struct OverviewDemand: Sendable {
  struct Cell: Hashable {
    let region: RegionCode
    let day: Day
  }

  let quantities: [Cell: Double]
  let firstDays: [RegionCode: Day]

  /// Of every region, whoever asks, so that all readers share one answer.
  static func read(
    from first: Day, through last: Day, in db: isolated Session
  ) throws -> OverviewDemand {
    let demand = try OverviewStore.demand(from: first, through: last, regions: nil, in: db)
    return OverviewDemand(
      quantities: Dictionary(
        demand.map { (Cell(region: $0.region, day: $0.day), $0.quantity) },
        uniquingKeysWith: { first, _ in first }),
      firstDays: try OverviewStore.firstDays(in: db))
  }

  /// A day without any row is zero demand, as long as the region says that it is complete.
  func quantity(_ region: RegionCode, _ day: Day, completeThrough: Day?) -> Double? {
    guard let completeThrough, day <= completeThrough, let first = firstDays[region], day >= first
    else { return nil }
    return quantities[Cell(region: region, day: day)] ?? 0
  }
}

extension OrderSummary {
  init(_ report: ProcurementReport) {
    self.init(
      lines: report.lines.count, toOrder: report.toOrderCount, urgent: report.urgentCount,
      first: report.lines.lazy.filter(\.isToOrder).prefix(Overview.shownLines)
        .compactMap(Line.init))
  }
}

extension OrderSummary.Line {
  init?(_ line: OrderLine) {
    guard let item = line.node.item else { return nil }
    self.init(
      item: item, name: line.itemName, location: line.node.location,
      onHand: ReportTable.readable(line.onHand),
      daysOfSupply: ReportTable.readable(line.daysOfSupply),
      leadTimeDays: ReportTable.readable(line.leadTimeDays),
      order: ReportTable.readable(line.suggestedOrder), unit: line.unit, isUrgent: line.isUrgent)
  }
}
