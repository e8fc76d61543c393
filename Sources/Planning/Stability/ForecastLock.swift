public import Inventory

/// Near days of a place whose forecast is relied on, as by orders that are placed: what the run in
/// use said when it was set is said of them by every later run.
public struct ForecastLock: Hashable, Sendable {
  public let id: Int
  /// Nil is any; all three nil is the whole company.
  public let region: RegionCode?
  public let location: LocationCode?
  public let item: ItemCode?
  public let firstDay: Day
  public let lastDay: Day
  /// The run in use when it was set.
  public let run: Int

  public init(
    id: Int, region: RegionCode?, location: LocationCode?, item: ItemCode?, firstDay: Day,
    lastDay: Day, run: Int
  ) {
    self.id = id
    self.region = region
    self.location = location
    self.item = item
    self.firstDay = firstDay
    self.lastDay = lastDay
    self.run = run
  }

  func covers(_ series: Node) -> Bool {
    (region == nil || region == series.region) && (location == nil || location == series.location)
      && (item == nil || item == series.item)
  }
}

/// Locks with what they hold. Where several hold a day the first that was set does.
public struct HeldForecasts: Sendable {
  private let locks: [ForecastLock]
  private let sources: [EarlierForecasts]

  /// - Parameter held: each lock with what its run said of its days: the series that it covers, and
  ///   sums.
  public init(_ held: [(lock: ForecastLock, said: EarlierForecasts)] = []) {
    let held = held.sorted { $0.lock.id < $1.lock.id }
    locks = held.map(\.lock)
    sources = held.map(\.said)
  }

  public var ids: [Int] { locks.map(\.id) }

  /// The table as it is published, its locked days held and its sums following, in `explanations`
  /// too.
  public func holding(_ table: ForecastTable) -> ForecastTable {
    guard !locks.isEmpty, let first = table.days.first else { return table }
    let mixture = CellMixture(sources: sources, probabilities: table.settings.quantiles)
    var cells = table.nodes.map { ForecastCells($0, firstDay: first) }
    mixture.mix(&cells, shares: shares)
    return table.with(cells) { cells in
      let ids = Set(cells.locks).subtracting([0]).sorted()
      let names = ids.map { "lock \($0)" }.joined(separator: ", ")
      return (.lock, ids.isEmpty ? "locked days of its series" : names)
    }
  }

  /// Forecasts that were carried over, held likewise.
  func holding(_ carried: [PublishedForecast], quantiles: [Double]) -> [PublishedForecast] {
    guard !locks.isEmpty else { return carried }
    let mixture = CellMixture(sources: sources, probabilities: quantiles)
    var cells = carried.map { ForecastCells($0) }
    mixture.mix(&cells, shares: shares)
    return zip(carried, cells).map { $0.with($1) }
  }

  private func shares(of cells: ForecastCells) -> [CellMixture.Share?] {
    var shares: [CellMixture.Share?] = []
    for (source, lock) in locks.enumerated() where lock.covers(cells.node) {
      guard let said = sources[source].forecast(of: cells.node) else { continue }
      if shares.isEmpty { shares = cells.means.map { _ in nil } }
      for lead in shares.indices where shares[lead] == nil {
        let day = cells.firstDay + lead
        guard lock.firstDay <= day, day <= lock.lastDay,
          said.means.indices.contains(day - said.firstDay)
        else { continue }
        shares[lead] = CellMixture.Share(source: source, weight: 1, lock: lock.id)
      }
    }
    return shares
  }
}
